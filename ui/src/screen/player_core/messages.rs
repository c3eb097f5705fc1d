//! What the player takes in and what it asks the browser to do.

use super::Saved;
use jukeline_app::{
    api::{HandedSong, Plan},
    id::{PlayId, SongId},
    play::BreakCause,
};

/// What happens to the player.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A claim goes out: the epoch is unknown until the answer.
    Claiming,
    /// The server granted this epoch.
    Granted(i64),
    /// The server's whole truth.
    Plan(Box<Plan>),
    /// Another player claimed this epoch; `same_disk` when it is another window of this browser.
    Superseded {
        /// The newer epoch.
        epoch: i64,
        /// The other window goes on with our song from our disk.
        same_disk: bool,
    },
    /// These reports are durable.
    Acknowledged(Vec<u64>),
    /// The connection is new.
    Reconnected,
    /// The file of a song is at hand.
    Fetched(SongId),
    /// The audio element's clock.
    Clock(PlayId, i64),
    /// The audio element came to its end at this position.
    Ended(PlayId, i64),
    /// The sound can't go on.
    Failed(PlayId, BreakCause),
    /// Time passed.
    Tick,
}

/// What the browser is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Play this from here, in milliseconds.
    Play(Box<HandedSong>, i64),
    /// Hold the sound where it is.
    Pause,
    /// Let it go on.
    Resume,
    /// What sounds goes on below the next song, for so many milliseconds.
    FadeOut(i64),
    /// What sounds goes on to its end, as loud as it is, below the beginning of the next song.
    RingOut,
    /// Silence.
    Stop,
    /// 0 to 100.
    Volume(u8),
    /// Have these songs at hand, in this order, and no others.
    Keep(Vec<SongId>),
    /// The reports changed: write them down and send what is unsent.
    Outbox,
    /// Write down what sounds, before and during sound.
    Save(Saved),
    /// Nothing sounds: forget what was written.
    Forget,
}
