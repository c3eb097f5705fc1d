//! What makes a style: its chords, its rhythm and its instruments.

use super::voices::{Drum, Voice};

/// A note of a repeated bar: beat (from 0), length in beats, strength (0 to 1).
pub(super) type Hit = (f32, f32, f32);

/// A note of a bass line: beat, length in beats, and which note.
pub(super) type BassHit = (f32, f32, Step);

/// A note of a bass line, relative to the chord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Root,
    Third,
    Fifth,
    Octave,
    /// A semitone below or above the root of the next chord.
    Approach,
}

/// An instrument in the mix.
#[derive(Debug, Clone, Copy)]
pub(super) struct Player {
    pub(super) voice: Voice,
    /// 0 to 1.
    pub(super) level: f32,
    /// -1 (left) to 1.
    pub(super) pan: f32,
    /// The MIDI pitch around which it plays.
    pub(super) centre: i32,
}

/// Repeats of the whole sound, in beats.
#[derive(Debug, Clone, Copy)]
pub(super) struct Echo {
    pub(super) beats: f32,
    pub(super) feedback: f32,
    pub(super) level: f32,
}

/// A style of music; all of a band's pieces have the same.
#[derive(Debug)]
pub(super) struct Style {
    pub(super) beats_per_bar: u8,
    /// Slowest and fastest, in beats a minute.
    pub(super) tempo: (f32, f32),
    /// Where the second half of a beat falls: 0.5 is straight, 0.66 a full swing.
    pub(super) swing: f32,
    /// The scale of melodies, in semitones.
    pub(super) scale: &'static [i32],
    /// Progressions written for C, one chord a bar, four or eight bars.
    pub(super) verses: &'static [&'static str],
    pub(super) bridges: &'static [&'static str],
    /// The chord that ends a piece.
    pub(super) last: &'static str,
    pub(super) chords: Player,
    pub(super) chord_rhythm: &'static [Hit],
    /// Broken chords: each hit of the rhythm plays one note, in turn.
    pub(super) arpeggio: bool,
    pub(super) pad: Option<Player>,
    pub(super) bass: Player,
    pub(super) bass_lines: &'static [&'static [BassHit]],
    pub(super) lead: Player,
    /// Rhythms of one bar for melodies: beat and length.
    pub(super) cells: &'static [&'static [(f32, f32)]],
    /// One character for each sixteenth: `X` strong, `x` normal, `.` soft, `-` nothing.
    pub(super) drums: &'static [(Drum, &'static str)],
    pub(super) drum_level: f32,
    /// 0 (dry) to 1.
    pub(super) reverb: f32,
    pub(super) echo: Option<Echo>,
    /// Level of a worn record's crackle.
    pub(super) crackle: f32,
}
