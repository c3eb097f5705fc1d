//! Bands with a plug in the wall.

use super::{MAJOR, MINOR, MINOR_FIVE, player};
use crate::demo::music::style::Step::{Approach, Fifth, Octave, Root, Third};
use crate::demo::music::style::{Echo, Style};
use crate::demo::music::voices::{Drum, Voice};

pub(in crate::demo::music) static SURF: Style = Style {
    beats_per_bar: 4,
    tempo: (148.0, 166.0),
    swing: 0.5,
    scale: MINOR,
    verses: &["Cm Cm Bb Ab Cm Cm G7 G7", "Cm Bb Ab G7 Cm Bb Ab G7", "Cm Cm Fm Fm Cm Cm Ab G7"],
    bridges: &["Fm Fm Cm Cm Ab Ab G7 G7", "Eb Eb Bb Bb Ab Ab G7 G7"],
    last: "Cm",
    chords: player(Voice::String { bright: 0.75, fade: 0.9 }, 0.66, -0.4, 58),
    chord_rhythm: &[(0.0, 0.3, 0.7), (1.0, 0.4, 0.9), (1.5, 0.3, 0.5), (2.5, 0.3, 0.6), (3.0, 0.4, 0.9)],
    arpeggio: false,
    pad: None,
    bass: player(Voice::UprightBass, 0.33, 0.0, 41),
    bass_lines: &[
        &[(0.0, 0.9, Root), (1.0, 0.45, Root), (1.5, 0.45, Fifth), (2.0, 0.9, Octave), (3.0, 0.9, Fifth)],
        &[(0.0, 0.9, Root), (1.0, 0.9, Fifth), (2.0, 0.9, Root), (3.0, 0.9, Approach)],
    ],
    lead: player(Voice::String { bright: 0.95, fade: 2.2 }, 0.98, 0.3, 67),
    cells: &[
        &[(0.0, 0.5), (0.5, 0.5), (1.0, 0.5), (1.5, 1.0), (2.5, 0.5), (3.0, 1.0)],
        &[(0.0, 1.0), (1.0, 1.0), (2.0, 0.5), (2.5, 0.5), (3.0, 1.0)],
        &[(0.0, 1.5), (1.5, 0.5), (2.0, 1.5), (3.5, 0.5)],
        &[(0.0, 0.5), (0.5, 0.5), (1.0, 3.0)],
    ],
    drums: &[
        (Drum::Kick, "x-----x-x-------"),
        (Drum::Snare, "----X-------X-x-"),
        (Drum::ClosedHat, "x-.-x-.-x-.-x-.-"),
    ],
    drum_level: 0.55,
    reverb: 0.42,
    echo: Some(Echo { beats: 0.5, feedback: 0.2, level: 0.16 }),
    crackle: 0.0,
};

pub(in crate::demo::music) static SOUL: Style = Style {
    beats_per_bar: 4,
    tempo: (84.0, 98.0),
    swing: 0.64,
    scale: MINOR_FIVE,
    verses: &["C7 F7 C7 C7 F7 F7 C7 G7", "C7 C7 F7 F9 C7 A7 D9 G7"],
    bridges: &["F7 F7 C7 A7 D9 G7 C7 G7", "Am7 D9 Am7 D9 F7 F7 G7 G7"],
    last: "C13",
    chords: player(Voice::String { bright: 0.45, fade: 0.9 }, 0.85, -0.35, 60),
    chord_rhythm: &[(1.0, 0.35, 0.9), (2.5, 0.25, 0.45), (3.0, 0.35, 0.9)],
    arpeggio: false,
    pad: Some(player(Voice::Organ, 0.12, 0.1, 60)),
    bass: player(Voice::UprightBass, 0.38, 0.0, 40),
    bass_lines: &[
        &[(0.0, 0.9, Root), (1.0, 0.45, Third), (1.5, 0.45, Fifth), (2.0, 0.9, Octave), (3.0, 0.9, Approach)],
        &[(0.0, 0.9, Root), (1.0, 0.9, Root), (2.0, 0.9, Fifth), (3.0, 0.45, Third), (3.5, 0.45, Approach)],
    ],
    lead: player(Voice::Organ, 0.35, 0.25, 70),
    cells: &[
        &[(0.0, 0.5), (0.5, 0.5), (1.0, 1.0), (2.5, 0.5), (3.0, 0.5)],
        &[(0.5, 0.5), (1.0, 0.5), (1.5, 1.5)],
        &[(0.0, 1.5), (1.5, 0.5), (2.0, 1.5)],
        &[(1.5, 0.5), (2.0, 0.5), (2.5, 1.0)],
    ],
    drums: &[(Drum::Kick, "X-----..x-----x-"), (Drum::Snare, "----X-------X--."), (Drum::Ride, "x-.-x-.-x-.-x-.-")],
    drum_level: 0.58,
    reverb: 0.24,
    echo: None,
    crackle: 0.0,
};

pub(in crate::demo::music) static DUB: Style = Style {
    beats_per_bar: 4,
    tempo: (68.0, 76.0),
    swing: 0.54,
    scale: MINOR_FIVE,
    verses: &["Cm7 Cm7 Fm7 Cm7", "Cm7 Bb Cm7 Gm7", "Cm7 Abmaj7 Bb Cm7"],
    bridges: &["Fm7 Cm7 Fm7 Gm7", "Abmaj7 Bb Cm7 Cm7"],
    last: "Cm7",
    chords: player(Voice::Organ, 0.34, -0.3, 64),
    chord_rhythm: &[(0.5, 0.22, 0.8), (1.5, 0.22, 0.9), (2.5, 0.22, 0.8), (3.5, 0.22, 0.9)],
    arpeggio: false,
    pad: None,
    bass: player(Voice::SubBass, 0.34, 0.0, 36),
    bass_lines: &[
        &[(0.0, 0.7, Root), (0.75, 0.5, Root), (1.5, 0.45, Fifth), (2.5, 0.45, Octave), (3.0, 0.8, Fifth)],
        &[(0.5, 0.45, Root), (1.0, 0.9, Root), (2.0, 0.45, Third), (2.5, 0.45, Fifth), (3.0, 0.8, Root)],
    ],
    lead: player(Voice::Accordion, 0.36, 0.3, 72),
    cells: &[
        &[(0.0, 0.5), (0.5, 0.25), (0.75, 0.75), (2.0, 0.5)],
        &[(1.0, 0.5), (1.5, 0.5), (2.0, 1.5)],
        &[(0.0, 0.75), (0.75, 1.5)],
        &[(2.0, 0.5), (2.5, 0.5), (3.0, 0.5)],
    ],
    drums: &[(Drum::Kick, "--------X-------"), (Drum::Rim, "--------x-----.-"), (Drum::ClosedHat, "x-.-x-..x-.-x-.-")],
    drum_level: 0.87,
    reverb: 0.34,
    echo: Some(Echo { beats: 0.75, feedback: 0.55, level: 0.30 }),
    crackle: 0.0,
};

pub(in crate::demo::music) static CITY_POP: Style = Style {
    beats_per_bar: 4,
    tempo: (98.0, 110.0),
    swing: 0.53,
    scale: MAJOR,
    verses: &["Fmaj9 G13 Em7 Am9 Fmaj9 G13 Cmaj9 C9", "Cmaj9 B7 Em9 A7 Dm9 G13 Cmaj9 G13"],
    bridges: &["Fmaj7 Em7 Dm9 Cmaj9 Fmaj7 Em7 Dm9 G13", "Am9 D9 Dm9 G13 Am9 D9 Fmaj7 G13"],
    last: "Cmaj9",
    chords: player(Voice::ElectricPiano, 0.3, -0.3, 62),
    chord_rhythm: &[(0.0, 0.4, 0.8), (0.75, 0.5, 0.7), (1.5, 0.4, 0.6), (2.75, 0.6, 0.8), (3.5, 0.4, 0.5)],
    arpeggio: false,
    pad: Some(player(Voice::Pad, 0.13, 0.1, 62)),
    bass: player(Voice::SynthBass, 0.40, 0.0, 38),
    bass_lines: &[
        &[
            (0.0, 0.6, Root),
            (0.75, 0.2, Octave),
            (1.5, 0.4, Root),
            (2.0, 0.4, Fifth),
            (2.75, 0.5, Octave),
            (3.5, 0.4, Approach),
        ],
        &[
            (0.0, 0.4, Root),
            (0.5, 0.2, Root),
            (1.0, 0.4, Octave),
            (1.75, 0.5, Fifth),
            (2.5, 0.4, Root),
            (3.0, 0.4, Octave),
            (3.5, 0.4, Approach),
        ],
    ],
    lead: player(Voice::SawLead, 0.23, 0.25, 73),
    cells: &[
        &[(0.0, 0.5), (0.5, 0.25), (0.75, 0.75), (2.0, 0.5), (2.5, 1.2)],
        &[(0.5, 0.5), (1.0, 0.5), (1.5, 0.5), (2.0, 0.75), (2.75, 1.0)],
        &[(0.0, 1.5), (1.5, 0.5), (2.0, 1.75)],
        &[(0.75, 0.25), (1.0, 0.5), (1.5, 2.0)],
    ],
    drums: &[
        (Drum::Kick, "X-----x-x--x----"),
        (Drum::Snare, "----X-------X---"),
        (Drum::ClosedHat, "x.x.x.x.x.x.x.--"),
        (Drum::OpenHat, "--------------x-"),
    ],
    drum_level: 0.50,
    reverb: 0.22,
    echo: Some(Echo { beats: 0.75, feedback: 0.25, level: 0.12 }),
    crackle: 0.0,
};
