//! What happens because time passed.

use super::{Entry, Floor, Moment, Recall, Spans, Stage};
use crate::{api::PlayerStatus, play::ReturnReason, time::Timestamp};

impl Floor {
    /// Carries out every deadline that has passed; `self.player.seen_at` is as fresh as the lock.
    pub fn tick(&mut self, moment: Moment) {
        let silence = moment.now.since(self.player.seen_at);
        if self.player.status == PlayerStatus::Online && silence > moment.spans.silent_after_ms {
            self.player.status = PlayerStatus::Silent;
            self.announce(moment.now, None);
        }
        let dark = self.player.status != PlayerStatus::Online && silence > moment.spans.dark_after_ms;
        let due: Vec<(usize, Recall)> = self
            .entries
            .iter()
            .enumerate()
            .filter_map(|(index, entry)| self.overdue(entry, dark, moment).map(|recall| (index, recall)))
            .collect();
        for (index, recall) in due.into_iter().rev() {
            if self.entries[index].sounds() || matches!(self.entries[index].stage, Stage::Queued) {
                self.give_back(index, recall, moment.now);
            } else {
                self.let_go(index, recall, moment);
            }
        }
        self.hand_over(moment);
    }

    /// Why an entry must go now, if it must.
    fn overdue(&self, entry: &Entry, dark: bool, moment: Moment) -> Option<Recall> {
        let because = Recall::without_staff;
        match entry.stage {
            Stage::Queued if dark => Some(because(ReturnReason::Dark)),
            Stage::Queued if !moment.house.open => Some(because(ReturnReason::Closed)),
            Stage::Queued => None,
            Stage::Handed { lease_until, recalled, .. } => {
                let given_up = moment.now > Self::gives_up_at(lease_until, entry.duration_ms, moment.spans.grace_ms);
                if given_up {
                    return Some(recalled.unwrap_or(because(ReturnReason::Dark)));
                }
                (!moment.house.open && recalled.is_none()).then_some(because(ReturnReason::Closed))
            }
            Stage::Started { .. } => {
                let at = self.sound_given_up_at(entry, moment.spans.dark_after_ms)?;
                (moment.now > at).then_some(because(ReturnReason::Dark))
            }
        }
    }

    /// When a song that sounds is given up if nothing more is heard of it. `None` while the player is there and holds it
    /// paused: that may last all evening, and a short silence after it is no reason to lose the song.
    fn sound_given_up_at(&self, entry: &Entry, dark_after_ms: i64) -> Option<Timestamp> {
        let Stage::Started { give_up_at, paused_at_ms, player_epoch, .. } = entry.stage else { return None };
        if paused_at_ms.is_none() || player_epoch != self.player.epoch {
            return Some(give_up_at);
        }
        let silent = self.player.status != PlayerStatus::Online;
        silent.then(|| give_up_at.max(self.player.seen_at.plus(dark_after_ms)))
    }

    /// A handed song goes: at once past its grace, else by asking the player for it.
    fn let_go(&mut self, index: usize, recall: Recall, moment: Moment) {
        let Stage::Handed { lease_until, .. } = self.entries[index].stage else { return };
        if moment.now > Self::gives_up_at(lease_until, self.entries[index].duration_ms, moment.spans.grace_ms) {
            self.give_back(index, recall, moment.now);
        } else {
            self.recall(index, recall, moment.now);
        }
    }
}

impl Stage {
    /// When a play has ended at the latest if its player isn't heard of again: `player_seen_at` was the last time, and
    /// deadlines move on with it. A song that is held paused ends no sooner than that silence is darkness.
    pub fn ends_by(&self, duration_ms: i64, player_seen_at: Timestamp, spans: Spans) -> Timestamp {
        let dark_at = player_seen_at.plus(spans.dark_after_ms.max(spans.silent_after_ms));
        match *self {
            Stage::Queued => dark_at,
            Stage::Handed { lease_until, .. } => Floor::gives_up_at(lease_until, duration_ms, spans.grace_ms),
            Stage::Started { give_up_at, paused_at_ms: None, .. } => give_up_at,
            Stage::Started { give_up_at, paused_at_ms: Some(_), .. } => give_up_at.max(dark_at),
        }
    }
}

/// When the floor must look again, if nothing happens before: the earliest of its deadlines.
pub fn wake_at(floor: &Floor, moment: Moment) -> Option<Timestamp> {
    let Spans { silent_after_ms, dark_after_ms, grace_ms, lease_ms, .. } = moment.spans;
    let queued = floor.entries.iter().any(|entry| entry.stage == Stage::Queued);
    let player = match floor.player.status {
        PlayerStatus::Online => Some(floor.player.seen_at.plus(silent_after_ms + 1)),
        PlayerStatus::Silent | PlayerStatus::None => queued.then(|| floor.player.seen_at.plus(dark_after_ms + 1)),
    };
    let renewable = |entry: &Entry| moment.house.open && entry.is_held_by(floor.player.epoch);
    let online = floor.player.status == PlayerStatus::Online;
    let entries = floor.entries.iter().filter_map(|entry| match entry.stage {
        Stage::Queued => None,
        Stage::Handed { lease_until, .. } if online && renewable(entry) => Some(lease_until.plus(-lease_ms / 2)),
        Stage::Handed { lease_until, .. } => Some(Floor::gives_up_at(lease_until, entry.duration_ms, grace_ms).plus(1)),
        Stage::Started { .. } => floor.sound_given_up_at(entry, dark_after_ms).map(|at| at.plus(1)),
    });
    let closing = moment.house.closes_at.filter(|_| !floor.entries.is_empty());
    // The room has closed and a song still stands in the line: now, not at some later deadline.
    let asked = |entry: &Entry| entry.sounds() || matches!(entry.stage, Stage::Handed { recalled: Some(_), .. });
    let closed = (!moment.house.open && !floor.entries.iter().all(asked)).then_some(moment.now);
    player.into_iter().chain(entries).chain(closing).chain(closed).min().map(|at| at.max(moment.now.plus(50)))
}
