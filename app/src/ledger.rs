//! Credits: lots, reservations and double-entry transfers.
//!
//! A transfer moves `amount > 0` from a debited to a credited account of one unit, so the books sum to zero by
//! construction. Reserving is a *pending* transfer; capturing *posts* it and releasing *voids* it (two-phase transfers,
//! as TigerBeetle's documentation describes them). Nothing is ever changed or removed.

use crate::{
    id::{AccountId, LotId, PlayId, PurchaseId, VenueId},
    time::Timestamp,
    version::Version,
};
use serde::{Deserialize, Serialize};

/// Where a lot's credits came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Given by the house.
    Grant,
    /// Paid for; never expires.
    Purchase,
    /// Added to a purchase.
    Bonus,
    /// A code that was sold or given away.
    Voucher,
    /// "I didn't hear it."
    Goodwill,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Origin; 5] = [Origin::Grant, Origin::Purchase, Origin::Bonus, Origin::Voucher, Origin::Goodwill];

    /// The origin of a stable word.
    pub fn from_word(word: &str) -> Option<Origin> {
        Origin::ALL.into_iter().find(|origin| origin.word() == word)
    }

    /// The stable word in the store.
    pub fn word(self) -> &'static str {
        match self {
            Origin::Grant => "grant",
            Origin::Purchase => "purchase",
            Origin::Bonus => "bonus",
            Origin::Voucher => "voucher",
            Origin::Goodwill => "goodwill",
        }
    }
}

/// A patron's lot with what is left of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// The lot.
    pub id: LotId,
    /// Credits that are neither spent nor reserved.
    pub available: i64,
    /// When what is left expires.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A part of a reservation: so many credits of one lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Leg {
    /// The lot.
    pub lot: LotId,
    /// Credits of it, more than 0.
    pub amount: i64,
}

/// Too few credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{have} credits of {need}")]
pub struct Short {
    /// What was asked for.
    pub need: i64,
    /// What is there.
    pub have: i64,
}

/// Takes `amount` credits from the lots: what expires soonest first, then what came first.
///
/// Expired lots count for nothing. The amount must be more than 0: free songs reserve nothing.
pub fn reserve(lots: &[Lot], amount: i64, now: Timestamp) -> Result<Vec<Leg>, Short> {
    let mut usable: Vec<&Lot> =
        lots.iter().filter(|lot| lot.available > 0 && lot.expires_at.is_none_or(|at| at > now)).collect();
    usable.sort_by_key(|lot| (lot.expires_at.unwrap_or(Timestamp(i64::MAX)), lot.created_at, lot.id));
    let have: i64 = usable.iter().map(|lot| lot.available).sum();
    if have < amount {
        return Err(Short { need: amount, have });
    }
    let mut missing = amount;
    let mut legs = Vec::new();
    for lot in usable {
        if missing == 0 {
            break;
        }
        let taken = lot.available.min(missing);
        missing -= taken;
        legs.push(Leg { lot: lot.id, amount: taken });
    }
    Ok(legs)
}

/// A side of a transfer. Those of credits and those of money never meet: a transfer has one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Book {
    /// What the network has given away.
    Grants,
    /// Credits that were sold.
    Sold,
    /// A patron's lot.
    Lot(LotId),
    /// What a venue's players have earned: in credits, and in money its share of what they were worth.
    Revenue(VenueId),
    /// What expired unused.
    Expired,
    /// What a person left behind by deleting their account.
    Forfeited,
    /// In credits: taken back for money that went back. In money: on its way back to a card.
    Refunds,
    /// In credits: taken back in a dispute. In money: what is at stake in disputes.
    Disputes,
    /// Credits that a patron owes after a dispute.
    Debt(AccountId),
    /// Money that the provider holds for us or has paid out to us.
    Provider,
    /// Money for credits that aren't spent yet.
    Deferred,
    /// The operator's share.
    Operator,
    /// Lost in disputes.
    Losses,
}

impl std::fmt::Display for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Book::Grants => f.write_str("grants"),
            Book::Lot(lot) => write!(f, "lot:{lot}"),
            Book::Revenue(venue) => write!(f, "revenue:{venue}"),
            Book::Expired => f.write_str("expired"),
            Book::Forfeited => f.write_str("forfeited"),
            Book::Sold => f.write_str("sold"),
            Book::Refunds => f.write_str("refunds"),
            Book::Disputes => f.write_str("disputes"),
            Book::Debt(account) => write!(f, "debt:{account}"),
            Book::Provider => f.write_str("provider"),
            Book::Deferred => f.write_str("deferred"),
            Book::Operator => f.write_str("operator"),
            Book::Losses => f.write_str("losses"),
        }
    }
}

/// Which phase a transfer row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Done at once.
    Single,
    /// Reserved.
    Pending,
    /// A pending one, carried out.
    Posted,
    /// A pending one, given back.
    Voided,
}

impl Phase {
    /// The stable word in the store.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Single => "single",
            Phase::Pending => "pending",
            Phase::Posted => "posted",
            Phase::Voided => "voided",
        }
    }
}

/// What the floor does to credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// Set credits aside for a play.
    Reserve {
        /// The play.
        play: PlayId,
        /// Whose.
        account: AccountId,
        /// From which lots.
        legs: Vec<Leg>,
    },
    /// The song finished: what was reserved is the venue's.
    Capture {
        /// The play.
        play: PlayId,
        /// Whose.
        account: AccountId,
        /// How much.
        amount: i64,
    },
    /// The song didn't play: what was reserved goes back to its lots.
    Release {
        /// The play.
        play: PlayId,
        /// Whose.
        account: AccountId,
        /// How much.
        amount: i64,
    },
}

/// A fact of `jukeline.ledger` with the version of its account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StampedLedgerFact {
    /// The account's version after it. Facts of the topic `accounts` raise the same number, so that a gap here says
    /// nothing. Nothing in records that were written before records had it: those are known by their `ce_id` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// What.
    #[serde(flatten)]
    pub fact: LedgerFact,
}

/// What happened to an account's credits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "PascalCase")]
pub enum LedgerFact {
    /// Credits given by the house.
    Granted {
        /// Whose.
        account: AccountId,
        /// The new lot.
        lot: LotId,
        /// Credits.
        amount: i64,
    },
    /// Credits set aside.
    Reserved {
        /// Whose.
        account: AccountId,
        /// For which play.
        play: PlayId,
        /// Credits.
        amount: i64,
    },
    /// Credits spent: the song finished.
    Captured {
        /// Whose.
        account: AccountId,
        /// For which play.
        play: PlayId,
        /// Credits.
        amount: i64,
    },
    /// Credits given back: the song didn't play.
    Released {
        /// Whose.
        account: AccountId,
        /// For which play.
        play: PlayId,
        /// Credits.
        amount: i64,
    },
    /// Credits bought; the bonus is `Granted`.
    Bought {
        /// Whose.
        account: AccountId,
        /// By which purchase.
        purchase: PurchaseId,
        /// The new lot.
        lot: LotId,
        /// Credits.
        amount: i64,
        /// What was paid, in minor units.
        minor: i64,
        /// The ISO 4217 code.
        currency: String,
    },
    /// Credits taken back, bonus included, for money that goes back to the card.
    Refunded {
        /// Whose.
        account: AccountId,
        /// Of which purchase.
        purchase: PurchaseId,
        /// Credits.
        amount: i64,
        /// What goes back, in minor units.
        minor: i64,
        /// The ISO 4217 code.
        currency: String,
    },
    /// Credits taken back in a dispute.
    ClawedBack {
        /// Whose.
        account: AccountId,
        /// Of which purchase.
        purchase: PurchaseId,
        /// Credits.
        amount: i64,
        /// Credits that the account owes now.
        owed: i64,
    },
    /// Credits that expired.
    Expired {
        /// Whose.
        account: AccountId,
        /// Credits.
        amount: i64,
    },
    /// Credits left behind by deleting an account.
    Forfeited {
        /// Whose.
        account: AccountId,
        /// Credits.
        amount: i64,
    },
}

impl LedgerFact {
    /// The CloudEvents type.
    pub fn name(&self) -> &'static str {
        match self {
            LedgerFact::Granted { .. } => "Granted",
            LedgerFact::Reserved { .. } => "Reserved",
            LedgerFact::Captured { .. } => "Captured",
            LedgerFact::Released { .. } => "Released",
            LedgerFact::Bought { .. } => "Bought",
            LedgerFact::Refunded { .. } => "Refunded",
            LedgerFact::ClawedBack { .. } => "ClawedBack",
            LedgerFact::Expired { .. } => "Expired",
            LedgerFact::Forfeited { .. } => "Forfeited",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn lots() -> impl Strategy<Value = Vec<Lot>> {
        proptest::collection::vec((0_i64..20, proptest::option::of(0_i64..100), 0_i64..100), 0..8).prop_map(|rows| {
            rows.into_iter()
                .enumerate()
                .map(|(i, (available, expires, created))| Lot {
                    id: LotId(Uuid::from_u128(i as u128)),
                    available,
                    expires_at: expires.map(Timestamp),
                    created_at: Timestamp(created),
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn a_reservation_is_exact_and_never_overdraws(lots in lots(), amount in 1_i64..60, now in 0_i64..100) {
            let now = Timestamp(now);
            let usable: i64 = lots.iter().filter(|l| l.expires_at.is_none_or(|at| at > now)).map(|l| l.available).sum();
            match reserve(&lots, amount, now) {
                Err(short) => prop_assert!(usable < amount && short.have == usable),
                Ok(legs) => {
                    prop_assert_eq!(legs.iter().map(|leg| leg.amount).sum::<i64>(), amount);
                    for leg in &legs {
                        let lot = lots.iter().find(|lot| lot.id == leg.lot).expect("a lot of theirs");
                        prop_assert!(leg.amount > 0 && leg.amount <= lot.available);
                        prop_assert!(lot.expires_at.is_none_or(|at| at > now));
                    }
                }
            }
        }

        #[test]
        fn what_expires_is_spent_first(lots in lots(), amount in 1_i64..60) {
            let now = Timestamp(0);
            if let Ok(legs) = reserve(&lots, amount, now) {
                let touched_lasting = legs.iter().any(|leg| lots.iter().any(|l| l.id == leg.lot && l.expires_at.is_none()));
                let left_expiring: i64 = lots.iter().filter(|l| l.expires_at.is_some_and(|at| at > now)).map(|l| {
                    l.available - legs.iter().filter(|leg| leg.lot == l.id).map(|leg| leg.amount).sum::<i64>()
                }).sum();
                prop_assert!(!touched_lasting || left_expiring == 0);
            }
        }
    }
}
