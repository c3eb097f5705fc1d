//! What must hold, whatever happens.

use super::{books::Books, house::STAFF};
use crate::{
    conductor::{Floor, Outcome, Stage},
    events::Fact,
    id::{PlayId, ScreenId},
    play::ReturnReason,
    time::Timestamp,
    version::Version,
};
use proptest::{prelude::*, test_runner::TestCaseError};
use std::collections::{BTreeMap, BTreeSet};

/// Who holds a play, as its facts tell.
#[derive(Clone, Copy)]
struct Holder {
    epoch: i64,
    attempt: i64,
    /// Lease, length and grace are over then.
    until: Timestamp,
}

#[derive(Default)]
struct Life {
    price: u32,
    started: bool,
    heard: bool,
    recalled: bool,
    ended: bool,
    holder: Option<Holder>,
}

#[derive(Default)]
pub(super) struct Laws {
    version: Option<Version>,
    lives: BTreeMap<PlayId, Life>,
    declined: BTreeSet<PlayId>,
    screens: BTreeMap<i64, ScreenId>,
    returned: BTreeMap<PlayId, ReturnReason>,
}

impl Laws {
    pub(super) fn knows(&self, play: PlayId) -> bool {
        self.lives.contains_key(&play) || self.declined.contains(&play)
    }

    /// Why a play was returned, if it was.
    pub(super) fn returned(&self, play: PlayId) -> Option<ReturnReason> {
        self.returned.get(&play).copied()
    }

    pub(super) fn claimed(&mut self, epoch: i64, screen: ScreenId) {
        self.screens.insert(epoch, screen);
    }

    pub(super) fn dropped(&mut self, play: PlayId, epoch: i64, attempt: i64) {
        if let Some(life) = self.lives.get_mut(&play) {
            life.holder = life.holder.filter(|holder| (holder.epoch, holder.attempt) != (epoch, attempt));
        }
    }

    pub(super) fn follow(
        &mut self,
        floor: &Floor,
        outcome: &Outcome,
        books: &Books,
        now: Timestamp,
    ) -> Result<(), TestCaseError> {
        for stamped in &outcome.facts {
            let before = self.version.unwrap_or(Version { epoch: 1, n: 0 });
            prop_assert!(stamped.version.follows(before));
            self.version = Some(stamped.version);
            self.fact(floor, &stamped.fact, books, now)?;
        }
        prop_assert_eq!(floor.version, self.version.unwrap_or(floor.version));
        order(floor)?;
        self.live_are_live(floor)
    }

    fn life(&mut self, play: PlayId) -> Result<&mut Life, TestCaseError> {
        let life = self
            .lives
            .get_mut(&play)
            .ok_or_else(|| TestCaseError::fail("a fact about a play that was never queued"))?;
        prop_assert!(!life.ended, "a fact after the end of {play}");
        Ok(life)
    }

    fn fact(&mut self, floor: &Floor, fact: &Fact, books: &Books, now: Timestamp) -> Result<(), TestCaseError> {
        match fact {
            Fact::Queued { play, price, .. } => {
                prop_assert!(!self.knows(*play), "queued twice");
                self.lives.insert(*play, Life { price: *price, ..Life::default() });
            }
            Fact::Declined { play, .. } => {
                prop_assert!(!self.knows(*play));
                self.declined.insert(*play);
            }
            Fact::Handed { plays, player_epoch } => {
                for (play, attempt) in plays {
                    self.handed(floor, *play, *attempt, *player_epoch, now)?;
                }
            }
            Fact::Recalled { play, .. } => self.life(*play)?.recalled = true,
            Fact::Started { play, .. } => {
                let life = self.life(*play)?;
                prop_assert!(!life.started, "started twice");
                life.started = true;
            }
            Fact::Heard { play, .. } => {
                let life = self.life(*play)?;
                prop_assert!(life.started && !life.heard);
                life.heard = true;
            }
            Fact::Finished { play, price, .. } => {
                prop_assert!(self.life(*play)?.started, "paid for silence");
                self.end(*play, *price, books)?;
            }
            Fact::Returned { play, price, reason, staff, .. } => {
                let expected = matches!(reason, ReturnReason::Staff { .. }).then_some(STAFF);
                prop_assert_eq!(*staff, expected, "a skip names who skipped, and nothing else does");
                self.returned.insert(*play, *reason);
                self.end(*play, *price, books)?;
            }
            Fact::FloorSet { .. } | Fact::PlayedUnpaid { .. } => {}
        }
        Ok(())
    }

    fn end(&mut self, play: PlayId, price: u32, books: &Books) -> Result<(), TestCaseError> {
        let life = self.life(play)?;
        prop_assert_eq!(life.price, price);
        prop_assert_eq!(books.is_settled(play), price > 0);
        life.ended = true;
        Ok(())
    }

    fn handed(
        &mut self,
        floor: &Floor,
        play: PlayId,
        attempt: i64,
        epoch: i64,
        now: Timestamp,
    ) -> Result<(), TestCaseError> {
        let screens = self.screens.clone();
        let life = self.life(play)?;
        prop_assert!(!life.recalled, "handed again though it was asked back");
        prop_assert!(!life.started);
        if let Some(holder) = life.holder.filter(|holder| holder.epoch != epoch) {
            let same_screen = screens.get(&holder.epoch) == screens.get(&epoch);
            prop_assert!(same_screen || now > holder.until, "two screens hold one song");
            prop_assert!(attempt > holder.attempt);
        }
        let entry = floor.entries.iter().find(|entry| entry.play == play);
        let Some((Stage::Handed { lease_until, .. }, duration_ms)) =
            entry.map(|entry| (entry.stage, entry.duration_ms))
        else {
            return Err(TestCaseError::fail("handed, and not there"));
        };
        let until = Floor::gives_up_at(lease_until, duration_ms, crate::conductor::Spans::default().grace_ms);
        life.holder = Some(Holder { epoch, attempt, until });
        Ok(())
    }

    fn live_are_live(&self, floor: &Floor) -> Result<(), TestCaseError> {
        let live: BTreeSet<PlayId> = floor.entries.iter().map(|entry| entry.play).collect();
        prop_assert_eq!(live.len(), floor.entries.len(), "a play stands twice in the line");
        for (play, life) in &self.lives {
            prop_assert_eq!(live.contains(play), !life.ended);
        }
        Ok(())
    }

    pub(super) fn everything_ended(&self) -> Result<(), TestCaseError> {
        prop_assert!(self.lives.values().all(|life| life.ended));
        Ok(())
    }
}

fn order(floor: &Floor) -> Result<(), TestCaseError> {
    let sounding = floor.entries.iter().take_while(|entry| entry.sounds()).count();
    let waiting = &floor.entries[sounding..];
    prop_assert!(waiting.iter().all(|entry| !entry.sounds()), "what sounds stands first");
    prop_assert!(waiting.windows(2).all(|pair| pair[0].rank < pair[1].rank), "ranks rise");
    for entry in &floor.entries {
        prop_assert!(
            entry.passed_by_jumps <= floor.rules.jumps_ahead && entry.passed_by_turns <= floor.rules.turns_ahead
        );
    }
    let epochs: Vec<i64> = floor
        .entries
        .iter()
        .filter_map(|entry| match entry.stage {
            Stage::Started { player_epoch, .. } => Some(player_epoch),
            _ => None,
        })
        .collect();
    prop_assert_eq!(epochs.iter().collect::<BTreeSet<_>>().len(), epochs.len(), "two songs sound in one player");
    Ok(())
}
