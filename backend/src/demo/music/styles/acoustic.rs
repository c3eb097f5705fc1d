//! Wood, breath and strings.

use super::{MAJOR, player};
use crate::demo::music::style::Step::{Approach, Fifth, Octave, Root, Third};
use crate::demo::music::style::Style;
use crate::demo::music::voices::{Drum, Voice};

pub(in crate::demo::music) static JAZZ_TRIO: Style = Style {
    beats_per_bar: 4,
    tempo: (72.0, 88.0),
    swing: 0.64,
    scale: MAJOR,
    verses: &["Dm9 G13 Cmaj9 A7 Dm9 G13 Cmaj9 Cmaj7", "Cmaj9 Am7 Dm9 G13 Em7 A7b9 Dm9 G13"],
    bridges: &["Fmaj7 Fm6 Em7 A7b9 Dm7 G7 Cmaj7 G13", "Am7 D9 Gmaj7 Em7 Am7 D9 Dm7 G13"],
    last: "C6",
    chords: player(Voice::ElectricPiano, 0.42, -0.25, 60),
    chord_rhythm: &[(0.0, 1.2, 0.8), (1.5, 0.9, 0.55), (3.5, 0.5, 0.45)],
    arpeggio: false,
    pad: None,
    bass: player(Voice::UprightBass, 0.45, 0.05, 40),
    bass_lines: &[
        &[(0.0, 0.95, Root), (1.0, 0.95, Third), (2.0, 0.95, Fifth), (3.0, 0.9, Approach)],
        &[(0.0, 0.95, Root), (1.0, 0.95, Fifth), (2.0, 0.95, Octave), (3.0, 0.9, Approach)],
    ],
    lead: player(Voice::Vibraphone, 0.45, 0.25, 74),
    cells: &[
        &[(0.5, 0.5), (1.0, 0.5), (1.5, 1.0), (3.0, 0.9)],
        &[(0.0, 1.5), (1.5, 0.5), (2.0, 1.5)],
        &[(1.0, 0.5), (1.5, 0.5), (2.0, 0.5), (2.5, 1.2)],
        &[(0.0, 0.66), (1.0, 0.5), (1.5, 2.2)],
    ],
    drums: &[(Drum::Ride, "x---x-.-x---x-.-"), (Drum::Brush, "..--x-----..x---"), (Drum::SoftKick, ".-------.-------")],
    drum_level: 1.1,
    reverb: 0.30,
    echo: None,
    crackle: 0.0,
};

pub(in crate::demo::music) static BOSSA: Style = Style {
    beats_per_bar: 4,
    tempo: (118.0, 134.0),
    swing: 0.5,
    scale: MAJOR,
    verses: &["Cmaj9 Cmaj9 D9 D9 Dm9 G13 Cmaj9 G13", "Cmaj9 Am7 Dm9 G13 Em7 A7b9 Dm9 G13"],
    bridges: &["Fmaj7 Fm6 Em7 A7b9 Dm9 Fm6 Cmaj9 G13", "Gm9 C13 Fmaj9 Fmaj9 Fm9 Bb13 Dm9 G13"],
    last: "Cmaj9",
    chords: player(Voice::String { bright: 0.38, fade: 1.6 }, 0.66, -0.2, 59),
    chord_rhythm: &[(0.0, 0.9, 0.7), (1.5, 0.8, 0.8), (2.5, 0.4, 0.5), (3.0, 0.4, 0.6), (3.5, 0.5, 0.75)],
    arpeggio: false,
    pad: None,
    bass: player(Voice::UprightBass, 0.4, 0.05, 41),
    bass_lines: &[&[(0.0, 1.4, Root), (1.5, 0.5, Fifth), (2.0, 1.4, Fifth), (3.5, 0.5, Root)]],
    lead: player(Voice::Flute, 0.30, 0.25, 76),
    cells: &[
        &[(0.0, 1.5), (1.5, 1.0), (2.5, 1.4)],
        &[(0.5, 0.5), (1.0, 0.5), (1.5, 1.0), (2.5, 0.5), (3.0, 0.9)],
        &[(0.0, 0.5), (0.5, 1.0), (1.5, 0.5), (2.0, 1.8)],
        &[(1.0, 0.5), (1.5, 2.4)],
    ],
    drums: &[(Drum::Shaker, "x.x.x.x.x.x.x.x."), (Drum::Rim, "x-----x---x-----"), (Drum::SoftKick, "x-----x-x-----x-")],
    drum_level: 0.7,
    reverb: 0.26,
    echo: None,
    crackle: 0.0,
};

pub(in crate::demo::music) static WALTZ: Style = Style {
    beats_per_bar: 3,
    tempo: (138.0, 160.0),
    swing: 0.5,
    scale: MAJOR,
    verses: &["C C F C Am Dm G G", "C Am F G C Am Dm G", "Am Em F C Dm Am G G"],
    bridges: &["F C G C F C Dm G", "Am Em Am E7 F C G7 G7"],
    last: "C",
    chords: player(Voice::String { bright: 0.5, fade: 1.4 }, 0.76, -0.3, 60),
    chord_rhythm: &[(1.0, 0.8, 0.7), (2.0, 0.8, 0.6)],
    arpeggio: false,
    pad: Some(player(Voice::Accordion, 0.14, -0.1, 62)),
    bass: player(Voice::UprightBass, 0.44, 0.0, 42),
    bass_lines: &[&[(0.0, 2.2, Root)], &[(0.0, 1.8, Root), (2.0, 0.8, Approach)], &[(0.0, 2.2, Fifth)]],
    lead: player(Voice::Accordion, 0.26, 0.2, 76),
    cells: &[
        &[(0.0, 1.0), (1.0, 1.0), (2.0, 1.0)],
        &[(0.0, 2.0), (2.0, 1.0)],
        &[(0.0, 1.0), (1.0, 0.5), (1.5, 0.5), (2.0, 1.0)],
        &[(0.0, 3.0)],
        &[(0.0, 1.5), (1.5, 0.5), (2.0, 1.0)],
    ],
    drums: &[(Drum::Shaker, "----.---x---"), (Drum::SoftKick, ".-----------")],
    drum_level: 0.7,
    reverb: 0.30,
    echo: None,
    crackle: 0.0,
};
