//! Who and what the past is made of: venues with their habits, people with their tastes, songs with their fortunes.

use crate::{
    demo::random::Random,
    store::{places::Room, songs::SongRow},
};
use jukeline_app::{
    id::{AccountId, JukeboxId, SongId, VenueId},
    rules::Opening,
};

/// Guests of each venue who gave no name.
pub(in crate::demo) const GUESTS: usize = 12;
/// Who whoever tries the demo can sign in as: one of [`named`].
pub(in crate::demo) const VISITOR: &str = "Ines";

/// How a venue's nights go.
pub(super) struct Habits {
    room: &'static str,
    /// When people come, where the house has no hours of its own.
    open: &'static [Opening],
    /// Songs of an ordinary night.
    pub(super) songs: f32,
    /// How much busier each day is, Monday first.
    pub(super) days: [f32; 7],
    /// When the night is at its height, from 0 (opening) to 1 (closing).
    pub(super) peak: f32,
    likes: &'static [&'static str],
}

const fn daily(opens: u16, closes: u16) -> [Opening; 7] {
    let mut week = [Opening { day: 0, opens, closes }; 7];
    let mut day = 0;
    while day < 7 {
        week[day].day = day as u8;
        day += 1;
    }
    week
}

static FROM_NOON: [Opening; 7] = daily(12 * 60, 26 * 60);

static HABITS: [Habits; 3] = [
    Habits {
        room: "copper",
        open: &FROM_NOON,
        songs: 28.0,
        days: [0.5, 0.7, 0.8, 1.1, 1.6, 1.7, 0.6],
        peak: 0.75,
        likes: &["Soul", "Jazz", "Dub", "City pop"],
    },
    Habits {
        room: "lindgren",
        open: &FROM_NOON,
        songs: 20.0,
        days: [0.8, 0.8, 0.9, 0.9, 1.1, 1.4, 1.3],
        peak: 0.45,
        likes: &["Bossa nova", "Folk", "Lo-fi", "Ambient"],
    },
    Habits {
        room: "heron",
        open: &FROM_NOON,
        songs: 24.0,
        days: [0.6, 0.7, 0.8, 1.0, 1.6, 1.6, 0.8],
        peak: 0.65,
        likes: &["Surf", "Synth pop", "Chiptune", "Folk"],
    },
];

/// Somebody who comes again and again.
struct Regular {
    name: &'static str,
    /// The room they come to, by its place among the demo's.
    home: usize,
    /// How many nights of ten they go out.
    often: f32,
    /// How many of those ten they go elsewhere.
    elsewhere: f32,
    likes: &'static [&'static str],
}

const fn regular(
    name: &'static str,
    home: usize,
    often: f32,
    elsewhere: f32,
    likes: &'static [&'static str],
) -> Regular {
    Regular { name, home, often, elsewhere, likes }
}

static REGULARS: [Regular; 17] = [
    regular("Ines", 0, 5.5, 3.0, &["Jazz", "City pop", "Bossa nova"]),
    regular("Mara", 0, 5.0, 1.0, &["Soul", "Dub"]),
    regular("Jo", 0, 4.0, 1.0, &["Synth pop", "Soul"]),
    regular("Tomasz", 0, 4.5, 1.5, &["Dub", "Chiptune"]),
    regular("Leyla", 0, 3.5, 2.5, &["Soul", "Bossa nova"]),
    regular("Henrik", 0, 3.0, 0.5, &["Jazz"]),
    regular("Odile", 0, 2.5, 3.0, &["City pop", "Lo-fi"]),
    regular("Piet", 1, 5.0, 1.0, &["Folk", "Ambient"]),
    regular("Svea", 1, 4.5, 2.0, &["Lo-fi", "Bossa nova"]),
    regular("Nuri", 1, 3.5, 2.5, &["Ambient", "Jazz"]),
    regular("Amalia", 1, 3.0, 1.0, &["Bossa nova"]),
    regular("Lotte", 1, 2.5, 3.0, &["Folk", "City pop"]),
    regular("Gwen", 2, 5.0, 0.2, &["Folk", "Surf"]),
    regular("Callum", 2, 4.5, 0.2, &["Surf", "Chiptune"]),
    regular("Priya", 2, 3.5, 0.3, &["Synth pop", "City pop"]),
    regular("Rhys", 2, 3.0, 0.2, &["Chiptune", "Dub"]),
    regular("Nell", 2, 2.5, 0.2, &["Synth pop", "Ambient"]),
];

/// The names of those who come again and again, in the order in which [`Cast::new`] wants their accounts; behind them
/// come [`GUESTS`] of each venue.
pub(in crate::demo) fn named() -> impl Iterator<Item = &'static str> {
    REGULARS.iter().map(|regular| regular.name)
}

/// A venue of the past.
pub(super) struct Place {
    pub(super) jukebox: JukeboxId,
    pub(super) venue: VenueId,
    pub(super) timezone: String,
    /// The house's own hours, which say what a night is.
    pub(super) hours: Vec<Opening>,
    /// The rules' version.
    pub(super) rules: i64,
    pub(super) habits: &'static Habits,
}

impl Place {
    /// A room of the demo; nothing for others.
    pub(super) fn of(room: &Room) -> Option<Place> {
        Some(Place {
            jukebox: room.jukebox,
            venue: room.venue,
            timezone: room.timezone.clone(),
            hours: room.rules.hours.clone(),
            rules: room.rules.version,
            habits: HABITS.iter().find(|habits| habits.room == room.room)?,
        })
    }

    /// When people come.
    pub(super) fn open(&self) -> &[Opening] {
        if self.hours.is_empty() { self.habits.open } else { &self.hours }
    }
}

/// Somebody of the past.
pub(super) struct Person {
    pub(super) account: AccountId,
    pub(super) home: usize,
    /// Of one.
    pub(super) often: f32,
    /// Of one.
    pub(super) elsewhere: f32,
    likes: Vec<String>,
    /// What their taste is drawn from.
    seed: u64,
}

/// A song of the past.
pub(super) struct Tune {
    pub(super) id: SongId,
    pub(super) recording: String,
    pub(super) duration_ms: i64,
    artist: String,
    genre: String,
    /// What its fortune is drawn from: title and artist, so that it is the same wherever they are imported.
    pub(super) seed: u64,
}

impl Tune {
    pub(super) fn of(row: &SongRow) -> Tune {
        Tune {
            id: row.brief.id,
            recording: row.recording.recording.clone(),
            duration_ms: row.brief.duration_ms,
            artist: row.brief.artist.clone(),
            genre: row.genre.clone().unwrap_or_default(),
            seed: hash(&[&row.brief.title, &row.brief.artist]),
        }
    }
}

/// All that the past is made of.
pub(super) struct Cast {
    pub(super) places: Vec<Place>,
    pub(super) people: Vec<Person>,
    pub(super) tunes: Vec<Tune>,
}

impl Cast {
    /// Accounts in the order of [`named`], then the guests of each venue; those that lack are left out.
    pub(super) fn new(places: Vec<Place>, accounts: Vec<AccountId>, mut tunes: Vec<Tune>) -> Cast {
        // Ids differ from folder to folder; titles don't.
        tunes.sort_by_key(|tune| (tune.seed, tune.id));
        let mut genres: Vec<&str> = tunes.iter().map(|tune| tune.genre.as_str()).collect();
        genres.sort_unstable();
        genres.dedup();
        let regulars = REGULARS.iter().map(|regular| {
            let likes = regular.likes.iter().map(|&genre| genre.to_owned()).collect();
            (regular.home, regular.often / 10.0, regular.elsewhere / 10.0, likes)
        });
        let mut random = Random::new(hash(&["guests"]));
        let guests = (0..HABITS.len() * GUESTS).map(|number| {
            let likes = random.pick(&genres).map(|&genre| genre.to_owned()).into_iter().collect();
            (number / GUESTS, 0.14, 0.1, likes)
        });
        let everybody: Vec<(usize, f32, f32, Vec<String>)> = regulars.chain(guests).collect();
        let people = accounts.into_iter().zip(everybody).zip(0_u64..);
        let people = people.map(|((account, (home, often, elsewhere, likes)), number)| Person {
            account,
            home,
            often,
            elsewhere,
            likes,
            seed: mix(number, 0x7a57e),
        });
        Cast { people: people.collect(), places, tunes }
    }

    /// How well a song goes at a place, from 0.3.
    pub(super) fn fits(&self, place: usize, tune: &Tune) -> f32 {
        let habits = self.places[place].habits;
        if habits.likes.contains(&tune.genre.as_str()) {
            return 2.5;
        }
        0.3 + Random::new(hash(&[habits.room, &tune.artist])).unit()
    }

    /// How much somebody likes a song.
    pub(super) fn likes(&self, person: &Person, tune: &Tune) -> f32 {
        // One in eight is a song of theirs.
        let own = if mix(person.seed, tune.seed).is_multiple_of(8) { 4.0 } else { 1.0 };
        if person.likes.contains(&tune.genre) { own * 3.0 } else { own }
    }
}

/// FNV-1a over texts, each ended.
pub(super) fn hash(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0x1f]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Two numbers as one that tells neither.
pub(super) fn mix(one: u64, other: u64) -> u64 {
    Random::new(one ^ Random::new(other).next()).next()
}
