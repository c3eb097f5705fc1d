//! How loud a song is (EBU R 128), and what the player adds so that all songs are equally loud.

use ebur128::{EbuR128, Mode};

/// The loudness that every song is brought to, in LUFS.
pub const TARGET_LUFS: f32 = -16.0;
/// No song's true peak is raised above this, in dBTP, so that nothing is cut off.
pub const PEAK_CEILING_DBTP: f32 = -1.0;
/// The gain for sound that could not be measured: loud modern music lies near -10 LUFS.
pub const DEFAULT_GAIN_DB: f32 = -6.0;

/// Quiet recordings are raised by at most this: beyond it one hears their noise.
const MOST_GAIN_DB: f32 = 12.0;
const LEAST_GAIN_DB: f32 = -24.0;
/// The gate of the standard: what is quieter than this is silence.
const SILENCE_LUFS: f64 = -70.0;

/// The loudness of a whole song.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loudness {
    /// Integrated loudness in LUFS, above -70.
    pub integrated_lufs: f32,
    /// True peak (four times oversampled) over all channels in dBTP; 0 is full scale.
    pub true_peak_dbtp: f32,
}

/// The gain in dB that brings a song to [`TARGET_LUFS`] without lifting its peak above [`PEAK_CEILING_DBTP`], within
/// -24 and +12 dB. Without a loudness: 0 for `measured` sound (it is silent), else [`DEFAULT_GAIN_DB`].
pub fn gain_db(loudness: Option<Loudness>, measured: bool) -> f32 {
    match loudness {
        Some(loudness) => {
            let wanted = TARGET_LUFS - loudness.integrated_lufs;
            let headroom = PEAK_CEILING_DBTP - loudness.true_peak_dbtp;
            wanted.min(headroom).clamp(LEAST_GAIN_DB, MOST_GAIN_DB)
        }
        None if measured => 0.0,
        None => DEFAULT_GAIN_DB,
    }
}

/// Measures sound as it is decoded.
pub(super) struct Meter(EbuR128);

impl Meter {
    /// `None` when the channels or the rate are beyond the standard.
    pub(super) fn new(channels: u32, sample_rate: u32) -> Option<Self> {
        EbuR128::new(channels, sample_rate, Mode::I | Mode::TRUE_PEAK).ok().map(Self)
    }

    /// Takes interleaved samples, whole frames.
    pub(super) fn add(&mut self, samples: &[f32]) {
        // Refuses only slices that are no whole frames, which decoders do not give.
        let _ = self.0.add_frames_f32(samples);
    }

    /// `None` for silence.
    pub(super) fn loudness(&self) -> Option<Loudness> {
        let integrated = self.0.loudness_global().ok().filter(|lufs| *lufs > SILENCE_LUFS)?;
        let peak = (0..self.0.channels()).filter_map(|channel| self.0.true_peak(channel).ok()).fold(0.0, f64::max);
        Some(Loudness { integrated_lufs: integrated as f32, true_peak_dbtp: (20.0 * peak.log10()) as f32 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loudness(integrated_lufs: f32, true_peak_dbtp: f32) -> Option<Loudness> {
        Some(Loudness { integrated_lufs, true_peak_dbtp })
    }

    #[test]
    fn gain_reaches_the_target_unless_the_peak_forbids_it() {
        assert_eq!(gain_db(loudness(-9.0, 0.5), true), -7.0);
        assert_eq!(gain_db(loudness(-20.0, -10.0), true), 4.0);
        assert_eq!(gain_db(loudness(-20.0, -2.0), true), 1.0);
        assert_eq!(gain_db(loudness(-60.0, -50.0), true), 12.0);
        assert_eq!(gain_db(None, true), 0.0);
        assert_eq!(gain_db(None, false), DEFAULT_GAIN_DB);
    }

    #[test]
    fn measures_the_standard_sine() {
        // EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS has -23 LUFS.
        let amplitude = 10f32.powf(-23.0 / 20.0);
        let mut meter = Meter::new(2, 48_000).unwrap();
        let sine = |frame: usize| amplitude * (std::f32::consts::TAU * 1000.0 * frame as f32 / 48_000.0).sin();
        let samples: Vec<f32> = (0..48_000 * 5).flat_map(|frame| [sine(frame % 48); 2]).collect();
        meter.add(&samples);
        let loudness = meter.loudness().unwrap();
        assert!((loudness.integrated_lufs + 23.0).abs() < 0.1, "{loudness:?}");
        assert!((loudness.true_peak_dbtp + 23.0).abs() < 0.2, "{loudness:?}");
    }

    #[test]
    fn silence_has_no_loudness() {
        let mut meter = Meter::new(1, 48_000).unwrap();
        meter.add(&vec![0.0; 48_000 * 3]);
        assert_eq!(meter.loudness(), None);
    }
}
