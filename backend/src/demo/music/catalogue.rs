//! Who plays what: the invented bands, their albums and titles.

use super::random::Random;
use super::style::Style;
use super::styles;

/// One piece, everything needed to play it and to tag it.
#[derive(Debug, Clone)]
pub struct PieceSpec {
    /// Place in the catalogue from 1; also the order in which to render.
    pub number: usize,
    /// The title in its own script.
    pub title: String,
    /// The band.
    pub artist: &'static str,
    /// The album.
    pub album: &'static str,
    /// Its genre.
    pub genre: &'static str,
    /// Year on the sleeve.
    pub year: u16,
    /// Place on the album from 1.
    pub track: usize,
    pub(super) style: &'static Style,
    /// Semitones above C.
    pub(super) key: i32,
    /// Beats a minute.
    pub(super) tempo: f32,
    pub(super) seed: u64,
}

impl PieceSpec {
    /// The file's name in the folder of the rendered catalogue.
    pub fn file_name(&self) -> String {
        format!("{:02}.ogg", self.number)
    }
}

struct Band {
    name: &'static str,
    album: &'static str,
    genre: &'static str,
    year: u16,
    style: &'static Style,
    titles: &'static [&'static str],
}

static BANDS: [Band; 11] = [
    Band {
        name: "Marés de Junho",
        album: "Sal na Janela",
        genre: "Bossa nova",
        year: 1967,
        style: &styles::BOSSA,
        titles: &["Café às Quatro", "Maré Mansa", "O Guarda-chuva de Inês", "Manhã sem Pressa"],
    },
    Band {
        name: "Neon Orchard",
        album: "Glass Fruit",
        genre: "Synth pop",
        year: 1984,
        style: &styles::SYNTH_POP,
        titles: &[
            "Payphone Heart",
            "Second Floor, Blue Light",
            "Cassette Weather",
            "Your Name in the Arcade",
            "Glass Fruit",
        ],
    },
    Band {
        name: "Ottilie Brandt Trio",
        album: "Closing Time at the Ferry Hotel",
        genre: "Jazz",
        year: 1961,
        style: &styles::JAZZ_TRIO,
        titles: &[
            "Ferry Hotel",
            "A Coat Left on the Chair",
            "Someone Else's Umbrella, or How I Missed the Last Tram and Walked Home Along the River Instead",
            "Slow Lamp",
        ],
    },
    Band {
        name: "Los Cormoranes",
        album: "Rompeolas",
        genre: "Surf",
        year: 1963,
        style: &styles::SURF,
        titles: &["Rompeolas", "Undertow Drive", "The Lighthouse Keeper's Getaway", "Salt and Chrome"],
    },
    Band {
        name: "Pillow Fort Radio",
        album: "Homework for Clouds",
        genre: "Lo-fi",
        year: 2019,
        style: &styles::LO_FI,
        titles: &["Warm Radiator", "Unsent Postcard", "3 a.m., Kettle On", "Library Rain", "Borrowed Jumper"],
    },
    Band {
        name: "みどり線",
        album: "終電のあと",
        genre: "City pop",
        year: 1982,
        style: &styles::CITY_POP,
        titles: &["雨の終電", "夜のジュークボックス", "海岸通り 1982", "Midnight Vending Machine"],
    },
    Band {
        name: "The Copper Room Organ Combo",
        album: "Shuffle the Chairs",
        genre: "Soul",
        year: 1968,
        style: &styles::SOUL,
        titles: &["Shuffle the Chairs", "Two Coins and a Wink", "Grease on the Needle", "Last Round, Everybody"],
    },
    Band {
        name: "The Hollow Linden",
        album: "Seven Fields",
        genre: "Folk",
        year: 1996,
        style: &styles::WALTZ,
        titles: &["Seven Fields", "The Miller's Dog", "Θάλασσα και φως", "Waltz for the Long Table"],
    },
    Band {
        name: "Basement Tide",
        album: "Low Water Mark",
        genre: "Dub",
        year: 1979,
        style: &styles::DUB,
        titles: &["Low Water Mark", "Copper Wire Version", "Tenement Echo", "Sound of the Stairwell"],
    },
    Band {
        name: "8-Bit Harbour",
        album: "Insert Coin to Sail",
        genre: "Chiptune",
        year: 1989,
        style: &styles::CHIPTUNE,
        titles: &["Insert Coin to Sail", "Level Two: The Fish Market", "Pixel Gulls", "Boss of the Breakwater"],
    },
    Band {
        name: "Aurelia Voss",
        album: "Rooms Without Corners",
        genre: "Ambient",
        year: 2008,
        style: &styles::AMBIENT,
        titles: &[
            "Snow, Heard from Inside",
            "Rooms Without Corners",
            "Tidal Clock",
            "What the Greenhouse Remembers at Night",
        ],
    },
];

/// All pieces, one of each band in turn. `seed` decides keys, tempos, melodies; names and their order stay.
pub fn catalogue(seed: u64) -> Vec<PieceSpec> {
    let rounds = BANDS.iter().map(|band| band.titles.len()).max().unwrap_or(0);
    let in_turn = (0..rounds)
        .flat_map(|round| BANDS.iter().filter_map(move |band| Some((band, round, *band.titles.get(round)?))));
    let numbered = in_turn.enumerate();
    numbered.map(|(index, (band, round, title))| piece(seed, index + 1, band, round, title)).collect()
}

fn piece(seed: u64, number: usize, band: &'static Band, round: usize, title: &str) -> PieceSpec {
    let mut random = Random::new(seed ^ (number as u64) << 32);
    let (slowest, fastest) = band.style.tempo;
    PieceSpec {
        number,
        title: title.to_owned(),
        artist: band.name,
        album: band.album,
        genre: band.genre,
        year: band.year,
        track: round + 1,
        style: band.style,
        key: random.below(9) as i32 - 4,
        tempo: slowest + (fastest - slowest) * random.unit(),
        seed: random.next(),
    }
}
