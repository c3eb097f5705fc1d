//! The test sound: two soft notes, made here so that it needs no file and no network.

use std::f32::consts::TAU;

const RATE: u32 = 22_050;
/// Two notes a fifth apart: Hz and when they begin, in seconds.
const NOTES: [(f32, f32); 2] = [(523.25, 0.0), (783.99, 0.16)];
const SECONDS: f32 = 1.1;
const LOUDNESS: f32 = 0.16;

/// A WAV file (RIFF, PCM, 16 bit, mono) of the chime.
pub(super) fn chime() -> Vec<u8> {
    wav((0..(SECONDS * RATE as f32) as u32).map(|n| sample(n as f32 / RATE as f32)))
}

/// A WAV file of a twentieth of a second of silence: asks the browser whether sound is allowed.
pub(super) fn silence() -> Vec<u8> {
    wav((0..RATE / 20).map(|_| 0.0))
}

fn sample(at: f32) -> f32 {
    let note = |(pitch, begins): (f32, f32)| {
        let since = at - begins;
        if since < 0.0 {
            return 0.0;
        }
        let attack = (since / 0.01).min(1.0);
        let tone = (TAU * pitch * since).sin() + 0.25 * (2.0 * TAU * pitch * since).sin();
        attack * (-5.0 * since).exp() * tone
    };
    LOUDNESS * NOTES.into_iter().map(note).sum::<f32>()
}

fn wav(samples: impl Iterator<Item = f32>) -> Vec<u8> {
    let data: Vec<u8> = samples.flat_map(|s| ((s.clamp(-1.0, 1.0) * 32_767.0) as i16).to_le_bytes()).collect();
    let length = data.len() as u32;
    let mut file = Vec::with_capacity(44 + data.len());
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + length).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    for word in [1_u16, 1] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&(RATE * 2).to_le_bytes());
    for word in [2_u16, 16] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    file.extend_from_slice(b"data");
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(&data);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_the_true_lengths() {
        for file in [chime(), silence()] {
            let word = |at: usize| u32::from_le_bytes([file[at], file[at + 1], file[at + 2], file[at + 3]]) as usize;
            assert_eq!((word(4), word(40)), (file.len() - 8, file.len() - 44));
            assert_eq!(word(24), 22_050);
        }
    }

    #[test]
    fn the_chime_is_soft_and_ends_in_silence() {
        let peak = (0..24_000).map(|n| sample(n as f32 / 22_050.0).abs()).fold(0.0, f32::max);
        assert!((0.05..0.4).contains(&peak), "{peak}");
        assert!(sample(SECONDS).abs() < 0.01);
    }
}
