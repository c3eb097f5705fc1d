//! The conductor: what happens to one jukebox's queue. Pure: state and a request in, facts and transfers out.
//!
//! A [`Floor`] is read under the jukebox's lock, changed by exactly one call, and written back together with the facts
//! it emitted. Every fact raises the version by one.

mod admit;
mod hand;
#[cfg(test)]
mod model_test;
mod sound;
mod staff;
mod tick;

pub use admit::Admission;
pub use hand::lineup;
pub use sound::Heard;
pub use tick::wake_at;

use crate::{
    api::PlayerStatus,
    events::{Fact, Stamped},
    hold::Hold,
    id::{AccountId, JukeboxId, PlayId, ScreenId, SongId, VenueId},
    ledger::Move,
    play::ReturnReason,
    queue::{Patience, Waiting},
    rules::{HouseClock, HouseRules},
    song::Codec,
    time::Timestamp,
    version::Version,
};
use serde::{Deserialize, Serialize};

/// Spans that decide when silence means something, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spans {
    /// How long past its expected start a handed song may still be started.
    pub lease_ms: i64,
    /// How long after a lease the server waits for a late report.
    pub grace_ms: i64,
    /// A player not heard of for this long is silent.
    pub silent_after_ms: i64,
    /// A player silent for this long makes the room dark: what isn't handed is returned.
    pub dark_after_ms: i64,
}

impl Default for Spans {
    fn default() -> Self {
        Spans { lease_ms: 600_000, grace_ms: 120_000, silent_after_ms: 30_000, dark_after_ms: 600_000 }
    }
}

/// A player as the floor knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Player {
    /// Raised with every claim; the newest wins.
    pub epoch: i64,
    /// Which screen holds it.
    pub screen: Option<ScreenId>,
    /// When it was heard of last.
    pub seen_at: Timestamp,
    /// There, silent, or none.
    pub status: PlayerStatus,
    /// What it can decode.
    pub codecs: Vec<Codec>,
}

/// A handed song was asked back: what it will be returned for unless it started, and who wanted it. In the store its
/// reason's own fields stand beside `staff`, so that rows from before there was one read the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recall {
    /// Why.
    #[serde(flatten)]
    pub reason: ReturnReason,
    /// The staff member who skipped it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<AccountId>,
}

impl Recall {
    /// Nobody of the staff wanted it.
    const fn without_staff(reason: ReturnReason) -> Recall {
        Recall { reason, staff: None }
    }
}

/// Where a live entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Stage {
    /// Waits.
    Queued,
    /// Leased.
    Handed {
        /// Until when it may be started.
        lease_until: Timestamp,
        /// To which epoch of the player.
        player_epoch: i64,
        /// When it was handed first in this attempt.
        handed_at: Timestamp,
        /// It was asked back.
        recalled: Option<Recall>,
    },
    /// Sounds.
    Started {
        /// In which epoch of the player.
        player_epoch: i64,
        /// When its beginning would have sounded.
        anchor: Timestamp,
        /// When it was handed.
        handed_at: Timestamp,
        /// Where it stands still while paused.
        paused_at_ms: Option<i64>,
        /// 30 s were heard.
        heard: bool,
        /// Returned when nothing was heard of it by then.
        give_up_at: Timestamp,
    },
}

/// A play that is neither finished nor returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The play.
    pub play: PlayId,
    /// Whose.
    pub account: AccountId,
    /// What.
    pub song: SongId,
    /// The unit of the cooldown.
    pub recording: String,
    /// Length in milliseconds.
    pub duration_ms: i64,
    /// Credits set aside; 0 is free.
    pub price: u32,
    /// Paid to go sooner.
    pub sooner: bool,
    /// The patron's turn.
    pub round: i64,
    /// Place among the others; see [`crate::queue::rank_between`].
    pub rank: i64,
    /// Paid jumps that passed it.
    pub passed_by_jumps: u8,
    /// Newcomers that passed it.
    pub passed_by_turns: u8,
    /// By when it plays at the latest, as promised when it was accepted.
    pub latest: Timestamp,
    /// How often it was handed.
    pub attempt: i64,
    /// Where it is.
    pub stage: Stage,
    /// Differs from what is stored.
    pub changed: bool,
}

/// How an entry ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Played and paid.
    Finished,
    /// Every credit is back.
    Returned(ReturnReason),
}

/// One jukebox as read under its lock.
#[derive(Clone, Debug)]
pub struct Floor {
    /// The jukebox.
    pub jukebox: JukeboxId,
    /// Its venue.
    pub venue: VenueId,
    /// The version of the last fact.
    pub version: Version,
    /// The round that plays.
    pub round: i64,
    /// Whether staff hold the sound.
    pub hold: Hold,
    /// 0 to 100.
    pub volume: u8,
    /// The player.
    pub player: Player,
    /// The house's rules.
    pub rules: HouseRules,
    /// Live entries by rank; what sounds is first.
    pub entries: Vec<Entry>,
    /// What this call decided.
    pub outcome: Outcome,
}

/// What one call decided, to be written in one transaction.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Facts in order.
    pub facts: Vec<Stamped>,
    /// Transfers in order.
    pub moves: Vec<Move>,
    /// Plays that ended, with when.
    pub ended: Vec<(Entry, End)>,
    /// A new entry, if one was admitted.
    pub admitted: Option<PlayId>,
}

/// Now, by the database and by the venue's wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The database's clock.
    pub now: Timestamp,
    /// The venue's wall clock.
    pub house: HouseClock,
    /// The spans in force.
    pub spans: Spans,
}

impl Floor {
    /// Emits a fact: raises the version and stamps it.
    fn emit(&mut self, now: Timestamp, fact: Fact) {
        self.version = self.version.next();
        self.outcome.facts.push(Stamped { jukebox: self.jukebox, version: self.version, at: now, fact });
    }

    fn index_of(&self, play: PlayId) -> Option<usize> {
        self.entries.iter().position(|entry| entry.play == play)
    }

    fn patience(&self) -> Patience {
        Patience { jumps: self.rules.jumps_ahead, turns: self.rules.turns_ahead }
    }

    /// Whether the player can be asked to let go of a song or to play another first.
    fn player_answers(&self) -> bool {
        self.player.status == PlayerStatus::Online
    }

    /// What the order needs to know of each live entry.
    pub fn waiting(&self) -> Vec<Waiting> {
        let answers = self.player_answers();
        let view = |entry: &Entry| Waiting {
            round: entry.round,
            sooner: entry.sooner,
            passed_by_jumps: entry.passed_by_jumps,
            passed_by_turns: entry.passed_by_turns,
            fixed: match entry.stage {
                Stage::Queued => false,
                // Only the player that holds it can be asked, and another screen's older epoch doesn't answer.
                Stage::Handed { player_epoch, .. } => !answers || player_epoch != self.player.epoch,
                Stage::Started { .. } => true,
            },
        };
        self.entries.iter().map(view).collect()
    }

    /// What is left of the song that sounds, in milliseconds.
    pub fn left_ms(&self, now: Timestamp) -> i64 {
        self.entries.iter().map(|entry| entry.left_ms(now)).sum()
    }

    /// When each entry that waits should start, with its play.
    pub fn starts(&self, now: Timestamp) -> Vec<(PlayId, Timestamp)> {
        let waiting: Vec<&Entry> = self.entries.iter().filter(|e| !matches!(e.stage, Stage::Started { .. })).collect();
        let starts = crate::queue::about(now, self.left_ms(now), waiting.iter().map(|entry| entry.duration_ms));
        waiting.into_iter().map(|entry| entry.play).zip(starts).collect()
    }

    /// Returns an entry, naming who of the staff wanted it.
    fn give_back(&mut self, index: usize, Recall { reason, staff }: Recall, now: Timestamp) {
        self.end(index, End::Returned(reason), staff, now);
    }

    /// Ends an entry: finished captures, returned releases. Exactly one of them, once.
    fn end(&mut self, index: usize, end: End, staff: Option<AccountId>, now: Timestamp) {
        let entry = self.entries.remove(index);
        let was_the_last = entry.sounds() && self.hold == Hold::AfterSong;
        let (play, account, price) = (entry.play, entry.account, entry.price);
        let amount = i64::from(price);
        match end {
            End::Finished => {
                self.emit(now, Fact::Finished { play, account, price });
                if price > 0 {
                    self.outcome.moves.push(Move::Capture { play, account, amount });
                }
            }
            End::Returned(reason) => {
                self.emit(now, Fact::Returned { play, account, reason, staff, price });
                if price > 0 {
                    self.outcome.moves.push(Move::Release { play, account, amount });
                }
            }
        }
        self.outcome.ended.push((entry, end));
        if was_the_last {
            self.hold = Hold::Paused;
            self.stand_still(now);
            self.announce(now, None);
        }
    }

    /// Tells everybody about pause, volume, player and anchor.
    fn announce(&mut self, now: Timestamp, claim: Option<uuid::Uuid>) {
        let sounding = self.entries.iter().find_map(|entry| match entry.stage {
            Stage::Started { anchor, paused_at_ms, .. } => Some((entry.play, anchor, paused_at_ms)),
            _ => None,
        });
        self.emit(
            now,
            Fact::FloorSet {
                paused: self.hold.is_still(),
                volume: self.volume,
                player: self.player.status,
                player_epoch: self.player.epoch,
                claim,
                anchor: sounding.map(|(play, anchor, _)| (play, anchor)),
                paused_at_ms: sounding.and_then(|(_, _, at)| at),
                hold: Some(self.hold),
            },
        );
    }
}

impl Entry {
    /// Milliseconds of sound left if it sounds, else 0.
    fn left_ms(&self, now: Timestamp) -> i64 {
        match self.stage {
            Stage::Started { anchor, paused_at_ms, .. } => {
                let position = paused_at_ms.unwrap_or_else(|| now.since(anchor));
                (self.duration_ms - position).clamp(0, self.duration_ms)
            }
            _ => 0,
        }
    }

    /// Whether the player of `epoch` holds it or plays it.
    fn is_with(&self, epoch: i64) -> bool {
        match self.stage {
            Stage::Queued => false,
            Stage::Handed { player_epoch, .. } | Stage::Started { player_epoch, .. } => player_epoch == epoch,
        }
    }

    /// The state it is in.
    pub fn state(&self) -> crate::play::PlayState {
        use crate::play::PlayState;
        match self.stage {
            Stage::Queued => PlayState::Queued,
            Stage::Handed { .. } => PlayState::Handed,
            Stage::Started { .. } => PlayState::Started,
        }
    }

    /// Whether it sounds.
    pub fn sounds(&self) -> bool {
        matches!(self.stage, Stage::Started { .. })
    }
}
