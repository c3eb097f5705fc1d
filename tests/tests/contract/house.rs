//! A venue with jukeboxes, songs and patrons, and what is said there.

use anyhow::{Context as _, Result};
use jukeline_app::{
    api::Report,
    events::{Fact, PlayRequested, Request, Stamped},
    id::{AccountId, JukeboxId, PlayId, ScreenId, SongId},
    rules::HouseRules,
    song::Codec,
    time::Timestamp,
};
use jukeline_backend::{
    floor::Record,
    store::{Store, accounts, places},
};
use uuid::Uuid;

/// The price of a song here, in credits.
pub(crate) const PRICE: u32 = 2;

/// One venue.
pub(crate) struct House {
    /// Its jukeboxes.
    pub(crate) jukeboxes: Vec<JukeboxId>,
    /// Songs of four minutes, each a recording of its own.
    pub(crate) songs: Vec<SongId>,
}

impl House {
    /// Makes a house that is always open, with so many jukeboxes and songs.
    pub(crate) async fn make(store: &Store, jukeboxes: usize, songs: usize) -> Result<House> {
        let now = store.now().await?;
        let mut tx = store.begin().await?;
        let new = places::NewVenue {
            name: "The Still",
            city: "Leith",
            timezone: "Europe/London",
            position: None,
            radius_m: 75.0,
        };
        let venue = places::make_venue(&mut tx, &new, now).await?;
        let rules = HouseRules {
            price: PRICE,
            per_patron: 200,
            queue_limit: 1000,
            cooldown_minutes: 0,
            ..HouseRules::default()
        };
        let mut house = House { jukeboxes: Vec::new(), songs: Vec::new() };
        for _ in 0..jukeboxes {
            let made = places::make_jukebox(&mut tx, venue, &super::fresh("room"), "Bar", &rules, now).await?;
            house.jukeboxes.push(made.context("a room name that is taken")?);
        }
        for _ in 0..songs {
            let song = SongId(Uuid::now_v7());
            let sql = "INSERT INTO songs (id, content_hash, recording, title, artist, artists, duration_ms, explicit, codec, mime, \
                       path, bytes, gain_db, imported_at) VALUES ($1, $1, $1, $1, 'Ada', '[\"Ada\"]', 240000, 0, 'ogg-vorbis', \
                       'audio/ogg', $1, 1, 0.0, 1)";
            sqlx::query(sql).bind(song.to_string()).execute(&mut *tx).await?;
            house.songs.push(song);
        }
        tx.commit().await?;
        Ok(house)
    }
}

/// Makes a patron with so many credits.
pub(crate) async fn patron(store: &Store, credits: u32) -> Result<AccountId> {
    let now = store.now().await?;
    let mut tx = store.begin().await?;
    let account = accounts::make_guest(&mut tx, store.kind(), credits, now).await?;
    tx.commit().await?;
    Ok(account)
}

/// A player takes a jukebox.
pub(crate) fn claim() -> Request {
    let (screen, claim) = (ScreenId(Uuid::now_v7()), Uuid::now_v7());
    Request::PlayerClaimed { screen, claim, received_at: Timestamp(0), codecs: Codec::ALL.to_vec(), resume: None }
}

/// A patron asks for a song at the price here; it never gets too late.
pub(crate) fn ask(account: AccountId, song: SongId) -> (PlayId, Request) {
    let play = PlayId(Uuid::now_v7());
    let (valid_until, received_at) = (Timestamp(i64::MAX), Timestamp(1));
    (
        play,
        Request::PlayRequested(PlayRequested {
            play,
            account,
            song,
            price: PRICE,
            sooner: false,
            valid_until,
            received_at,
        }),
    )
}

/// The first player of a jukebox reports about the first handing of a play.
pub(crate) fn report(play: PlayId, report: Report) -> Request {
    let screen = ScreenId(Uuid::nil());
    Request::ScreenReported { screen, player_epoch: 1, received_at: Timestamp(1), play, attempt: 1, report, age_ms: 0 }
}

/// What a consumer hands to the floor.
pub(crate) fn record(offset: i64, jukebox: JukeboxId, request: &Request) -> Result<Record> {
    let (id, key) = (Uuid::now_v7().to_string(), jukebox.to_string());
    Ok(Record { offset, id, key, payload: serde_json::to_string(request)? })
}

/// All facts about plays, in the order in which they were decided.
pub(crate) async fn facts(store: &Store) -> Result<Vec<Stamped>> {
    let sql = "SELECT payload FROM outbox WHERE topic = 'plays' ORDER BY seq";
    let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(store.read()).await?;
    rows.iter().map(|row| Ok(serde_json::from_str(row)?)).collect()
}

/// The play of a fact that decides about a request.
pub(crate) fn decided(fact: &Fact) -> Option<PlayId> {
    match fact {
        Fact::Queued { play, .. } | Fact::Declined { play, .. } => Some(*play),
        _ => None,
    }
}

/// The state of a play.
pub(crate) async fn state(store: &Store, play: PlayId) -> Result<Option<String>> {
    let sql = "SELECT state FROM plays WHERE id = $1";
    Ok(sqlx::query_scalar(sql).bind(play.to_string()).fetch_optional(store.read()).await?)
}
