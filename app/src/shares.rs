//! Splitting whole units so that none is created or lost: largest remainder (Hare–Niemeyer).

/// Splits `total` (0 or more) in proportion to `weights`. Each part is its exact share rounded down, plus at most one
/// unit: the largest remainders get what is left, the earlier part on a tie. Weights that are all 0 give it all to the
/// first part.
pub fn split(total: i64, weights: &[u64]) -> Vec<i64> {
    let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    let whole = u128::try_from(total).unwrap_or(0);
    if sum == 0 {
        return weights.iter().enumerate().map(|(i, _)| if i == 0 { total } else { 0 }).collect();
    }
    let exact: Vec<u128> = weights.iter().map(|weight| whole * u128::from(*weight)).collect();
    let mut parts: Vec<u128> = exact.iter().map(|share| share / sum).collect();
    let mut left = whole - parts.iter().sum::<u128>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(exact[*i] % sum), *i));
    for i in order {
        if left == 0 {
            break;
        }
        parts[i] += 1;
        left -= 1;
    }
    parts.into_iter().map(|part| i64::try_from(part).unwrap_or(i64::MAX)).collect()
}

/// A rate of 100 % in the unit in which rates are kept: hundredths of a percent.
pub const WHOLE: u32 = 10_000;

/// What the venue and the operator get of `worth` when the venue's rate is `rate` hundredths of a percent.
pub fn venue_and_operator(worth: i64, rate: u32) -> (i64, i64) {
    let rate = rate.min(WHOLE);
    let parts = split(worth, &[u64::from(rate), u64::from(WHOLE - rate)]);
    (parts[0], parts[1])
}

/// What `taken` of the `left` credits of a lot are worth when all that are left are worth `worth` together. The last
/// ones take what remains, so that however a lot is spent it gives exactly what was paid for it.
pub fn worth_of(worth: i64, left: i64, taken: i64) -> i64 {
    if taken >= left {
        return worth;
    }
    i64::try_from(i128::from(worth) * i128::from(taken) / i128::from(left)).unwrap_or(worth)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_largest_remainder_gets_the_odd_unit() {
        assert_eq!(split(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(split(5, &[30, 60, 10]), [2, 3, 0], "1.5, 3.0, 0.5: the earlier one of a tie");
        assert_eq!(split(7, &[0, 0]), [7, 0]);
        assert_eq!(venue_and_operator(1, 5_000), (1, 0));
        assert_eq!(venue_and_operator(101, 6_000), (61, 40), "60.6 and 40.4");
    }

    proptest! {
        #[test]
        fn nothing_is_created_or_lost(total in 0_i64..1_000_000_000_000, weights in prop::collection::vec(0_u64..100_000, 1..6)) {
            let parts = split(total, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum();
            for (part, weight) in parts.iter().zip(&weights).filter(|_| sum > 0) {
                let exact = total as u128 * u128::from(*weight) / sum;
                prop_assert!(*part as u128 == exact || *part as u128 == exact + 1);
            }
        }

        #[test]
        fn however_a_lot_is_spent_it_gives_what_was_paid(paid in 0_i64..10_000_000, credits in 1_i64..200, takes in prop::collection::vec(1_i64..20, 1..200)) {
            let (mut worth, mut left, mut given) = (paid, credits, 0);
            for take in takes.into_iter().chain([credits]) {
                let take = take.min(left);
                if take == 0 {
                    break;
                }
                let part = worth_of(worth, left, take);
                prop_assert!(part >= 0 && part <= worth);
                worth -= part;
                given += part;
                left -= take;
            }
            prop_assert_eq!((left, worth, given), (0, 0, paid));
        }
    }
}
