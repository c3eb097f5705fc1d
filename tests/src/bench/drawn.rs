//! A year of a network, drawn by dice: which songs are heard where, and how many rows readers keep of it.

use std::collections::{HashMap, HashSet};

/// Songs of the catalogue. The rank of a drawn song is log-uniform, near to Zipf's law with exponent 1: ranks 10 to 99 are
/// drawn as often as 1,000 to 9,999.
const SONGS: u32 = 20_000;
/// Patrons of each venue.
const PATRONS: u32 = 50;
/// Hours in which songs are heard.
const HOURS: u32 = 7;
/// Parts of the network's charts.
const PARTS: u32 = 24;
/// Days that windows of the network are kept.
const WINDOWS_KEPT: u32 = 40;
/// Nights of evenings that are kept.
const EVENINGS_KEPT: u32 = 90;
/// Songs of a venue that elsewhere keeps.
const ELSEWHERE_KEPT: u32 = 40;

/// How large it is.
#[derive(Clone, Copy)]
pub(super) struct Year {
    pub(super) venues: u32,
    pub(super) nights: u32,
    /// Plays a night and venue.
    pub(super) plays: u32,
}

/// A song that was heard.
pub(super) struct Play {
    pub(super) venue: u32,
    /// Its number in the night of its venue.
    pub(super) number: u32,
    pub(super) account: u128,
    pub(super) song: u32,
    /// Hours since the night began.
    pub(super) hour: u32,
}

/// How many accounts there are, numbered from 0.
pub(super) fn accounts(year: Year) -> u128 {
    u128::from(year.venues) * u128::from(PATRONS)
}

/// What is heard in a night.
pub(super) fn night(year: Year, night: u32) -> impl Iterator<Item = Play> {
    (0..year.venues).flat_map(move |venue| (0..year.plays).map(move |number| play(venue, night, number)))
}

fn play(venue: u32, night: u32, number: u32) -> Play {
    let seed = (u64::from(venue) << 40) ^ (u64::from(night) << 20) ^ u64::from(number);
    let dice = mixed(seed);
    let unit = (mixed(dice) >> 11) as f64 / (1_u64 << 53) as f64;
    let song = (f64::from(SONGS).powf(unit) as u32).min(SONGS - 1);
    let account = u128::from(venue) * u128::from(PATRONS) + u128::from(dice % u64::from(PATRONS));
    let hour = u32::try_from((dice >> 32) % u64::from(HOURS)).unwrap_or(0);
    Play { venue, number, account, song, hour }
}

/// A step of SplitMix64: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Rows of each table: those that are kept at the end of the year, and all. Jukeboxes are spread evenly over the parts,
/// weeks and months are 7 and 30 nights.
pub(super) fn rows_of(year: Year) -> Vec<(&'static str, f64, f64)> {
    let mut tally = Tally::default();
    for number in 0..year.nights {
        tally.add(year, number);
    }
    let plays = f64::from(year.venues) * f64::from(year.nights) * f64::from(year.plays);
    let elsewhere = f64::from(year.venues) * f64::from(ELSEWHERE_KEPT).min(plays / f64::from(year.venues));
    let charts = tally.nights + tally.ever.len() as f64;
    let in_all = tally.parts_in_all.len() as f64;
    vec![
        ("chart_parts", tally.parts_kept + in_all, tally.parts + in_all),
        // Kept for one to two years: all of this one.
        ("charts", charts, charts),
        ("elsewhere", elsewhere, elsewhere),
        ("evenings", tally.evenings_kept, tally.evenings),
        ("history", plays, plays),
        ("hours", tally.hours.len() as f64, tally.hours.len() as f64),
    ]
}

#[derive(Default)]
struct Tally {
    /// Rows of venues and nights.
    nights: f64,
    ever: HashSet<(u32, u32)>,
    hours: HashSet<(u32, u32, u32)>,
    /// The windows that are open, by their length: rows of each.
    open: HashMap<u32, HashSet<(u32, u32)>>,
    parts: f64,
    parts_kept: f64,
    parts_in_all: HashSet<(u32, u32)>,
    evenings: f64,
    evenings_kept: f64,
}

impl Tally {
    fn add(&mut self, year: Year, number: u32) {
        let left = year.nights - 1 - number;
        let (mut of_venues, mut of_patrons) = (HashSet::new(), HashSet::new());
        for play in night(year, number) {
            let part = (play.venue % PARTS, play.song);
            of_venues.insert((play.venue, play.song));
            of_patrons.insert((play.account, play.song));
            self.hours.insert((play.venue, play.hour, play.song));
            self.parts_in_all.insert(part);
            for length in [1, 7, 30] {
                self.open.entry(length).or_default().insert(part);
            }
        }
        self.nights += of_venues.len() as f64;
        self.ever.extend(of_venues);
        let evenings = of_patrons.len() as f64;
        self.evenings += evenings;
        self.evenings_kept += if left < EVENINGS_KEPT { evenings } else { 0.0 };
        for (length, rows) in &mut self.open {
            // The last one ends with the year.
            if (number + 1).is_multiple_of(*length) || left == 0 {
                let rows = std::mem::take(rows).len() as f64;
                self.parts += rows;
                self.parts_kept += if left <= WINDOWS_KEPT { rows } else { 0.0 };
            }
        }
    }
}
