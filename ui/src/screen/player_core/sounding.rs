//! The song that sounds: how far it is, and how much of it was heard.

use jukeline_app::{api::HandedSong, id::PlayId, play::HEARD_MS};
use serde::{Deserialize, Serialize};

/// Between two saves, in milliseconds of the monotonic clock.
const SAVE_EVERY_MS: i64 = 1_000;
/// An advance may exceed the time that passed by this much: clocks are read at different moments. More is a seek.
const CLOCK_SLACK_MS: i64 = 400;
/// The end of a short song may be missed by this much: the last reading of the clock comes before the end.
const SHORT_END_SLACK_MS: i64 = 1_000;

/// What the disk holds of the song that sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The play.
    pub play: PlayId,
    /// Which handing of it.
    pub attempt: i64,
    /// Where it stood, in milliseconds.
    pub position_ms: i64,
    /// How much of it was heard, in milliseconds of the audio clock's own advance.
    pub heard_ms: i64,
}

/// The song that sounds or is about to.
#[derive(Clone, Debug)]
pub struct Sounding {
    /// The song.
    pub song: HandedSong,
    /// The epoch under which it was handed.
    pub epoch: i64,
    /// Where it is, in milliseconds.
    pub position_ms: i64,
    /// The audio clock has advanced.
    pub started: bool,
    /// It counts.
    pub heard: bool,
    from_ms: i64,
    heard_ms: i64,
    read_at: Option<i64>,
    saved_at: Option<i64>,
}

/// What a reading of the audio clock brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct News {
    /// It sounds, for the first time.
    pub(super) started: bool,
    /// Enough of it was heard, for the first time.
    pub(super) heard: bool,
    /// It is time to write it down.
    pub(super) save: bool,
}

impl Sounding {
    /// A song about to sound, from where it is to be resumed.
    pub(super) fn new(song: HandedSong, epoch: i64, saved: Option<Saved>) -> Sounding {
        let from_ms = song.resume_ms.unwrap_or(0).clamp(0, song.song.duration_ms.max(0));
        let heard_ms = saved.map_or(0, |saved| saved.heard_ms).min(from_ms);
        // Said before the reload already; saying it again would change nothing.
        let heard = heard_ms >= HEARD_MS.min(song.song.duration_ms);
        let (position_ms, started) = (from_ms, false);
        Sounding { song, epoch, position_ms, started, heard, from_ms, heard_ms, read_at: None, saved_at: None }
    }

    /// How far it came since it began here, in milliseconds.
    pub fn advanced_ms(&self) -> i64 {
        self.position_ms - self.from_ms
    }

    /// How much of it is left, in milliseconds.
    pub(super) fn left_ms(&self) -> i64 {
        self.song.song.duration_ms - self.position_ms
    }

    /// What to write down.
    pub fn saved(&self) -> Saved {
        let (play, attempt) = (self.song.play, self.song.attempt);
        Saved { play, attempt, position_ms: self.position_ms, heard_ms: self.heard_ms }
    }

    /// Reads the audio clock. Only an advance that the time passed allows counts as heard: a pause adds nothing, a seek
    /// neither.
    pub(super) fn advance(&mut self, position_ms: i64, mono_ms: i64) -> News {
        let step = position_ms - self.position_ms;
        let passed = self.read_at.map_or(0, |then| mono_ms - then);
        self.read_at = Some(mono_ms);
        self.position_ms = position_ms;
        if step <= 0 {
            return News::default();
        }
        if step <= passed + CLOCK_SLACK_MS {
            self.heard_ms += step;
        }
        let started = !std::mem::replace(&mut self.started, true);
        let heard = !self.heard && self.heard_ms >= HEARD_MS;
        self.heard |= heard;
        let save = started || self.saved_at.is_none_or(|then| mono_ms - then >= SAVE_EVERY_MS);
        if save {
            self.saved_at = Some(mono_ms);
        }
        News { started, heard, save }
    }

    /// A song shorter than what counts is heard at its end, if it sounded all the way.
    pub(super) fn heard_to_the_end(&mut self) -> bool {
        let whole = HEARD_MS.min(self.song.song.duration_ms) - SHORT_END_SLACK_MS;
        let heard = !self.heard && self.song.song.duration_ms <= HEARD_MS && self.heard_ms >= whole;
        self.heard |= heard;
        heard
    }
}
