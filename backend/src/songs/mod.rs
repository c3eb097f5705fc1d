//! Songs: finding audio files, reading what they say about themselves, measuring how loud they are, and finding them
//! again by a few typed letters.
//!
//! Nothing here knows the store: folders and plain structs go in, plain structs come out.

mod completeness;
mod cover;
mod decode;
mod fold;
mod import;
mod loudness;
mod names;
mod refused;
mod scan;
pub mod search;
mod song;
mod summary;
mod tags;
pub(crate) mod typed;
mod words;

pub use cover::{COVER_LIMIT_BYTES, Cover};
pub use fold::fold;
pub use import::{ImportError, Progress, import};
pub use loudness::{DEFAULT_GAIN_DB, Loudness, PEAK_CEILING_DBTP, TARGET_LUFS, gain_db};
pub use refused::Refused;
pub use scan::{Files, scan};
pub use song::{Codec, ContentHash, ScannedSong, hash_file, read_song};
pub use summary::Summary;

#[cfg(test)]
mod tests;
