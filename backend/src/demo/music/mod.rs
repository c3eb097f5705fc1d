//! The demo's music: played by invented bands, composed and synthesised from a seed, so that the project ships none.
//!
//! [`catalogue`] says what there is, in the order in which to render it: the first pieces are of different bands, so
//! that a room is worth visiting before the last one is done. The same seed gives the same music.

mod catalogue;
mod chords;
mod compose;
mod drums;
mod effects;
mod encode;
mod melody;
mod render;
mod saws;
mod strings;
mod style;
mod styles;
mod synth;
mod voices;

use super::random;

pub use catalogue::{PieceSpec, catalogue};
pub use render::{RenderError, render, render_all};

/// Samples a second of each of the two channels.
pub const SAMPLE_RATE: u32 = 32_000;

#[cfg(test)]
mod tests;
