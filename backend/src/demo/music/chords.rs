//! Chords by name, and moving from one to the next with little movement of each voice.

/// A chord: root and the notes above it, in semitones from C (0 to 11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chord {
    pub(super) root: i32,
    /// Semitones above the root, ascending, the root first.
    pub(super) above: &'static [i32],
}

impl Chord {
    /// Reads "C", "F#m7", "Bbmaj9"; `None` for anything else.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let letter = match name.as_bytes().first()? {
            b'C' => 0,
            b'D' => 2,
            b'E' => 4,
            b'F' => 5,
            b'G' => 7,
            b'A' => 9,
            b'B' => 11,
            _ => return None,
        };
        let (root, quality) = match name.as_bytes().get(1) {
            Some(b'b') => (letter + 11, &name[2..]),
            Some(b'#') => (letter + 1, &name[2..]),
            _ => (letter, &name[1..]),
        };
        Some(Self { root: root % 12, above: above(quality)? })
    }

    /// The chords of a progression written for C, moved to the key `key` semitones above it.
    pub(super) fn progression(names: &str, key: i32) -> Vec<Self> {
        let chords = names.split_whitespace().filter_map(Self::parse);
        chords.map(|chord| Self { root: (chord.root + key).rem_euclid(12), ..chord }).collect()
    }

    pub(super) fn contains(&self, pitch: i32) -> bool {
        self.above.iter().any(|above| (self.root + above - pitch).rem_euclid(12) == 0)
    }
}

fn above(quality: &str) -> Option<&'static [i32]> {
    Some(match quality {
        "" => &[0, 4, 7],
        "m" => &[0, 3, 7],
        "5" => &[0, 7],
        "6" => &[0, 4, 7, 9],
        "m6" => &[0, 3, 7, 9],
        "7" => &[0, 4, 7, 10],
        "9" => &[0, 4, 7, 10, 14],
        "13" => &[0, 4, 10, 14, 21],
        "maj7" => &[0, 4, 7, 11],
        "maj9" => &[0, 4, 7, 11, 14],
        "m7" => &[0, 3, 7, 10],
        "m9" => &[0, 3, 7, 10, 14],
        "m7b5" => &[0, 3, 6, 10],
        "dim7" => &[0, 3, 6, 9],
        "7b9" => &[0, 4, 7, 10, 13],
        "sus2" => &[0, 2, 7],
        "sus4" => &[0, 5, 7],
        "add9" => &[0, 4, 7, 14],
        _ => return None,
    })
}

/// Places a chord's notes around `centre` (a MIDI pitch) so that the voices move as little as possible from
/// `before`. Chords of more than three notes leave the root to the bass.
pub(super) fn voice(chord: &Chord, before: &[i32], centre: i32) -> Vec<i32> {
    let upper = if chord.above.len() > 3 { &chord.above[1..] } else { chord.above };
    let mut classes: Vec<i32> = upper.iter().map(|above| (chord.root + above).rem_euclid(12)).collect();
    classes.sort_unstable();
    let candidates = (0..classes.len()).flat_map(|turn| {
        let mut turned = classes.clone();
        turned.rotate_left(turn);
        [-12, 0].map(|octave| stack(&turned, centre + octave))
    });
    candidates.min_by_key(|notes| movement(notes, before, centre)).unwrap_or_default()
}

/// The notes upwards from `lowest`, each as near above the one before as it gets.
fn stack(classes: &[i32], lowest: i32) -> Vec<i32> {
    let mut above = lowest;
    let mut notes = Vec::with_capacity(classes.len());
    for class in classes {
        above += (class - above).rem_euclid(12);
        notes.push(above);
        above += 1;
    }
    notes
}

fn movement(notes: &[i32], before: &[i32], centre: i32) -> i32 {
    let away: i32 = notes.iter().map(|note| (note - centre).abs()).sum();
    let moved: i32 =
        notes.iter().map(|note| before.iter().map(|other| (note - other).abs()).min().unwrap_or_default()).sum();
    moved * 3 + away
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names() {
        assert_eq!(Chord::parse("Bbmaj7"), Some(Chord { root: 10, above: &[0, 4, 7, 11] }));
        assert_eq!(Chord::parse("F#m7b5"), Some(Chord { root: 6, above: &[0, 3, 6, 10] }));
        assert_eq!(Chord::parse("H"), None);
        assert_eq!(Chord::parse("Cblue"), None);
    }

    #[test]
    fn voices_hardly_move() {
        let chords = Chord::progression("Dm7 G7 Cmaj7 Am7", 0);
        let mut before = voice(&chords[0], &[], 60);
        for chord in &chords[1..] {
            let now = voice(chord, &before, 60);
            let most = now.iter().map(|note| before.iter().map(|other| (note - other).abs()).min().unwrap()).max();
            assert!(most.unwrap() <= 4, "{before:?} to {now:?}");
            assert!(now.iter().all(|note| chord.contains(*note)), "{now:?}");
            before = now;
        }
    }
}
