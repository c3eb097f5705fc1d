//! The instruments by name.

/// An instrument with a pitch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Voice {
    /// Two sines, one bending the other, with a short bell at the start.
    ElectricPiano,
    /// Metal bars over tubes, with a slow tremolo.
    Vibraphone,
    /// A plucked string: how bright it is (0 to 1) and after how many seconds it has faded.
    String { bright: f32, fade: f32 },
    /// Reeds, slightly out of tune with one another.
    Accordion,
    /// Drawbars and a slow rotor.
    Organ,
    /// Breath and a sine.
    Flute,
    /// Detuned saws that rise slowly.
    Pad,
    /// A bright saw that closes again.
    SawLead,
    /// A pulse of the given width (0 to 0.5).
    Pulse { width: f32 },
    /// A pulse's plain bass.
    Triangle,
    /// A plucked double bass.
    UprightBass,
    /// A saw, closed quickly.
    SynthBass,
    /// A deep sine, slightly overdriven.
    SubBass,
    /// Struck glass: pure, slow to fade.
    Bell,
}

/// A drum or cymbal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drum {
    Kick,
    SoftKick,
    Snare,
    Rim,
    Brush,
    ClosedHat,
    OpenHat,
    Ride,
    Shaker,
    Tom,
    Clap,
    /// A burst of noise as old game machines had it.
    NoiseSnare,
}
