//! Searching as one types among a million songs.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use jukeline_backend::songs::search::{SongIndex, SongText};

use super::report::{Aim, Row, percentile};

/// Words of the made-up language of all titles.
const WORDS: usize = 150_000;
const ARTISTS: usize = 80_000;
/// Texts that are typed letter by letter.
const TYPED: usize = 400;
/// Letters of each text that are typed at the most.
const LETTERS: usize = 30;
/// Songs asked for, as the search page does.
const HITS: usize = 20;
const SYLLABLES: [&str; 32] = [
    "ka", "lo", "mi", "ra", "ten", "shi", "bel", "or", "an", "du", "vi", "es", "tor", "ne", "ly", "ing", "ber", "cas",
    "fro", "gal", "hum", "jo", "ki", "pa", "qui", "sto", "un", "wy", "the", "lov", "mon", "sun",
];

/// Each keystroke of some hundred searches, a third of them with a typo, over `count` songs.
///
/// # Errors
/// The index cannot be written or read.
pub fn search(count: usize) -> Result<Vec<Row>> {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let songs = catalogue(&mut dice, count);
    let queries = keystrokes(&mut dice, &songs);
    let folder = tempfile::Builder::new().prefix("jukeline-bench-").tempdir()?;
    let index = SongIndex::open(folder.path())?;
    index.replace_all(songs)?;
    let mut took = Vec::with_capacity(queries.len());
    let mut found = 0;
    for query in &queries {
        let began = Instant::now();
        found += usize::from(!index.search(query, HITS)?.is_empty());
        took.push(began.elapsed());
    }
    ensure!(found * 2 > queries.len(), "only {found} of {} searches found anything", queries.len());
    let row = |name: &str, samples: &[Duration], share| {
        Row::new(format!("search over {count} songs, {name}"), percentile(samples, share), "ms")
    };
    Ok(vec![row("p50", &took, 0.5), row("p99", &took, 0.99).aim(Aim::AtMost(20.0))])
}

fn catalogue(dice: &mut Dice, count: usize) -> Vec<SongText> {
    let words: Vec<String> = (0..WORDS).map(|rank| dice.word(rank)).collect();
    let artists: Vec<String> = (0..ARTISTS).map(|_| dice.phrase(&words, 3)).collect();
    (0..count)
        .map(|number| SongText {
            song_id: format!("00000000-0000-4000-8000-{number:012}"),
            title: dice.phrase(&words, 5),
            artists: vec![artists[dice.common(ARTISTS)].clone()],
            album: Some(dice.phrase(&words, 3)),
        })
        .collect()
}

/// What the search field holds after each letter.
fn keystrokes(dice: &mut Dice, songs: &[SongText]) -> Vec<String> {
    let mut queries = Vec::new();
    for _ in 0..TYPED {
        let song = &songs[dice.below(songs.len())];
        let text = match dice.below(3) {
            0 => song.title.clone(),
            1 => song.artists[0].clone(),
            _ => format!("{} {}", song.artists[0], song.title),
        };
        let mut letters: Vec<char> = text.chars().take(LETTERS).collect();
        let slip = 2 + dice.below(letters.len().max(3));
        if dice.below(3) == 0
            && let Some(letter) = letters.get_mut(slip)
        {
            *letter = 'z';
        }
        queries.extend((1..=letters.len()).map(|length| letters[..length].iter().collect::<String>()));
    }
    queries
}

/// The same throws in every run (xorshift64, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, count: usize) -> usize {
        (self.throw() % count as u64) as usize
    }

    /// A rank among `count` of which the first come by far the most often, as words of a language do.
    fn common(&mut self, count: usize) -> usize {
        let unit = (self.throw() >> 11) as f64 / (1_u64 << 53) as f64;
        ((count as f64).powf(unit.powf(1.15)) as usize).saturating_sub(1).min(count - 1)
    }

    /// Common words are short.
    fn word(&mut self, rank: usize) -> String {
        let syllables = if rank < 200 { 1 + self.below(2) } else { 2 + self.below(3) };
        (0..syllables).map(|_| SYLLABLES[self.below(SYLLABLES.len())]).collect()
    }

    fn phrase(&mut self, words: &[String], most: usize) -> String {
        let count = 1 + self.below(most);
        (0..count).map(|_| words[self.common(words.len())].as_str()).collect::<Vec<_>>().join(" ")
    }
}
