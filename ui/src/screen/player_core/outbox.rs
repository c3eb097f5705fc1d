//! Reports that wait for their acknowledgement: numbered, in order, with the moment they tell of.

use jukeline_app::{
    api::{Report, ScreenSays},
    id::PlayId,
};
use serde::{Deserialize, Serialize};

/// Now, by the two clocks a page has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds of the monotonic clock of this page's life.
    pub mono_ms: i64,
    /// Milliseconds since 1970 by the machine's clock: it may jump, so it counts only across a reload.
    pub wall_ms: i64,
}

/// A report that the server hasn't acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Its number on this screen.
    pub number: u64,
    /// Which play.
    pub play: PlayId,
    /// Which handing of it.
    pub attempt: i64,
    /// Under which epoch it was handed.
    pub player_epoch: i64,
    /// What happened.
    pub what: Report,
    /// When, by the machine's clock.
    pub wall_ms: i64,
    /// When, by the monotonic clock: only within the page life that saw it.
    #[serde(skip)]
    pub mono_ms: Option<i64>,
    /// Sent over the connection that stands.
    #[serde(skip)]
    pub sent: bool,
}

impl Waiting {
    /// The message, with how long ago it happened.
    fn message(&self, now: Now) -> ScreenSays {
        let age_ms = match self.mono_ms {
            Some(then) => now.mono_ms - then,
            None => now.wall_ms - self.wall_ms,
        };
        ScreenSays::Report {
            number: self.number,
            play: self.play,
            attempt: self.attempt,
            player_epoch: self.player_epoch,
            what: self.what,
            age_ms: age_ms.max(0),
        }
    }
}

/// The reports that wait, oldest first. Its serialised form is what the disk holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    next: u64,
    waiting: Vec<Waiting>,
}

impl Outbox {
    /// Adds a report under the next number.
    pub fn add(&mut self, play: PlayId, attempt: i64, player_epoch: i64, what: Report, now: Now) {
        self.next += 1;
        let (wall_ms, mono_ms) = (now.wall_ms, Some(now.mono_ms));
        self.waiting.push(Waiting {
            number: self.next,
            play,
            attempt,
            player_epoch,
            what,
            wall_ms,
            mono_ms,
            sent: false,
        });
    }

    /// Forgets what the server has durably.
    pub fn acknowledged(&mut self, numbers: &[u64]) {
        self.waiting.retain(|report| !numbers.contains(&report.number));
    }

    /// A new connection knows nothing of what was sent over the last one: everything goes again, in order.
    pub fn reconnected(&mut self) {
        self.waiting.iter_mut().for_each(|report| report.sent = false);
    }

    /// The messages that this connection hasn't carried yet, oldest first; they count as sent from here on.
    pub fn take_unsent(&mut self, now: Now) -> Vec<ScreenSays> {
        let unsent = self.waiting.iter_mut().filter(|report| !report.sent);
        unsent
            .map(|report| {
                report.sent = true;
                report.message(now)
            })
            .collect()
    }

    /// The reports that wait, oldest first.
    pub fn waiting(&self) -> &[Waiting] {
        &self.waiting
    }
}
