//! Whether staff hold the sound.

use serde::{Deserialize, Serialize};

/// Whether the sound goes on. Songs stay in the line and credits set aside whatever it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// It goes on.
    #[default]
    Free,
    /// It goes on to the end of the song that sounds, and is paused then.
    AfterSong,
    /// Paused, in the middle of a song or between two.
    Paused,
    /// The house has its sound off: as paused, and the player is handed nothing more.
    SoundOff,
}

impl Hold {
    /// Whether the sound stands still now.
    pub fn is_still(self) -> bool {
        matches!(self, Hold::Paused | Hold::SoundOff)
    }
}
