//! Sounding the notes: each voice adds itself to a stereo buffer.

use std::f32::consts::{PI, TAU};
use std::sync::LazyLock;

use super::SAMPLE_RATE;
use super::compose::Note;
use super::random::Random;
use super::saws::{pulse, saws};
use super::strings::plucked;
use super::voices::Voice;

pub(super) const RATE: f32 = SAMPLE_RATE as f32;

/// Two channels of equal length.
#[derive(Debug, Default, Clone)]
pub(super) struct Stereo {
    pub(super) left: Vec<f32>,
    pub(super) right: Vec<f32>,
}

impl Stereo {
    pub(super) fn silence(frames: usize) -> Self {
        Self { left: vec![0.0; frames], right: vec![0.0; frames] }
    }

    /// Adds a mono sound at equal power; what lies behind the end is dropped.
    pub(super) fn add(&mut self, start: f32, sound: &[f32], level: f32, pan: f32) {
        let first = (start * RATE) as usize;
        let angle = (pan + 1.0) * PI / 4.0;
        let (left, right) = (level * angle.cos(), level * angle.sin());
        let room = self.left.len().saturating_sub(first).min(sound.len());
        let channels = self.left.iter_mut().zip(self.right.iter_mut()).skip(first);
        for ((l, r), sample) in channels.zip(&sound[..room]) {
            *l += sample * left;
            *r += sample * right;
        }
    }
}

const TABLE: usize = 4096;
static SINE: LazyLock<Vec<f32>> = LazyLock::new(|| (0..TABLE).map(|i| (i as f32 / TABLE as f32 * TAU).sin()).collect());

/// Sine of a phase in turns.
fn sine(table: &[f32], turns: f32) -> f32 {
    let index = (turns * TABLE as f32) as i32;
    table[index as usize & (TABLE - 1)]
}

fn hertz(pitch: f32) -> f32 {
    440.0 * ((pitch - 69.0) / 12.0).exp2()
}

/// How a note swells, stays and goes; seconds, and the level that stays.
pub(super) struct Envelope {
    attack: f32,
    decay: f32,
    stay: f32,
    release: f32,
}

impl Envelope {
    /// The level at every sample until it has faded.
    pub(super) fn levels(&self, length: f32) -> impl Iterator<Item = f32> + use<> {
        let held = (length * RATE) as usize;
        let whole = held + (self.release * 5.0 * RATE) as usize;
        let rise = 1.0 / (self.attack * RATE).max(1.0);
        let fall = (-1.0 / (self.decay * RATE)).exp();
        let release = (-1.0 / (self.release * RATE)).exp();
        let stay = self.stay;
        let (mut level, mut rising) = (0.0_f32, true);
        (0..whole).map(move |frame| {
            if frame >= held {
                level *= release;
            } else if rising {
                level += rise;
                rising = level < 1.0;
            } else {
                level = stay + (level - stay) * fall;
            }
            level
        })
    }
}

pub(super) fn envelope(attack: f32, decay: f32, stay: f32, release: f32) -> Envelope {
    Envelope { attack, decay, stay, release }
}

/// The sound of one note, mono, at full level.
pub(super) fn sound(note: &Note, random: &mut Random) -> Vec<f32> {
    let (f, length) = (hertz(note.pitch), note.length);
    match note.voice {
        Voice::ElectricPiano => electric_piano(f, length),
        Voice::Vibraphone => partials(f, length, &[(1.0, 1.0, 1.3), (4.0, 0.28, 0.35), (10.0, 0.07, 0.1)], 0.35, 5.2),
        Voice::Bell => partials(f, length, &[(1.0, 1.0, 1.8), (2.0, 0.35, 1.2), (3.01, 0.12, 0.6)], 0.6, 0.0),
        Voice::String { bright, fade } => plucked(f, length, bright, fade, random),
        Voice::UprightBass => upright_bass(f, length, random),
        Voice::Accordion => {
            reeds(f, length, &envelope(0.05, 0.3, 0.85, 0.06), &[1.0, 0.55, 0.42, 0.25, 0.18, 0.1, 0.07])
        }
        Voice::Organ => reeds(f, length, &envelope(0.006, 0.2, 0.9, 0.03), &[1.0, 0.8, 0.5, 0.25, 0.0, 0.2, 0.0, 0.12]),
        Voice::Flute => flute(f, length, random),
        Voice::Pad => saws(f, length, &envelope(0.45, 1.0, 0.9, 0.5), &[0.994, 1.0, 1.006], (500.0, 1400.0, 0.8)),
        Voice::SawLead => saws(f, length, &envelope(0.012, 0.4, 0.7, 0.09), &[0.997, 1.003], (5200.0, 1500.0, 0.35)),
        Voice::SynthBass => saws(f, length, &envelope(0.004, 0.25, 0.55, 0.04), &[1.0, 1.002], (2200.0, 320.0, 0.12)),
        Voice::SubBass => sub_bass(f, length),
        Voice::Pulse { width } => pulse(f, length, width),
        Voice::Triangle => triangle(f, length),
    }
}

fn electric_piano(f: f32, length: f32) -> Vec<f32> {
    let table = &*SINE;
    let step = f / RATE;
    let brightness = (1.0 - (f - 200.0) / 2500.0).clamp(0.35, 1.0);
    let (mut bend, mut tine) = (1.5 * brightness / TAU, 0.22 * brightness);
    let (bend_fall, tine_fall) = ((-1.0 / (0.55 * RATE)).exp(), (-1.0 / (0.09 * RATE)).exp());
    let mut phase = 0.0_f32;
    let levels = envelope(0.003, 1.1, 0.0, 0.12).levels(length);
    let sound = levels.map(|level| {
        phase += step;
        phase -= (phase > 64.0) as u8 as f32 * 64.0;
        bend *= bend_fall;
        tine *= tine_fall;
        let bell = tine * sine(table, phase * 14.0);
        level * (sine(table, phase + bend * sine(table, phase) + 8.0) + bell) * 0.8
    });
    sound.collect()
}

/// Struck metal: sines at (ratio, level, seconds to fade), with a tremolo in hertz.
fn partials(f: f32, length: f32, partials: &[(f32, f32, f32)], release: f32, tremolo: f32) -> Vec<f32> {
    let table = &*SINE;
    let levels = envelope(0.002, 60.0, 0.9, release).levels(length.max(0.3));
    let mut voices: Vec<_> = partials
        .iter()
        .filter(|(ratio, ..)| f * ratio < RATE * 0.42)
        .map(|(ratio, level, fade)| (f * ratio / RATE, 0.0_f32, *level, (-1.0 / (fade * RATE)).exp()))
        .collect();
    let mut shake = 0.0;
    let sound = levels.map(|envelope| {
        shake += tremolo / RATE;
        let mut sum = 0.0;
        for (step, phase, level, fall) in &mut voices {
            *phase = (*phase + *step).fract();
            *level *= *fall;
            sum += *level * sine(table, *phase);
        }
        let depth = if tremolo > 0.0 { 0.82 + 0.18 * sine(table, shake) } else { 1.0 };
        envelope * sum * depth * 0.7
    });
    sound.collect()
}

fn upright_bass(f: f32, length: f32, random: &mut Random) -> Vec<f32> {
    let body = partials(f, length, &[(1.0, 1.0, 0.9), (2.0, 0.45, 0.5), (3.0, 0.16, 0.25)], 0.06, 0.0);
    let string = plucked(f, length, 0.25, 0.8, random);
    let size = body.len().min(string.len());
    (0..size).map(|index| body[index] * 0.95 + string[index] * 0.3).collect()
}

/// Harmonics, played twice slightly apart.
fn reeds(f: f32, length: f32, envelope: &Envelope, harmonics: &[f32]) -> Vec<f32> {
    let table = &*SINE;
    let total: f32 = harmonics.iter().sum();
    let wave: Vec<f32> = (0..TABLE)
        .map(|index| {
            let turns = index as f32 / TABLE as f32;
            let audible = harmonics.iter().enumerate().filter(|(order, _)| f * (*order as f32 + 1.0) < RATE * 0.42);
            audible.map(|(order, level)| level * sine(table, turns * (order as f32 + 1.0))).sum::<f32>() / total
        })
        .collect();
    let (mut one, mut two, mut shake) = (0.0_f32, 0.37_f32, 0.0_f32);
    let levels = envelope.levels(length);
    let sound = levels.map(|level| {
        shake = (shake + 5.6 / RATE).fract();
        one = (one + f * 0.9985 / RATE).fract();
        two = (two + f * 1.0015 / RATE).fract();
        level * (sine(&wave, one) + 0.8 * sine(&wave, two)) * (0.9 + 0.1 * sine(table, shake))
    });
    sound.collect()
}

fn flute(f: f32, length: f32, random: &mut Random) -> Vec<f32> {
    let table = &*SINE;
    let (mut phase, mut shake, mut breath, mut since) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
    let levels = envelope(0.06, 0.5, 0.85, 0.09).levels(length);
    let sound = levels.map(|level| {
        since += 1.0 / RATE;
        shake = (shake + 5.1 / RATE).fract();
        let vibrato = 1.0 + 0.0055 * (since * 2.5).min(1.0) * sine(table, shake);
        phase = (phase + f * vibrato / RATE).fract();
        breath += 0.18 * (random.signed() - breath);
        let tone = sine(table, phase) + 0.22 * sine(table, phase * 2.0) + 0.09 * sine(table, phase * 3.0);
        level * (tone + 0.09 * breath) * 0.75
    });
    sound.collect()
}

fn triangle(f: f32, length: f32) -> Vec<f32> {
    let mut phase = 0.0_f32;
    let levels = envelope(0.003, 0.4, 0.8, 0.02).levels(length);
    let sound = levels.map(|level| {
        phase = (phase + f / RATE).fract();
        level * (4.0 * (phase - 0.5).abs() - 1.0)
    });
    sound.collect()
}

fn sub_bass(f: f32, length: f32) -> Vec<f32> {
    let table = &*SINE;
    let mut phase = 0.0_f32;
    let levels = envelope(0.008, 0.6, 0.75, 0.05).levels(length);
    let sound = levels.map(|level| {
        phase = (phase + f / RATE).fract();
        let wave = sine(table, phase) + 0.18 * sine(table, phase * 2.0);
        level * (wave * 1.5).tanh()
    });
    sound.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(voice: Voice, pitch: f32) -> Vec<f32> {
        let note = Note { voice, start: 0.0, length: 0.8, pitch, level: 1.0, pan: 0.0 };
        sound(&note, &mut Random::new(1))
    }

    /// Energy at a frequency (Goertzel), over the first 0.6 s.
    fn energy(sound: &[f32], hertz: f32) -> f32 {
        let (mut re, mut im) = (0.0, 0.0);
        for (index, sample) in sound.iter().take((RATE * 0.6) as usize).enumerate() {
            let angle = TAU * (hertz * index as f32 / RATE).fract();
            re += sample * angle.cos();
            im += sample * angle.sin();
        }
        re * re + im * im
    }

    #[test]
    fn every_voice_is_in_tune_and_bounded() {
        let voices = [
            Voice::ElectricPiano,
            Voice::Vibraphone,
            Voice::Bell,
            Voice::String { bright: 0.5, fade: 1.5 },
            Voice::Accordion,
            Voice::Organ,
            Voice::Flute,
            Voice::Pad,
            Voice::SawLead,
            Voice::SynthBass,
            Voice::SubBass,
            Voice::Pulse { width: 0.5 },
            Voice::Triangle,
            Voice::UprightBass,
        ];
        for voice in voices {
            let sound = played(voice, 57.0);
            assert!(sound.iter().all(|sample| sample.is_finite() && sample.abs() < 3.0), "{voice:?}");
            let best = (200..=240).max_by(|a, b| energy(&sound, *a as f32).total_cmp(&energy(&sound, *b as f32)));
            assert!((218..=222).contains(&best.unwrap()), "{voice:?} sounds at {best:?} Hz, not 220");
        }
    }
}
