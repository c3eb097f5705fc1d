//! Why a file is not taken in, in words for the person who owns it.

use std::time::Duration;

/// Songs shorter than this are sounds, not songs.
pub(super) const SHORTEST: Duration = Duration::from_secs(10);
/// Songs longer than this would hold a whole room for too long.
pub(super) const LONGEST: Duration = Duration::from_secs(20 * 60);

/// Why a file was not imported. Its `Display` is a plain sentence part without a full stop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The content is none of the supported kinds of sound.
    #[error("not a sound file")]
    NotAudio,
    /// The file has no bytes, or no sound in it.
    #[error("empty")]
    Empty,
    /// The file can't be decoded from beginning to end; says what was found.
    #[error("damaged: {0}")]
    Damaged(String),
    /// Sound, but of a kind that players in a browser don't have; says which.
    #[error("a kind of sound that players don't have: {0}")]
    Unsupported(String),
    /// Shorter than 10 seconds.
    #[error("too short: {} s (at least {} s)", .0.as_secs(), SHORTEST.as_secs())]
    TooShort(Duration),
    /// Longer than 20 minutes.
    #[error("too long: {} min (at most {} min)", .0.as_secs() / 60, LONGEST.as_secs() / 60)]
    TooLong(Duration),
    /// The file could not be read from the disk; says why.
    #[error("can't be read: {0}")]
    Unreadable(String),
}

impl Refused {
    pub(super) fn unreadable(error: &std::io::Error) -> Self {
        Self::Unreadable(error.kind().to_string())
    }

    pub(super) fn damaged(detail: impl std::fmt::Display) -> Self {
        Self::Damaged(detail.to_string())
    }
}
