//! From a piece's style and seed to a list of notes in seconds.

use super::PieceSpec;
use super::chords::{Chord, voice};
use super::melody::{Tone, melody};
use super::random::Random;
use super::style::{BassHit, Player, Step, Style};
use super::voices::{Drum, Voice};

/// Pieces aim at this length; whole phrases make it 42 to 58 s.
const WANTED_SECONDS: f32 = 49.0;
/// After the last chord has been struck.
pub(super) const RING_SECONDS: f32 = 3.8;

/// A note with a pitch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Note {
    pub(super) voice: Voice,
    /// Seconds from the start of the piece.
    pub(super) start: f32,
    /// Seconds until it is let go.
    pub(super) length: f32,
    /// MIDI pitch.
    pub(super) pitch: f32,
    pub(super) level: f32,
    pub(super) pan: f32,
}

/// A stroke on a drum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    pub(super) drum: Drum,
    pub(super) start: f32,
    pub(super) level: f32,
}

/// A whole piece.
#[derive(Debug, Default)]
pub(super) struct Score {
    pub(super) notes: Vec<Note>,
    pub(super) strokes: Vec<Stroke>,
    /// Seconds, the last chord's ringing included.
    pub(super) length: f32,
}

pub(super) fn compose(spec: &PieceSpec) -> Score {
    let mut writer = Writer::new(spec);
    writer.write();
    writer.score
}

/// A part of the form: where it starts, its chords, and who plays.
struct Section {
    first_bar: usize,
    bars: Vec<Chord>,
    lead: bool,
    pad: bool,
    drums: bool,
    /// Steps of the scale by which the melody lies higher.
    lift: i32,
    /// The melody's own seed: sections with the same seed have the same melody.
    tune: u64,
}

struct Writer<'a> {
    spec: &'a PieceSpec,
    style: &'static Style,
    random: Random,
    score: Score,
}

impl<'a> Writer<'a> {
    fn new(spec: &'a PieceSpec) -> Self {
        Self { spec, style: spec.style, random: Random::new(spec.seed), score: Score::default() }
    }

    fn write(&mut self) {
        let sections = self.form();
        let end_bar = sections.last().map_or(0, |section| section.first_bar + section.bars.len());
        let bass_line = self.random.pick(self.style.bass_lines).copied().unwrap_or_default();
        let mut before = Vec::new();
        for section in &sections {
            self.chords(section, &mut before);
            self.bass(section, bass_line);
            if section.lead {
                self.lead(section);
            }
            if section.drums {
                self.drums(section);
            }
        }
        self.ending(end_bar, &before);
        self.score.length = self.seconds(end_bar as f32 * self.beats()) + RING_SECONDS;
    }

    fn beats(&self) -> f32 {
        f32::from(self.style.beats_per_bar)
    }

    /// Four bars to come in, then verse, verse, bridge, verse in phrases of four bars.
    fn form(&mut self) -> Vec<Section> {
        let bar_seconds = self.beats() * 60.0 / self.spec.tempo;
        let phrases = ((WANTED_SECONDS - RING_SECONDS) / (bar_seconds * 4.0)).round().max(3.0) as usize;
        let mut choose = |choices: &[&str]| {
            Chord::progression(self.random.pick(choices).copied().unwrap_or_default(), self.spec.key)
        };
        let (verse, bridge) = (choose(self.style.verses), choose(self.style.bridges));
        let bridge_at = if phrases >= 4 { phrases * 3 / 5 } else { phrases };
        let bridge_phrases = if phrases >= 9 { 2 } else { 1 };
        let (mut in_verse, mut in_bridge) = (0, 0);
        let mut sections = Vec::new();
        for phrase in 0..phrases {
            let is_bridge = (bridge_at..bridge_at + bridge_phrases).contains(&phrase) && phrase + 1 < phrases;
            let (source, played) = if is_bridge { (&bridge, &mut in_bridge) } else { (&verse, &mut in_verse) };
            let bars = (0..4).map(|bar| source[(*played * 4 + bar) % source.len()].clone()).collect();
            // The introduction does not use up the verse, so that the tune starts where the chords start.
            *played += usize::from(phrase > 0);
            sections.push(Section {
                first_bar: phrase * 4,
                bars,
                lead: phrase > 0,
                pad: phrase != 1,
                drums: phrase > 0 || self.style.beats_per_bar == 3,
                lift: if is_bridge { 2 } else { 0 },
                tune: self.spec.seed ^ if is_bridge { 0xb } else { 0xa + 16 * (*played as u64 % 2) },
            });
        }
        sections
    }

    /// The second at which a beat falls, swung.
    fn seconds(&self, beat: f32) -> f32 {
        let (whole, part) = (beat.floor(), beat.fract());
        let swing = self.style.swing;
        let swung = if part < 0.5 { part * 2.0 * swing } else { swing + (part - 0.5) * 2.0 * (1.0 - swing) };
        (whole + swung) * 60.0 / self.spec.tempo
    }

    /// Nobody plays exactly on time, or twice equally strong.
    fn note(&mut self, player: &Player, beat: f32, length: f32, pitch: i32, strength: f32) {
        let start = (self.seconds(beat) + self.random.signed() * 0.006).max(0.0);
        let level = player.level * strength * (1.0 + 0.08 * self.random.signed());
        let length = (self.seconds(beat + length) - self.seconds(beat)).max(0.05);
        let pan = player.pan;
        self.score.notes.push(Note { voice: player.voice, start, length, pitch: pitch as f32, level, pan });
    }

    fn chords(&mut self, section: &Section, before: &mut Vec<i32>) {
        let style = self.style;
        let mut turn = 0;
        for (bar, chord) in section.bars.iter().enumerate() {
            let start = (section.first_bar + bar) as f32 * self.beats();
            let pitches = voice(chord, before, style.chords.centre);
            for (beat, length, strength) in style.chord_rhythm {
                if style.arpeggio {
                    let pitch = broken(&pitches, turn);
                    turn += 1;
                    self.note(&style.chords, start + beat, *length, pitch, *strength);
                } else {
                    self.strum(&style.chords, start + beat, *length, &pitches, *strength);
                }
            }
            if let Some(pad) = style.pad.as_ref().filter(|_| section.pad) {
                self.strum(pad, start, self.beats() * 0.98, &pitches, 0.8);
            }
            *before = pitches;
        }
    }

    fn strum(&mut self, player: &Player, beat: f32, length: f32, pitches: &[i32], strength: f32) {
        // A strummed string sounds a little after the one below it.
        let spread = if matches!(player.voice, Voice::String { .. }) { 0.025 } else { 0.004 };
        let each = strength / (pitches.len().max(1) as f32).sqrt();
        for (index, pitch) in pitches.iter().enumerate() {
            self.note(player, beat + spread * index as f32, length, *pitch, each);
        }
    }

    fn bass(&mut self, section: &Section, line: &[BassHit]) {
        for (bar, chord) in section.bars.iter().enumerate() {
            let start = (section.first_bar + bar) as f32 * self.beats();
            let next = section.bars.get(bar + 1).or(section.bars.first()).unwrap_or(chord);
            for (beat, length, step) in line {
                let pitch = self.bass_pitch(chord, next, *step);
                let strength = if *beat == 0.0 { 1.0 } else { 0.82 };
                let player = self.style.bass;
                self.note(&player, start + beat, *length, pitch, strength);
            }
        }
    }

    fn bass_pitch(&mut self, chord: &Chord, next: &Chord, step: Step) -> i32 {
        let centre = self.style.bass.centre;
        let near = |class: i32| centre - 6 + (class - (centre - 6)).rem_euclid(12);
        let root = near(chord.root);
        let above = |wanted: std::ops::RangeInclusive<i32>| {
            chord.above.iter().find(|above| wanted.contains(above)).copied().unwrap_or(0)
        };
        match step {
            Step::Root => root,
            Step::Third => root + above(3..=5),
            Step::Fifth => root + above(6..=8),
            Step::Octave => root + 12,
            Step::Approach if next.root == chord.root => root + above(6..=8),
            Step::Approach => near(next.root) + if self.random.chance(0.5) { 1 } else { -1 },
        }
    }

    fn lead(&mut self, section: &Section) {
        let tune = &mut Random::new(section.tune);
        let tones = melody(tune, self.style, self.spec.key, &section.bars, section.lift);
        let start = section.first_bar as f32 * self.beats();
        let player = self.style.lead;
        for Tone { beat, length, pitch } in tones {
            let strength = if beat.fract() == 0.0 { 1.0 } else { 0.86 };
            self.note(&player, start + beat, length * 0.95, pitch, strength);
        }
    }

    fn drums(&mut self, section: &Section) {
        let style = self.style;
        let sixteenths = usize::from(style.beats_per_bar) * 4;
        for bar in 0..section.bars.len() {
            let fill = bar + 1 == section.bars.len();
            for (drum, pattern) in style.drums {
                for (step, mark) in pattern.bytes().take(sixteenths).enumerate() {
                    let beat = (section.first_bar + bar) as f32 * self.beats() + step as f32 * 0.25;
                    self.stroke(*drum, beat, strength(mark));
                }
            }
            let has_snare = style.drums.iter().any(|(drum, _)| matches!(drum, Drum::Snare | Drum::NoiseSnare));
            if fill && has_snare {
                let beat = (section.first_bar + bar + 1) as f32 * self.beats() - 0.75;
                (0..3).for_each(|step| self.stroke(Drum::Tom, beat + step as f32 * 0.25, 0.5 + step as f32 * 0.12));
            }
        }
    }

    fn stroke(&mut self, drum: Drum, beat: f32, strength: f32) {
        if strength > 0.0 {
            let start = (self.seconds(beat) + self.random.signed() * 0.004).max(0.0);
            let level = strength * self.style.drum_level * (1.0 + 0.1 * self.random.signed());
            self.score.strokes.push(Stroke { drum, start, level });
        }
    }

    fn ending(&mut self, bar: usize, before: &[i32]) {
        let style = self.style;
        let beat = bar as f32 * self.beats();
        let length = RING_SECONDS * 0.75 * self.spec.tempo / 60.0;
        let Some(chord) = Chord::progression(style.last, self.spec.key).pop() else { return };
        let pitches = voice(&chord, before, style.chords.centre);
        let highest = pitches.iter().max().copied().unwrap_or(style.chords.centre) + 12;
        self.strum(&style.chords, beat, length, &pitches, 0.9);
        if let Some(pad) = &style.pad {
            self.strum(pad, beat, length, &pitches, 0.8);
        }
        let root = self.bass_pitch(&chord, &chord, Step::Root);
        self.note(&style.bass, beat, length, root, 1.0);
        self.note(&style.lead, beat, length * 0.8, highest, 0.7);
        if !style.drums.is_empty() {
            self.stroke(Drum::SoftKick, beat, 0.8);
            self.stroke(Drum::Ride, beat, 0.6);
        }
    }
}

/// Up and down again through the chord and its octave.
fn broken(pitches: &[i32], turn: usize) -> i32 {
    let mut notes: Vec<i32> = pitches.to_vec();
    notes.extend(pitches.first().map(|lowest| lowest + 12));
    let back: Vec<i32> = notes.iter().rev().skip(1).take(notes.len().saturating_sub(2)).copied().collect();
    notes.extend(back);
    notes.get(turn % notes.len().max(1)).copied().unwrap_or(60)
}

fn strength(mark: u8) -> f32 {
    match mark {
        b'X' => 1.0,
        b'x' => 0.75,
        b'.' => 0.32,
        _ => 0.0,
    }
}
