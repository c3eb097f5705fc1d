//! Which numbers of a stream were taken, as ranges: small however many there were, and right in whatever order they came.

/// Disjoint ranges, ascending, none beside the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen(Vec<(i64, i64)>);

impl Seen {
    pub(super) fn of(ranges: Vec<(i64, i64)>) -> Seen {
        Seen(ranges)
    }

    pub(super) fn into_ranges(self) -> Vec<(i64, i64)> {
        self.0
    }

    /// Takes a number; false when it was taken before.
    pub(super) fn take(&mut self, number: i64) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < number);
        let behind = self.0.get(at).copied();
        if behind.is_some_and(|(first, _)| first <= number) {
            return false;
        }
        let follows = at > 0 && self.0[at - 1].1 == number - 1;
        let precedes = behind.is_some_and(|(first, _)| first == number + 1);
        match (follows, precedes) {
            (true, true) => self.0[at - 1].1 = self.0.remove(at).1,
            (true, false) => self.0[at - 1].1 = number,
            (false, true) => self.0[at].0 = number,
            (false, false) => self.0.insert(at, (number, number)),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn each_number_is_taken_once_and_ranges_stay_few(numbers in prop::collection::vec(0..40_i64, 0..120)) {
            let (mut seen, mut plain) = (Seen::default(), BTreeSet::new());
            for number in numbers {
                prop_assert_eq!(seen.take(number), plain.insert(number));
            }
            let ranges = seen.into_ranges();
            let spread: BTreeSet<i64> = ranges.iter().flat_map(|(first, last)| *first..=*last).collect();
            prop_assert_eq!(spread, plain);
            prop_assert!(ranges.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0), "{:?}", ranges);
        }
    }
}
