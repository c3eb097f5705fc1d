//! Drums and cymbals out of sines and noise.

use std::f32::consts::TAU;

use super::random::Random;
use super::synth::RATE;
use super::voices::Drum;

/// A stroke's sound, its level in the mix and its place (-1 left to 1 right).
pub(super) fn stroke(drum: Drum, random: &mut Random) -> (Vec<f32>, f32, f32) {
    match drum {
        Drum::Kick => (swept(150.0, 46.0, 0.035, 0.16, 0.35), 1.0, 0.0),
        Drum::SoftKick => (swept(95.0, 48.0, 0.03, 0.13, 0.3), 0.7, 0.0),
        Drum::Tom => (swept(190.0, 105.0, 0.06, 0.16, 0.4), 0.6, 0.25),
        Drum::Snare => (mix(&noise(random, 0.11, 0.30, 900.0), &swept(240.0, 185.0, 0.02, 0.07, 0.2), 0.5), 0.62, 0.05),
        Drum::NoiseSnare => (noise(random, 0.06, 0.18, 400.0), 0.45, 0.0),
        Drum::Rim => {
            (mix(&noise(random, 0.012, 0.06, 1500.0), &swept(1750.0, 1650.0, 0.01, 0.015, 0.06), 0.6), 0.42, -0.2)
        }
        Drum::Brush => (swell(random), 0.34, -0.15),
        Drum::ClosedHat => (noise(random, 0.028, 0.11, 7000.0), 0.34, 0.3),
        Drum::OpenHat => (noise(random, 0.16, 0.5, 6500.0), 0.28, 0.3),
        Drum::Shaker => (noise(random, 0.035, 0.14, 5000.0), 0.26, 0.35),
        Drum::Ride => (ride(random), 0.22, 0.35),
        Drum::Clap => (clap(random), 0.5, 0.0),
    }
}

/// A sine that falls from one frequency to the other.
fn swept(from: f32, to: f32, sweep: f32, fade: f32, length: f32) -> Vec<f32> {
    let mut phase = 0.0_f32;
    let frames = (length * 1.6 * RATE) as usize;
    let sound = (0..frames).map(|frame| {
        let time = frame as f32 / RATE;
        phase = (phase + (to + (from - to) * (-time / sweep).exp()) / RATE).fract();
        (phase * TAU).sin() * (-time / fade).exp() * (time * 1500.0).min(1.0)
    });
    sound.collect()
}

/// Noise above `lowest` hertz, fading.
fn noise(random: &mut Random, fade: f32, length: f32, lowest: f32) -> Vec<f32> {
    let cutoff = (lowest * TAU / RATE).min(0.9);
    let (mut one, mut two) = (0.0, 0.0);
    let frames = (length * 1.6 * RATE) as usize;
    let sound = (0..frames).map(|frame| {
        let white = random.signed();
        one += cutoff * (white - one);
        let high = white - one;
        two += cutoff * (high - two);
        (high - two) * (-(frame as f32) / RATE / fade).exp()
    });
    sound.collect()
}

fn swell(random: &mut Random) -> Vec<f32> {
    let frames = (0.34 * RATE) as usize;
    let mut dull = 0.0;
    let sound = (0..frames).map(|frame| {
        let part = frame as f32 / frames as f32;
        dull += 0.55 * (random.signed() - dull);
        dull * (part * std::f32::consts::PI).sin().powi(2)
    });
    sound.collect()
}

/// A cymbal: sines that have nothing to do with one another, and a little noise.
fn ride(random: &mut Random) -> Vec<f32> {
    const RATIOS: [f32; 6] = [1.0, 1.342, 1.2312, 1.6532, 1.9523, 2.1523];
    let wash = noise(random, 0.25, 0.7, 6000.0);
    let sound = wash.iter().enumerate().map(|(frame, wash)| {
        let time = frame as f32 / RATE;
        let metal: f32 = RATIOS.iter().map(|ratio| (TAU * (time * 3150.0 * ratio).fract()).sin().signum()).sum();
        metal * 0.05 * (-time / 0.11).exp() + wash * 0.5
    });
    let mut before = 0.0;
    sound.map(|sample| sample - std::mem::replace(&mut before, sample) * 0.7).collect()
}

/// Several hands, not quite together.
fn clap(random: &mut Random) -> Vec<f32> {
    let mut sound = vec![0.0; (0.35 * RATE) as usize];
    for (delay, fade) in [(0.0, 0.008), (0.011, 0.008), (0.022, 0.07)] {
        let first = (delay * RATE) as usize;
        let hand = noise(random, fade, 0.2, 1100.0);
        sound[first..].iter_mut().zip(hand).for_each(|(sample, hand)| *sample += hand);
    }
    sound
}

fn mix(one: &[f32], two: &[f32], second: f32) -> Vec<f32> {
    let at = |sound: &[f32], index: usize| sound.get(index).copied().unwrap_or(0.0);
    (0..one.len().max(two.len())).map(|index| at(one, index) + second * at(two, index)).collect()
}
