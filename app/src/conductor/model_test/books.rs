//! A naive ledger: one lot a patron, every transfer carried out at once.

use crate::{
    cashier::Purse,
    id::{AccountId, LotId, PlayId},
    ledger::{Leg, Lot, Move},
    time::Timestamp,
};
use proptest::{prelude::*, test_runner::TestCaseError};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const BOUGHT: i64 = 40;

#[derive(Default)]
pub(super) struct Books {
    available: BTreeMap<AccountId, i64>,
    captured: BTreeMap<AccountId, i64>,
    reserved: BTreeMap<PlayId, (AccountId, i64)>,
    settled: BTreeSet<PlayId>,
}

impl Books {
    pub(super) fn open(&mut self, account: AccountId) {
        self.available.insert(account, BOUGHT);
    }

    pub(super) fn purse(&self, account: AccountId) -> Purse {
        let available = self.available.get(&account).copied().unwrap_or(0);
        let lot = Lot { id: LotId(account.0), available, expires_at: None, created_at: Timestamp(0) };
        Purse { lots: vec![lot], free_this_hour: 0 }
    }

    /// How often a play was captured or released: 0 or 1, or this fails.
    pub(super) fn is_settled(&self, play: PlayId) -> bool {
        self.settled.contains(&play)
    }

    pub(super) fn carry_out(&mut self, made: &Move) -> Result<(), TestCaseError> {
        match made {
            Move::Reserve { play, account, legs } => {
                let amount: i64 = legs.iter().map(|Leg { amount, .. }| amount).sum();
                prop_assert!(amount > 0 && legs.iter().all(|leg| leg.amount > 0 && leg.lot.0 == account.0));
                *self.available.entry(*account).or_default() -= amount;
                prop_assert!(self.reserved.insert(*play, (*account, amount)).is_none(), "reserved twice");
            }
            Move::Capture { play, account, amount } => {
                prop_assert_eq!(self.reserved.remove(play), Some((*account, *amount)));
                prop_assert!(self.settled.insert(*play), "settled twice");
                *self.captured.entry(*account).or_default() += amount;
            }
            Move::Release { play, account, amount } => {
                prop_assert_eq!(self.reserved.remove(play), Some((*account, *amount)));
                prop_assert!(self.settled.insert(*play), "settled twice");
                *self.available.entry(*account).or_default() += amount;
            }
        }
        self.add_up()
    }

    fn add_up(&self) -> Result<(), TestCaseError> {
        for (account, available) in &self.available {
            let reserved: i64 =
                self.reserved.values().filter(|(whose, _)| whose == account).map(|(_, amount)| amount).sum();
            let captured = self.captured.get(account).copied().unwrap_or(0);
            prop_assert!(*available >= 0, "a lot below zero");
            prop_assert_eq!(*available + reserved + captured, BOUGHT);
        }
        Ok(())
    }
}
