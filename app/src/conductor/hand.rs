//! Handing songs to the player under a lease, and taking them back.

use super::{Entry, Floor, Moment, Recall, Stage};
use crate::{
    api::PlayerStatus,
    events::Fact,
    hold::Hold,
    id::PlayId,
    play::ReturnReason,
    time::{MINUTE, Timestamp},
};

/// The player has at least this much sound at hand, in milliseconds, so that a network cut isn't heard.
const READY_MS: i64 = 10 * MINUTE;
/// And at least this many songs.
const READY_SONGS: usize = 2;
/// A lease is renewed when less than this part of it is left.
const RENEW_BELOW: i64 = 2;

impl Floor {
    /// Leases the next songs to the player, and renews leases that run out while it is there.
    ///
    /// A song handed to an older epoch stays with that one until it lets go or the lease is over: two screens never
    /// hold the same song.
    pub(super) fn hand_over(&mut self, moment: Moment) {
        if self.player.status != PlayerStatus::Online || !moment.house.open {
            return;
        }
        let epoch = self.player.epoch;
        let is_off = self.hold == Hold::SoundOff;
        // What another screen sounds, holds or was asked for gives this player nothing to play.
        let own = self.entries.iter().filter(|entry| entry.is_with(epoch));
        let mut ready_ms: i64 = own.map(|entry| entry.left_ms(moment.now)).sum();
        let mut ready_songs = 0;
        let mut offset_ms = self.left_ms(moment.now);
        let mut handed = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| !entry.sounds()) {
            let enough = is_off || (ready_ms >= READY_MS && ready_songs >= READY_SONGS);
            // Beyond that nothing new is handed, but what the player holds stays its own.
            if !(enough && entry.stage == Stage::Queued) {
                let lease_until = moment.now.plus(offset_ms + moment.spans.lease_ms);
                if entry.lease(lease_until, epoch, moment) {
                    handed.push((entry.play, entry.attempt));
                }
            }
            if entry.is_held_by(epoch) {
                ready_songs += 1;
                ready_ms += entry.duration_ms;
            }
            offset_ms += entry.duration_ms;
        }
        if !handed.is_empty() {
            self.emit(moment.now, Fact::Handed { plays: handed, player_epoch: epoch });
        }
    }

    /// Ends an entry that doesn't sound: at once if the player doesn't hold it, else when the player has let go of it.
    pub(super) fn recall(&mut self, index: usize, recall: Recall, now: Timestamp) {
        let entry = &mut self.entries[index];
        let Stage::Handed { recalled, .. } = &mut entry.stage else {
            return self.give_back(index, recall, now);
        };
        if recalled.is_some() {
            return;
        }
        *recalled = Some(recall);
        entry.changed = true;
        let play = entry.play;
        self.emit(now, Fact::Recalled { play, reason: recall.reason });
    }

    /// A patron takes a song back. It is too late once it sounds; of somebody else's it says nothing.
    pub fn take_back(&mut self, play: PlayId, account: crate::id::AccountId, moment: Moment) {
        let Some(index) = self.index_of(play) else { return };
        if self.entries[index].account != account || self.entries[index].sounds() {
            return;
        }
        self.recall(index, Recall::without_staff(ReturnReason::TakenBack), moment.now);
        self.hand_over(moment);
    }

    /// When a handed song is given up if nothing more is heard of it: its lease, its length and the grace are over.
    pub(super) fn gives_up_at(lease_until: Timestamp, duration_ms: i64, grace_ms: i64) -> Timestamp {
        lease_until.plus(duration_ms + grace_ms)
    }
}

impl Entry {
    /// Whether the player of `epoch` holds it and may start it.
    pub(super) fn is_held_by(&self, epoch: i64) -> bool {
        matches!(self.stage, Stage::Handed { player_epoch, recalled: None, .. } if player_epoch == epoch)
    }

    /// Leases or renews; says whether anything changed.
    fn lease(&mut self, until: Timestamp, epoch: i64, moment: Moment) -> bool {
        match self.stage {
            Stage::Queued => self.attempt += 1,
            Stage::Handed { recalled: Some(_), .. } => return false,
            Stage::Handed { player_epoch, .. } if player_epoch != epoch => return false,
            Stage::Handed { lease_until, .. }
                if lease_until.since(moment.now) * RENEW_BELOW > moment.spans.lease_ms =>
            {
                return false;
            }
            Stage::Handed { .. } | Stage::Started { .. } => {}
        }
        let handed_at = match self.stage {
            Stage::Handed { handed_at, .. } => handed_at,
            _ => moment.now,
        };
        self.stage = Stage::Handed { lease_until: until, player_epoch: epoch, handed_at, recalled: None };
        self.changed = true;
        true
    }
}

/// What the player of `epoch` should play, in order, and what it should let go of. Where staff want it to stop after the
/// song that sounds, nothing follows that one, so that it stops on time without a network, too.
///
/// Returns (line-up, to drop, whether another screen's song must end first).
pub fn lineup(floor: &Floor, epoch: i64) -> (Vec<&Entry>, Vec<PlayId>, bool) {
    let mut line = Vec::new();
    let mut drop = Vec::new();
    let mut wait = false;
    let stops = floor.hold == Hold::AfterSong;
    for entry in &floor.entries {
        match entry.stage {
            Stage::Started { player_epoch, .. } if player_epoch == epoch => line.push(entry),
            Stage::Started { .. } => wait = true,
            Stage::Handed { player_epoch, recalled: None, .. } if player_epoch == epoch => {
                if !stops {
                    line.push(entry);
                }
            }
            Stage::Handed { player_epoch, .. } if player_epoch == epoch => drop.push(entry.play),
            Stage::Handed { .. } | Stage::Queued => {}
        }
    }
    (line, drop, wait)
}
