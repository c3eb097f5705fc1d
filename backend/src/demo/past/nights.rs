//! Nights, simulated: who comes, when, and what they play.
//!
//! Only sums, products and comparisons: the same seed gives the same nights on every machine. Each night is drawn for
//! itself, so that a past that ends a day later has the same nights and one more.

use super::cast::{Cast, Habits, Person, Tune, hash, mix};
use crate::demo::random::Random;
use jukeline_app::{
    hours::{NightSpan, days_before, house_clock, night_span},
    id::PlayId,
    time::{MINUTE, SECOND, Timestamp},
};

/// Nights of the last weeks, every one of them.
const RECENT: u32 = 61;
/// Before that there was music now and then.
const NOW_AND_THEN: u32 = 9;
/// Nights around the same date a year ago, again every one.
const YEAR_AGO: std::ops::RangeInclusive<u32> = 358..=372;
/// How busy nights were back then.
const BACK_THEN: f32 = 0.5;
/// Until the next song starts.
const GAP_MS: i64 = 1_500;
/// A song isn't heard again before that.
const COOLDOWN_MS: i64 = 60 * MINUTE;
/// What counts as heard.
const HEARD_MS: i64 = 30 * SECOND;

/// A song that was played.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PastPlay {
    pub(super) play: PlayId,
    /// Where, by its number in the cast.
    pub(super) place: usize,
    /// Whose, by their number in the cast.
    pub(super) person: usize,
    /// What, by its number in the cast.
    pub(super) tune: usize,
    pub(super) asked_at: Timestamp,
    pub(super) started_at: Timestamp,
    pub(super) heard_at: Timestamp,
    pub(super) ended_at: Timestamp,
    pub(super) night: u32,
}

/// All plays that were over by `until`, night by night.
pub(super) fn simulate(cast: &Cast, seed: u64, until: Timestamp) -> Vec<PastPlay> {
    let today = house_clock(until, "UTC", &[]).night;
    let wanted = |ago: &u32| *ago <= RECENT || YEAR_AGO.contains(ago) || ago.is_multiple_of(NOW_AND_THEN);
    let mut plays = Vec::new();
    for ago in (0..=*YEAR_AGO.end()).rev().filter(wanted) {
        let night = Night { cast, seed, ago, number: days_before(today, ago) };
        for place in 0..cast.places.len() {
            night.at(place, &mut plays);
        }
    }
    plays.retain(|play| play.ended_at < until);
    plays
}

struct Night<'c> {
    cast: &'c Cast,
    seed: u64,
    /// How many nights ago.
    ago: u32,
    number: u32,
}

/// Somebody who is there for a while.
struct Visit {
    person: usize,
    from: Timestamp,
    to: Timestamp,
}

impl Night<'_> {
    fn random(&self, of: &str, number: usize) -> Random {
        Random::new(mix(self.seed ^ hash(&[of]), u64::from(self.number) << 16 | number as u64))
    }

    fn at(&self, place: usize, plays: &mut Vec<PastPlay>) {
        let here = &self.cast.places[place];
        let Some(span) = night_span(self.number, &here.timezone, here.open()) else { return };
        let habits = here.habits;
        let mut random = self.random("night", place);
        let visits = self.visits(place, span, &mut random);
        let busy = if self.ago <= RECENT { 1.0 } else { BACK_THEN };
        let songs = habits.songs * habits.days[usize::from(span.day) % 7] * busy;
        let length = span.closes.0 - span.opens.0;
        let fits: Vec<f32> =
            self.cast.tunes.iter().map(|tune| self.cast.fits(place, tune) * fortune(tune, self.ago)).collect();
        let mut last_started: Vec<Option<Timestamp>> = vec![None; fits.len()];
        let mut free_at = span.opens;
        let mut at = span.opens;
        loop {
            let height = pace(habits, (at.0 - span.opens.0) as f32 / length as f32);
            at = at.plus((length as f32 / songs / height * (0.3 + 1.4 * random.unit())) as i64);
            let Some(person) = who(&visits, at, &mut random) else { return };
            let started_at = at.max(free_at);
            let rested = |tune: &usize| last_started[*tune].is_none_or(|last| started_at.0 - last.0 > COOLDOWN_MS);
            let liked = |tune: usize| fits[tune] * self.cast.likes(&self.cast.people[person], &self.cast.tunes[tune]);
            let weights: Vec<(usize, f32)> = (0..fits.len()).filter(rested).map(|tune| (tune, liked(tune))).collect();
            let Some(tune) = weighed(&weights, &mut random) else { continue };
            let duration = self.cast.tunes[tune].duration_ms;
            if started_at.plus(duration) > span.closes {
                return;
            }
            last_started[tune] = Some(started_at);
            free_at = started_at.plus(duration + GAP_MS);
            let heard_at = started_at.plus(duration.min(HEARD_MS));
            let waited = 20 * SECOND + (random.unit() * (4 * MINUTE) as f32) as i64;
            let asked_at = started_at.plus(-waited);
            plays.push(PastPlay {
                play: play_id(asked_at, &mut random),
                place,
                person,
                tune,
                asked_at,
                started_at,
                heard_at,
                ended_at: started_at.plus(duration),
                night: house_clock(heard_at, &here.timezone, &here.hours).night,
            });
        }
    }

    /// Who comes to a place, from when to when.
    fn visits(&self, place: usize, span: NightSpan, random: &mut Random) -> Vec<Visit> {
        let length = (span.closes.0 - span.opens.0) as f32;
        let there = (0..self.cast.people.len()).filter(|&person| self.goes_to(person, span.day) == Some(place));
        let mut visits: Vec<Visit> = there
            .map(|person| {
                let from = span.opens.plus((length * 0.85 * random.unit()) as i64);
                let to = from.plus((60 * MINUTE) + (random.unit() * (180 * MINUTE) as f32) as i64);
                Visit { person, from, to }
            })
            .collect();
        // Somebody is always there: whoever lives next door.
        let at_home = |person: &usize| self.cast.people[*person].home == place;
        let homely: Vec<usize> = (0..self.cast.people.len()).filter(at_home).collect();
        visits.extend((0..2).filter_map(|_| random.pick(&homely).copied()).map(|person| Visit {
            person,
            from: span.opens,
            to: span.closes,
        }));
        visits
    }

    /// Where somebody goes this night: to one place at the most.
    fn goes_to(&self, person: usize, day: u8) -> Option<usize> {
        let Person { home, often, elsewhere, .. } = &self.cast.people[person];
        let mut random = self.random("person", person);
        let is_weekend = matches!(day, 4 | 5);
        let often = often * if is_weekend { 1.4 } else { 0.85 };
        // A year ago is what the visitor is asked to remember.
        let remembers = person == 0 && YEAR_AGO.contains(&self.ago);
        if !random.chance(often) && !remembers {
            return None;
        }
        if !random.chance(*elsewhere) {
            return Some(*home);
        }
        // The other place in town, and now and then the one that is far.
        let far = random.chance(0.15);
        Some(match home {
            2 => usize::from(far),
            _ if far => 2,
            home => 1 - home,
        })
    }
}

/// One of those who are there; nothing after the last has gone.
fn who(visits: &[Visit], at: Timestamp, random: &mut Random) -> Option<usize> {
    let there: Vec<usize> =
        visits.iter().filter(|visit| visit.from <= at && at < visit.to).map(|visit| visit.person).collect();
    random.pick(&there).copied()
}

/// How much goes on at a part of the night, from 0 to 1: it rises to the peak and falls to the end.
fn pace(habits: &Habits, part: f32) -> f32 {
    let (peak, part) = (habits.peak, part.clamp(0.0, 1.0));
    if part < peak { 0.35 + 1.35 * part / peak } else { 1.7 - 0.9 * (part - peak) / (1.0 - peak) }
}

/// How well a song does so many nights ago, anywhere: most are steady, some rise, some fade, some are new.
fn fortune(tune: &Tune, ago: u32) -> f32 {
    let mut random = Random::new(tune.seed);
    let steady = 0.4 + 1.2 * random.unit();
    let kind = random.unit();
    let since = 4 + random.below(24) as u32;
    // 0 before the last weeks, 1 now.
    let risen = 1.0 - ago.min(RECENT) as f32 / RECENT as f32;
    match kind {
        kind if kind < 0.45 => steady,
        kind if kind < 0.65 => steady * (0.15 + 3.0 * risen * risen),
        kind if kind < 0.85 => steady * (0.2 + 2.4 * (1.0 - risen)),
        _ if ago > since => 0.0,
        _ => 2.5,
    }
}

/// One of the weighed; nothing where none weighs anything.
fn weighed(weights: &[(usize, f32)], random: &mut Random) -> Option<usize> {
    let sum: f32 = weights.iter().map(|(_, weight)| weight).sum();
    let mut left = random.unit() * sum;
    let heavy = || weights.iter().filter(|(_, weight)| *weight > 0.0);
    for (index, weight) in heavy() {
        left -= weight;
        if left < 0.0 {
            return Some(*index);
        }
    }
    heavy().next_back().map(|(index, _)| *index)
}

/// A UUIDv7 whose random part is drawn like the rest.
fn play_id(at: Timestamp, random: &mut Random) -> PlayId {
    let drawn = (u128::from(random.next()) << 64 | u128::from(random.next())).to_be_bytes();
    let [bytes @ .., _, _, _, _, _, _] = drawn;
    PlayId(uuid::Builder::from_unix_timestamp_millis(at.0.unsigned_abs(), &bytes).into_uuid())
}
