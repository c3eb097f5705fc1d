use super::{
    cast::{Cast, GUESTS, Place, Tune, named},
    nights::{PastPlay, simulate},
    telling,
};
use crate::{demo::music, store::places::Room};
use jukeline_app::{
    api::SongBrief,
    events::{Fact, Stamped},
    hours::house_clock,
    id::{AccountId, JukeboxId, SongId, VenueId},
    rules::{HouseRules, Opening},
    song::{Codec, Recording},
    time::{MINUTE, Timestamp},
    version::Version,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Saturday, 2026-03-14, 21:00 UTC.
const NOW: Timestamp = Timestamp(1_773_522_000_000);
const SEED: u64 = 7;
const DAY: i64 = 24 * 60 * MINUTE;

fn id(of: u128, number: usize) -> Uuid {
    Uuid::from_u128(of << 64 | number as u128)
}

fn room(number: usize, name: &str, timezone: &str, hours: Vec<Opening>) -> Room {
    Room {
        jukebox: JukeboxId(id(1, number)),
        venue: VenueId(id(2, number)),
        room: name.into(),
        venue_name: name.into(),
        zone_name: String::new(),
        city: String::new(),
        timezone: timezone.into(),
        position: None,
        radius_m: 75.0,
        secret: [0; 32],
        rules: HouseRules { hours, ..HouseRules::default() },
    }
}

fn cast() -> Cast {
    let friday_and_saturday = [4, 5].map(|day| Opening { day, opens: 17 * 60, closes: 26 * 60 }).to_vec();
    let places = [
        room(0, "copper", "Europe/Berlin", Vec::new()),
        room(1, "lindgren", "Europe/Berlin", Vec::new()),
        room(2, "heron", "Europe/London", friday_and_saturday),
    ];
    let places = places.iter().filter_map(Place::of).collect();
    let people = (0..named().count() + 3 * GUESTS).map(|number| AccountId(id(3, number))).collect();
    let tunes = music::catalogue(1).into_iter().map(|piece| {
        let song = SongId(id(4, piece.number));
        let brief = SongBrief {
            id: song,
            title: piece.title.clone(),
            artist: piece.artist.into(),
            duration_ms: 100_000,
            has_cover: false,
        };
        let recording = Recording {
            song,
            recording: piece.title.clone(),
            artists: vec![piece.artist.into()],
            duration_ms: 100_000,
            explicit: false,
            codec: Codec::OggVorbis,
        };
        Tune::of(&crate::store::songs::SongRow {
            brief,
            album: None,
            year: None,
            genre: Some(piece.genre.into()),
            recording,
        })
    });
    Cast::new(places, people, tunes.collect())
}

fn of_place(plays: &[PastPlay], place: usize) -> Vec<&PastPlay> {
    plays.iter().filter(|play| play.place == place).collect()
}

#[test]
fn the_same_seed_gives_the_same_facts_and_a_later_start_the_same_and_more() {
    let (cast, version) = (cast(), Version { epoch: 1, n: 3 });
    let plays = simulate(&cast, SEED, NOW);
    let told = |plays: &[PastPlay]| telling::facts(&cast, &cast.places[0], &of_place(plays, 0), version);
    assert_eq!(told(&plays), told(&simulate(&self::cast(), SEED, NOW)));
    assert_ne!(told(&plays), told(&simulate(&cast, SEED + 1, NOW)));
    let since = NOW.plus(-55 * DAY);
    let recent = |plays: Vec<PastPlay>| -> Vec<PastPlay> {
        plays.into_iter().filter(|play| play.ended_at > since && play.ended_at < NOW).collect()
    };
    // But for what rises and fades with the days, nights are drawn each for itself.
    let people = |plays: Vec<PastPlay>| -> Vec<(u32, usize)> {
        let pairs: BTreeSet<_> = plays.iter().map(|play| (play.night, play.place)).collect();
        pairs.into_iter().collect()
    };
    assert_eq!(people(recent(plays)), people(recent(simulate(&cast, SEED, NOW.plus(3 * DAY)))));
}

#[test]
fn it_is_as_large_as_two_months_are_and_all_of_it_is_over() {
    let plays = simulate(&cast(), SEED, NOW);
    let recent = plays.iter().filter(|play| play.ended_at > NOW.plus(-61 * DAY)).count();
    assert!((2_500..6_000).contains(&recent), "{recent} plays");
    assert!((recent..9_000).contains(&plays.len()), "{} plays", plays.len());
    assert!(plays.iter().all(|play| play.ended_at < NOW), "nothing of it is still to come");
    let ids: BTreeSet<_> = plays.iter().map(|play| play.play).collect();
    assert_eq!(ids.len(), plays.len());
    assert!(plays.iter().all(|play| play.play.0.get_version_num() == 7));
}

#[test]
fn each_night_is_the_venues_by_its_rules() {
    let cast = cast();
    let plays = simulate(&cast, SEED, NOW);
    for play in &plays {
        let place = &cast.places[play.place];
        let clock = house_clock(play.heard_at, &place.timezone, &place.hours);
        assert!(clock.open && clock.night == play.night, "{play:?}");
    }
    let heron = of_place(&plays, 2);
    assert!(!heron.is_empty());
    let beyond_midnight = |play: &&&PastPlay| house_clock(play.heard_at, "Europe/London", &[]).minute_of_day < 120;
    assert!(heron.iter().filter(beyond_midnight).count() > 5, "nights go on beyond midnight");
}

#[test]
fn one_song_sounds_at_a_time_and_none_twice_in_an_hour() {
    let cast = cast();
    let plays = simulate(&cast, SEED, NOW);
    for place in 0..3 {
        let mut last: BTreeMap<usize, Timestamp> = BTreeMap::new();
        let plays = of_place(&plays, place);
        for pair in plays.windows(2) {
            assert!(pair[0].ended_at < pair[1].started_at);
        }
        for play in plays {
            assert!(play.asked_at < play.started_at && play.started_at < play.heard_at);
            if let Some(before) = last.insert(play.tune, play.started_at) {
                assert!(play.started_at.0 - before.0 > 3_600_000);
            }
        }
    }
}

#[test]
fn facts_follow_each_other_without_a_gap_and_every_play_lives_once() {
    let cast = cast();
    let plays = simulate(&cast, SEED, NOW);
    for (index, place) in cast.places.iter().enumerate() {
        let plays = of_place(&plays, index);
        let facts = telling::facts(&cast, place, &plays, Version { epoch: 1, n: 12 });
        assert_eq!(facts.len(), plays.len() * 5);
        let mut last = Stamped { version: Version { epoch: 1, n: 12 }, at: Timestamp(0), ..facts[0].clone() };
        let mut steps: BTreeMap<_, Vec<&str>> = BTreeMap::new();
        for stamped in facts {
            assert!(stamped.version.follows(last.version) && stamped.at >= last.at);
            let play = match &stamped.fact {
                Fact::Queued { play, .. }
                | Fact::Started { play, .. }
                | Fact::Heard { play, .. }
                | Fact::Finished { play, .. } => *play,
                Fact::Handed { plays, .. } => plays[0].0,
                other => unreachable!("{other:?}"),
            };
            steps.entry(play).or_default().push(stamped.fact.name());
            last = stamped;
        }
        assert!(steps.values().all(|steps| *steps == ["Queued", "Handed", "Started", "Heard", "Finished"]));
    }
}

#[test]
fn the_visitor_has_a_history_everywhere_and_a_year_ago() {
    let plays = simulate(&cast(), SEED, NOW);
    let hers: Vec<&PastPlay> = plays.iter().filter(|play| play.person == 0).collect();
    assert_eq!(named().next(), Some(super::VISITOR));
    assert!(hers.len() > 100, "{} plays", hers.len());
    assert_eq!(hers.iter().map(|play| play.place).collect::<BTreeSet<_>>().len(), 3, "in all three venues");
    for ago in [365, 366, 367] {
        let night = jukeline_app::hours::days_before(20_260_314, ago - 365);
        let around = jukeline_app::charts::a_year_before(night);
        assert!(hers.iter().any(|play| around.contains(&play.night)), "nothing a year before {night}");
    }
}

#[test]
fn charts_move() {
    let plays = simulate(&cast(), SEED, NOW);
    let count = |days: std::ops::Range<i64>| {
        let (from, to) = (NOW.plus(-days.end * DAY), NOW.plus(-days.start * DAY));
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        let within = plays.iter().filter(|play| from < play.heard_at && play.heard_at <= to);
        within.for_each(|play| *counts.entry(play.tune).or_default() += 1);
        counts
    };
    let (now, before) = (count(0..14), count(40..54));
    let times = |counts: &BTreeMap<usize, usize>, tune: usize| counts.get(&tune).copied().unwrap_or(0);
    let risen = now.keys().filter(|tune| times(&now, **tune) > 2 * times(&before, **tune)).count();
    let faded = before.keys().filter(|tune| times(&before, **tune) > 2 * times(&now, **tune)).count();
    let new = now.keys().filter(|tune| !before.contains_key(tune)).count();
    assert!(risen >= 3 && faded >= 3 && new >= 2, "{risen} rise, {faded} fade, {new} are new");
}
