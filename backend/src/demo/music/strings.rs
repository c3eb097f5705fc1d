//! Plucked strings.

use super::random::Random;
use super::synth::{RATE, envelope};

/// Karplus and Strong: a burst of noise runs round a delay line that dulls it.
pub(super) fn plucked(f: f32, length: f32, bright: f32, fade: f32, random: &mut Random) -> Vec<f32> {
    let period = RATE / f;
    // The filter below delays by the share of the older sample; the fraction that is left is interpolated between the
    // two oldest samples of the line.
    let share = 0.5 - 0.45 * bright;
    let whole = (period - share).floor().max(2.0);
    let fraction = period - share - whole;
    let mut line = excitation(whole as usize + 1, bright, random);
    let loss = 0.001_f32.powf(period / RATE / (fade * 2.0));
    let (mut old, mut at) = (0.0, 0);
    let size = line.len();
    let levels = envelope(0.001, 60.0, 1.0, 0.08).levels(length.max(0.08) + fade * 0.25);
    let sound = levels.map(|level| {
        let next = if at + 1 == size { 0 } else { at + 1 };
        let here = line[next] * (1.0 - fraction) + line[at] * fraction;
        let out = loss * (here * (1.0 - share) + old * share);
        old = here;
        line[at] = out;
        at = next;
        out * level
    });
    sound.collect()
}

/// Noise, dulled, without a constant part, plucked a fifth along the string.
fn excitation(size: usize, bright: f32, random: &mut Random) -> Vec<f32> {
    let mut dull = 0.0;
    let cutoff = 0.25 + 0.6 * bright;
    let mut noise: Vec<f32> = (0..size)
        .map(|_| {
            dull += cutoff * (random.signed() - dull);
            dull
        })
        .collect();
    let comb = (size / 5).max(1);
    let plain = noise.clone();
    noise.iter_mut().enumerate().for_each(|(index, sample)| *sample -= 0.8 * plain[(index + comb) % size]);
    let mean = noise.iter().sum::<f32>() / size as f32;
    let power = noise.iter().map(|sample| (sample - mean).powi(2)).sum::<f32>() / size as f32;
    let scale = 0.45 / power.sqrt().max(1e-3);
    noise.iter().map(|sample| (sample - mean) * scale).collect()
}
