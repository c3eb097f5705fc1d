//! Saws and pulses without the harshness of plain steps.

use std::f32::consts::TAU;

use super::synth::{Envelope, RATE, envelope};

/// Band-limited saws through a filter that moves from the first to the second frequency in the given time.
pub(super) fn saws(f: f32, length: f32, envelope: &Envelope, detune: &[f32], filter: (f32, f32, f32)) -> Vec<f32> {
    let (open, closed, time) = filter;
    let mut voices: Vec<(f32, f32)> =
        detune.iter().enumerate().map(|(index, ratio)| (f * ratio / RATE, index as f32 * 0.31)).collect();
    let fall = (-1.0 / (time * RATE)).exp();
    let (mut moving, mut low, mut lower) = (open - closed, 0.0_f32, 0.0_f32);
    let each = 1.0 / (voices.len() as f32).sqrt();
    let sound = envelope.levels(length).map(|level| {
        moving *= fall;
        let sum: f32 = voices.iter_mut().map(|(step, phase)| saw(phase, *step)).sum();
        let cutoff = ((closed + moving + f * 0.5) * TAU / RATE).min(0.9);
        low += cutoff * (sum * each - low);
        lower += cutoff * (low - lower);
        level * lower
    });
    sound.collect()
}

fn saw(phase: &mut f32, step: f32) -> f32 {
    *phase += step;
    *phase -= (*phase >= 1.0) as u8 as f32;
    *phase * 2.0 - 1.0 - corner(*phase, step)
}

/// Rounds off the jump of a saw or pulse, so that it does not fold back into the audible (polynomial step).
fn corner(phase: f32, step: f32) -> f32 {
    if phase < step {
        let at = phase / step;
        at + at - at * at - 1.0
    } else if phase > 1.0 - step {
        let at = (phase - 1.0) / step;
        at * at + at + at + 1.0
    } else {
        0.0
    }
}

pub(super) fn pulse(f: f32, length: f32, width: f32) -> Vec<f32> {
    let step = f / RATE;
    let (mut one, mut two) = (0.0_f32, width);
    let (mut smooth, mut since) = (0.0_f32, 0.0_f32);
    let levels = envelope(0.003, 0.25, 0.6, 0.03).levels(length);
    let sound = levels.map(|level| {
        since += 1.0 / RATE;
        let vibrato = if since > 0.25 { 1.0 + 0.004 * (since * 36.0).sin() } else { 1.0 };
        let difference = saw(&mut one, step * vibrato) - saw(&mut two, step * vibrato);
        smooth += 0.6 * (difference - smooth);
        level * smooth * 0.6
    });
    sound.collect()
}
