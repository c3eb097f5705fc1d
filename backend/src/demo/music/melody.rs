//! Melodies: short motifs that are repeated, moved and answered over the chords.

use super::chords::Chord;
use super::random::Random;
use super::style::Style;

/// A note of a melody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tone {
    /// Beats from the start of the section.
    pub(super) beat: f32,
    /// Beats.
    pub(super) length: f32,
    /// MIDI pitch.
    pub(super) pitch: i32,
}

/// One bar of a motif: rhythm, and for each note the steps along the scale from where the phrase stands.
#[derive(Debug, Clone)]
struct Cell {
    rhythm: &'static [(f32, f32)],
    steps: Vec<i32>,
}

/// A melody over `bars`: phrases of four bars "question, answer, question, close". The first cell comes again
/// higher, so that one recognises it.
pub(super) fn melody(random: &mut Random, style: &Style, key: i32, bars: &[Chord], lift: i32) -> Vec<Tone> {
    let (question, answer) = (cell(random, style), cell(random, style));
    let close = style.cells.iter().min_by_key(|cell| cell.len()).copied().unwrap_or_default();
    let close = Cell { rhythm: close, steps: vec![0; close.len()] };
    let beats = f32::from(style.beats_per_bar);
    let mut tones = Vec::new();
    for (index, chord) in bars.iter().enumerate() {
        let (cell, height) = match index % 4 {
            0 => (&question, 0),
            1 => (&answer, 1),
            2 => (&question, 2),
            _ => (&close, 0),
        };
        let ladder = ladder(style.scale, key, chord);
        let closing = index % 4 == 3;
        let place = Place { ladder: &ladder, chord, centre: style.lead.centre, height: height + lift };
        tones.extend(place.sing(cell, index as f32 * beats, beats, closing));
    }
    tones
}

fn cell(random: &mut Random, style: &Style) -> Cell {
    let rhythm = random.pick(style.cells).copied().unwrap_or_default();
    let mut at = random.below(3) as i32 - 1;
    let mut steps = Vec::with_capacity(rhythm.len());
    for _ in rhythm {
        steps.push(at);
        // Mostly steps, sometimes a leap, which then turns back.
        let leap = random.chance(0.22);
        let size = if leap { 2 + random.below(2) as i32 } else { 1 };
        let up = if at.abs() >= 3 { at < 0 } else { random.chance(0.5) };
        at += if up { size } else { -size };
    }
    Cell { rhythm, steps }
}

struct Place<'a> {
    ladder: &'a [i32],
    chord: &'a Chord,
    centre: i32,
    height: i32,
}

impl Place<'_> {
    fn sing(&self, cell: &Cell, start: f32, bar: f32, closing: bool) -> Vec<Tone> {
        let notes = cell.rhythm.iter().zip(&cell.steps).enumerate();
        let last = cell.rhythm.len().saturating_sub(1);
        let tones = notes.map(|(index, ((beat, length), step))| {
            let strong = *beat == 0.0 || *beat == 2.0 || *length >= 1.0 || (closing && index == last);
            Tone { beat: start + beat, length: length.min(bar - beat), pitch: self.pitch(*step, strong) }
        });
        tones.collect()
    }

    fn pitch(&self, step: i32, strong: bool) -> i32 {
        let nearest = self.ladder.iter().enumerate().min_by_key(|(_, pitch)| (*pitch - self.centre).abs());
        let middle = nearest.map_or(0, |(index, _)| index as i32);
        let index = (middle + self.height + step).clamp(0, self.ladder.len() as i32 - 1);
        let pitch = self.ladder.get(index as usize).copied().unwrap_or(self.centre);
        if !strong || self.chord.contains(pitch) {
            return pitch;
        }
        (1..=4).flat_map(|away| [pitch - away, pitch + away]).find(|near| self.chord.contains(*near)).unwrap_or(pitch)
    }
}

/// The notes that sound well over a chord: the key's scale, without what rubs against a chord note foreign to it.
fn ladder(scale: &[i32], key: i32, chord: &Chord) -> Vec<i32> {
    let in_scale = |pitch: i32| scale.contains(&(pitch - key).rem_euclid(12));
    let foreign = |pitch: i32| chord.contains(pitch) && !in_scale(pitch);
    let fits = |pitch: &i32| chord.contains(*pitch) || (in_scale(*pitch) && !foreign(pitch - 1) && !foreign(pitch + 1));
    (45..=98).filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::music::styles;

    #[test]
    fn long_notes_belong_to_the_chord_and_the_first_bar_comes_again() {
        let style = &styles::BOSSA;
        let bars = Chord::progression(style.verses[0], 3);
        let tones = melody(&mut Random::new(5), style, 3, &bars, 0);
        for tone in &tones {
            let chord = &bars[(tone.beat / 4.0) as usize];
            assert!(tone.length < 1.0 || chord.contains(tone.pitch), "{tone:?} over {chord:?}");
            assert!((60..=92).contains(&tone.pitch), "{tone:?}");
        }
        let beats = |bar: usize| -> Vec<f32> {
            let first = bar as f32 * 4.0;
            let of_bar = tones.iter().filter(|tone| (first..first + 4.0).contains(&tone.beat));
            of_bar.map(|tone| tone.beat - first).collect()
        };
        assert_eq!(beats(0), beats(2));
        assert_eq!(beats(0), beats(4));
    }
}
