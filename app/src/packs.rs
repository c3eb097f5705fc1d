//! Packs of credits: what is sold, and which of them is the best value.

use crate::money::Money;

/// A pack as it is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackOffer {
    /// The stable name in configuration and records, such as `ten`.
    pub id: String,
    /// What it costs, taxes included.
    pub price: Money,
    /// Credits that are paid for; they never expire.
    pub credits: i64,
    /// Credits on top, spent first.
    pub bonus: i64,
    /// Days after which what is left of the bonus expires; never if not set.
    pub bonus_days: Option<u32>,
}

impl PackOffer {
    /// Credits for the price, bonus included.
    pub fn total(&self) -> i64 {
        self.credits.saturating_add(self.bonus)
    }

    /// Whether this one costs less per credit than `other`. Cross-multiplied: no division, no rounding.
    fn beats(&self, other: &PackOffer) -> bool {
        let cost = |one: &PackOffer, by: &PackOffer| i128::from(one.price.minor) * i128::from(by.total());
        cost(self, other) < cost(other, self)
    }
}

/// The index of the one pack that costs less per credit than each other pack; none when two are equally good.
pub fn best_value(packs: &[PackOffer]) -> Option<usize> {
    let best = (0..packs.len()).find(|i| packs.iter().enumerate().all(|(j, other)| *i == j || packs[*i].beats(other)));
    best.filter(|_| packs.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::prelude::*;

    fn pack(minor: i64, credits: i64, bonus: i64) -> PackOffer {
        let currency = Currency::from_code("EUR").expect("a currency");
        PackOffer { id: String::new(), price: Money { minor, currency }, credits, bonus, bonus_days: None }
    }

    #[test]
    fn the_best_value_is_computed() {
        assert_eq!(best_value(&[pack(500, 5, 0), pack(1000, 10, 2), pack(2000, 20, 3)]), Some(1));
        assert_eq!(best_value(&[pack(500, 5, 0), pack(1000, 10, 0)]), None, "equally good: no label");
        assert_eq!(best_value(&[pack(500, 5, 0)]), None, "nothing to compare with");
        assert_eq!(best_value(&[]), None);
    }

    proptest! {
        #[test]
        fn no_other_pack_is_cheaper_per_credit(packs in prop::collection::vec((1_i64..10_000, 1_i64..100, 0_i64..50), 2..6)) {
            let packs: Vec<PackOffer> = packs.into_iter().map(|(minor, credits, bonus)| pack(minor, credits, bonus)).collect();
            if let Some(best) = best_value(&packs) {
                prop_assert!(packs.iter().enumerate().all(|(i, other)| i == best || packs[best].beats(other)));
            }
        }
    }
}
