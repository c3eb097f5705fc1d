//! Search, browse and covers.

use super::{
    extract::{Json, Path, Query},
    problem::{Answer, ApiProblem},
};
use crate::{
    context::Context,
    live::snapshot::jukebox_of,
    store::{
        self,
        floor::Loaded,
        songs::{Shelves, SongRow},
    },
};
use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use jukeline_app::{
    api::{Browse, Code, FoundSong, PlayerStatus, SongPage, SongQuery},
    hours::house_clock,
    id::{JukeboxId, SongId},
    rules::{HouseClock, SongRefusal},
    song::Codec,
    time::{MINUTE, Timestamp},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Songs of a page.
const PAGE: u32 = 50;
/// Hits of a search; nobody reads further while typing.
const HITS: usize = 60;
/// Longest search text in characters.
const QUERY_MAX: usize = 200;

/// Songs of a room, and covers.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/rooms/{room}/browse", get(browse))
        .route("/api/rooms/{room}/songs", get(songs))
        .route("/covers/{song}", get(cover))
}

/// What stands in the way of songs in one room at one moment.
pub struct Obstacles {
    loaded: Loaded,
    codecs: Vec<Codec>,
    house: HouseClock,
    live: HashSet<String>,
    recent: HashMap<String, Timestamp>,
    now: Timestamp,
}

impl Obstacles {
    /// Reads the room's rules, queue and what played a short while ago.
    pub async fn read(context: &Context, jukebox: JukeboxId) -> Answer<Obstacles> {
        let loaded =
            store::floor::read_loaded(&context.store, jukebox).await?.ok_or(ApiProblem::from(Code::NotFound))?;
        let now = context.store.now().await?;
        let cooldown = i64::from(loaded.floor.rules.cooldown_minutes) * MINUTE;
        let recent = store::songs::started_since(&context.store, jukebox, now.plus(-cooldown)).await?;
        let codecs = loaded.floor.player.codecs.clone();
        let clock = house_clock(now, &loaded.timezone, &loaded.floor.rules.hours);
        Ok(Obstacles {
            // Before a player said what it can decode, nothing is refused for its codec.
            codecs: if codecs.is_empty() { Codec::ALL.to_vec() } else { codecs },
            house: clock,
            live: loaded.floor.entries.iter().map(|entry| entry.recording.clone()).collect(),
            recent,
            loaded,
            now,
        })
    }

    /// Why a song can't be played here now, if so.
    pub fn refusal(&self, song: &SongRow) -> Option<SongRefusal> {
        let rules = &self.loaded.floor.rules;
        if let Some(refusal) = rules.refusal(&song.recording, &self.codecs, self.house.minute_of_day) {
            return Some(refusal);
        }
        if self.live.contains(&song.recording.recording) {
            return Some(SongRefusal::Queued);
        }
        let again = self.recent.get(&song.recording.recording)?.plus(i64::from(rules.cooldown_minutes) * MINUTE);
        let minutes = again.since(self.now).max(0).div_euclid(MINUTE) + 1;
        (again > self.now).then_some(SongRefusal::Cooldown { minutes: u32::try_from(minutes).unwrap_or(u32::MAX) })
    }

    /// Credits for a song; 0 is free play.
    pub fn price(&self) -> u32 {
        self.loaded.floor.rules.price
    }

    /// Which night it is there.
    pub fn night(&self) -> u32 {
        self.house.night
    }

    /// Whether the room takes songs now, whichever: open, its player there, the queue not full.
    pub fn takes_songs(&self) -> bool {
        let floor = &self.loaded.floor;
        let has_place = floor.entries.len() < usize::from(floor.rules.queue_limit);
        self.house.open && floor.player.status == PlayerStatus::Online && has_place
    }

    /// A song, with why it can't be played here now, if so.
    pub fn told(&self, song: &SongRow) -> FoundSong {
        FoundSong { song: song.brief.clone(), album: song.album.clone(), refusal: self.refusal(song) }
    }

    fn found(&self, songs: Vec<SongRow>) -> Vec<FoundSong> {
        let found = |song: SongRow| FoundSong { refusal: self.refusal(&song), song: song.brief, album: song.album };
        songs.into_iter().map(found).collect()
    }
}

async fn obstacles(context: &Context, room: &str) -> Answer<(JukeboxId, Obstacles)> {
    let jukebox = jukebox_of(&context.store, room).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    Ok((jukebox, Obstacles::read(context, jukebox).await?))
}

async fn browse(State(context): State<Context>, Path(room): Path<String>) -> Answer<Json<Browse>> {
    let (jukebox, obstacles) = obstacles(&context, &room).await?;
    let (genres, decades, artists) = store::songs::shelves(&context.store).await?;
    let (newest, _) = store::songs::list(&context.store, &Shelves::Newest, 12, 0).await?;
    let most_played = store::songs::most_played(&context.store, jukebox, 12).await?;
    Ok(Json(Browse {
        genres,
        decades,
        artists,
        newest: obstacles.found(newest),
        most_played: obstacles.found(most_played),
    }))
}

/// What a query asks for.
enum Wanted {
    Search(String),
    Shelf(Shelves),
    MostPlayed,
}

/// Exactly one way of listing.
fn wanted(query: SongQuery) -> Answer<Wanted> {
    let list = match query.list.as_deref() {
        None => None,
        Some("newest") => Some(Wanted::Shelf(Shelves::Newest)),
        Some("most_played") => Some(Wanted::MostPlayed),
        Some(_) => return Err(ApiProblem::invalid("list", "newest or most_played")),
    };
    let ways = [
        query.q.map(Wanted::Search),
        query.artist.map(|name| Wanted::Shelf(Shelves::Artist(name))),
        query.album.map(|name| Wanted::Shelf(Shelves::Album(name))),
        query.genre.map(|name| Wanted::Shelf(Shelves::Genre(name))),
        query.decade.map(|year| Wanted::Shelf(Shelves::Decade(year))),
        list,
    ];
    let mut ways = ways.into_iter().flatten();
    match (ways.next(), ways.next()) {
        (Some(wanted), None) => check(wanted),
        _ => Err(ApiProblem::bad_request("exactly one of q, artist, album, genre, decade and list")),
    }
}

fn check(wanted: Wanted) -> Answer<Wanted> {
    let (field, text) = match &wanted {
        Wanted::Search(text) => ("q", text),
        Wanted::Shelf(Shelves::Artist(text)) => ("artist", text),
        Wanted::Shelf(Shelves::Album(text)) => ("album", text),
        Wanted::Shelf(Shelves::Genre(text)) => ("genre", text),
        _ => return Ok(wanted),
    };
    check_text(field, text)?;
    Ok(wanted)
}

/// Refuses what nobody types into a search.
pub(super) fn check_text(field: &str, text: &str) -> Answer<()> {
    if text.contains('\0') {
        return Err(ApiProblem::invalid(field, "text without NUL"));
    }
    if text.chars().count() > QUERY_MAX {
        return Err(ApiProblem::invalid(field, format!("at most {QUERY_MAX} characters")));
    }
    Ok(())
}

async fn songs(
    State(context): State<Context>,
    Path(room): Path<String>,
    Query(query): Query<SongQuery>,
) -> Answer<Json<SongPage>> {
    let offset = i64::from(query.page) * i64::from(PAGE);
    let wanted = wanted(query)?;
    let (jukebox, obstacles) = obstacles(&context, &room).await?;
    let (songs, total) = match wanted {
        Wanted::Search(text) => search(&context, text).await?,
        Wanted::Shelf(shelf) => store::songs::list(&context.store, &shelf, i64::from(PAGE), offset).await?,
        Wanted::MostPlayed => {
            let songs = store::songs::most_played(&context.store, jukebox, i64::from(PAGE)).await?;
            let total = songs.len() as u64;
            (songs, total)
        }
    };
    Ok(Json(SongPage { songs: obstacles.found(songs), total }))
}

async fn search(context: &Context, text: String) -> Answer<(Vec<SongRow>, u64)> {
    let index = context.index.clone();
    let searched = tokio::task::spawn_blocking(move || index.search(&text, HITS)).await;
    let hits = match searched {
        Ok(Ok(hits)) => hits,
        Ok(Err(error)) => {
            tracing::error!(%error, "the search index did not answer");
            return Err(Code::Unavailable.into());
        }
        Err(_) => return Err(Code::Internal.into()),
    };
    let ids: Vec<SongId> = hits.iter().filter_map(|hit| hit.song_id.parse().ok()).collect();
    let songs = store::songs::by_ids(&context.store, &ids).await?;
    let total = songs.len() as u64;
    Ok((songs.into_iter().map(Arc::unwrap_or_clone).collect(), total))
}

/// The picture of the file, else one drawn from title and artist. A song's cover never changes.
async fn cover(State(context): State<Context>, Path(song): Path<SongId>) -> Answer<Response> {
    let found = store::songs::cover(&context.store, song).await?;
    let (name, title, artist) = found.ok_or(ApiProblem::from(Code::NotFound))?;
    let forever = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    if let Some(name) = name
        && let Ok(bytes) = tokio::fs::read(context.config.data.join("covers").join(&name)).await
    {
        let kind = mime_guess::from_path(&name).first_or_octet_stream().to_string();
        return Ok(([(header::CONTENT_TYPE, kind)], [forever], bytes).into_response());
    }
    let svg = jukeline_app::cover::cover_svg(&title, &artist);
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], [forever], svg).into_response())
}
