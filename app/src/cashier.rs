//! The cashier: can this account pay for this song?

use crate::{
    ledger::{Leg, Lot, reserve},
    rules::HouseRules,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What the cashier knows of an account, read under its lock.
#[derive(Clone, Debug, Default)]
pub struct Purse {
    /// The account's lots with something left.
    pub lots: Vec<Lot>,
    /// Free songs accepted within the last hour here and not returned.
    pub free_this_hour: u32,
}

/// How a song will be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payment {
    /// By these credits.
    Credits(Vec<Leg>),
    /// The house pays.
    Free,
}

/// Why an account can't pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum CannotPay {
    /// Too few credits.
    Credits {
        /// Asked for.
        need: i64,
        /// There.
        have: i64,
    },
    /// The free songs of this hour are used up.
    FreeCap {
        /// How many there are an hour.
        cap: u32,
    },
}

/// Decides how `price` credits are paid at `now` under the house's rules.
pub fn pay(purse: &Purse, price: u32, rules: &HouseRules, now: Timestamp) -> Result<Payment, CannotPay> {
    if price == 0 {
        let cap = u32::from(rules.free_per_hour);
        return if purse.free_this_hour < cap { Ok(Payment::Free) } else { Err(CannotPay::FreeCap { cap }) };
    }
    reserve(&purse.lots, i64::from(price), now)
        .map(Payment::Credits)
        .map_err(|short| CannotPay::Credits { need: short.need, have: short.have })
}
