//! The room around the instruments, and the last step that keeps the sum in bounds.

use super::style::Echo;
use super::synth::{RATE, Stereo};

/// Nothing leaves louder than this (-1.7 dBFS): the encoder may overshoot a little.
const CEILING: f32 = 0.82;
/// Below this the limiter does nothing.
const KNEE: f32 = 0.55;
/// Root mean square of the finished sound.
const WANTED_POWER: f32 = 0.115;

/// A delay line that feeds back a dulled copy of itself.
struct Comb {
    line: Vec<f32>,
    at: usize,
    dull: f32,
    feedback: f32,
}

impl Comb {
    fn new(milliseconds: f32, seconds: f32) -> Self {
        let size = (milliseconds / 1000.0 * RATE) as usize;
        // Down by 60 dB after the given time.
        let feedback = 0.001_f32.powf(milliseconds / 1000.0 / seconds);
        Self { line: vec![0.0; size.max(1)], at: 0, dull: 0.0, feedback }
    }

    fn run(&mut self, input: f32) -> f32 {
        let out = self.line[self.at];
        self.dull += 0.55 * (out - self.dull);
        self.line[self.at] = input + self.dull * self.feedback;
        self.at = if self.at + 1 == self.line.len() { 0 } else { self.at + 1 };
        out
    }
}

/// A delay line that smears without colouring.
struct AllPass {
    line: Vec<f32>,
    at: usize,
}

impl AllPass {
    fn new(milliseconds: f32) -> Self {
        Self { line: vec![0.0; ((milliseconds / 1000.0 * RATE) as usize).max(1)], at: 0 }
    }

    fn run(&mut self, input: f32) -> f32 {
        let delayed = self.line[self.at];
        let out = delayed - 0.5 * input;
        self.line[self.at] = input + 0.5 * out;
        self.at = if self.at + 1 == self.line.len() { 0 } else { self.at + 1 };
        out
    }
}

/// Adds a room (after Schroeder): four combs and two all-passes a side, the sides slightly different.
pub(super) fn reverb(sound: &mut Stereo, amount: f32) {
    if amount <= 0.0 {
        return;
    }
    let seconds = 0.9 + 2.2 * amount;
    side(&mut sound.left, [29.7, 37.1, 41.1, 43.7], [5.0, 1.7], amount, seconds);
    side(&mut sound.right, [30.5, 36.3, 42.3, 44.9], [4.8, 1.9], amount, seconds);
}

fn side(channel: &mut [f32], combs: [f32; 4], passes: [f32; 2], amount: f32, seconds: f32) {
    let mut combs = combs.map(|milliseconds| Comb::new(milliseconds, seconds));
    let mut passes = passes.map(AllPass::new);
    let mut low = 0.0;
    for sample in channel {
        // Bass notes stay dry: in a room they only boom.
        low += 0.035 * (*sample - low);
        let input = (*sample - low) * 0.25;
        let sum: f32 = combs.iter_mut().map(|comb| comb.run(input)).sum();
        let wet = passes.iter_mut().fold(sum, |sum, pass| pass.run(sum));
        *sample += wet * amount;
    }
}

/// Repeats that jump from side to side, each duller than the one before.
pub(super) fn echo(sound: &mut Stereo, echo: &Echo, tempo: f32) {
    let size = ((echo.beats * 60.0 / tempo * RATE) as usize).max(1);
    let mut lines = [vec![0.0; size], vec![0.0; size]];
    let (mut dull, mut at) = ([0.0_f32; 2], 0);
    for (left, right) in sound.left.iter_mut().zip(sound.right.iter_mut()) {
        let out = [lines[0][at], lines[1][at]];
        for (dull, out) in dull.iter_mut().zip(out) {
            *dull += 0.4 * (out - *dull);
        }
        lines[0][at] = (*left + *right) * 0.5 + dull[1] * echo.feedback;
        lines[1][at] = dull[0];
        at = if at + 1 == size { 0 } else { at + 1 };
        *left += out[0] * echo.level;
        *right += out[1] * echo.level;
    }
}

/// Takes out what is below hearing, brings all pieces to one power, rounds peaks off softly and fades the end.
pub(super) fn finish(sound: &mut Stereo, fade_seconds: f32) {
    high_pass(&mut sound.left);
    high_pass(&mut sound.right);
    let squares: f64 = sound.left.iter().chain(&sound.right).map(|sample| f64::from(sample * sample)).sum();
    let power = (squares / (2.0 * sound.left.len().max(1) as f64)).sqrt() as f32;
    let gain = WANTED_POWER / power.max(1e-6);
    let frames = sound.left.len();
    let fade = ((fade_seconds * RATE) as usize).clamp(1, frames.max(1));
    for channel in [&mut sound.left, &mut sound.right] {
        for (frame, sample) in channel.iter_mut().enumerate() {
            let left = (frames - frame) as f32 / fade as f32;
            let faded = if left < 1.0 { left * left * (3.0 - 2.0 * left) } else { 1.0 };
            *sample = limited(*sample * gain) * faded;
        }
    }
}

fn limited(sample: f32) -> f32 {
    let size = sample.abs();
    if size <= KNEE {
        return sample;
    }
    let room = CEILING - KNEE;
    sample.signum() * (KNEE + room * ((size - KNEE) / room).tanh())
}

fn high_pass(channel: &mut [f32]) {
    let mut low = 0.0;
    let cutoff = 28.0 * std::f32::consts::TAU / RATE;
    for sample in channel {
        low += cutoff * (*sample - low);
        *sample -= low;
    }
}
