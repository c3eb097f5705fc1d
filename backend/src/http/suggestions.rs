//! Songs that somebody may like here: more by their artists, what others played with a song, and what the room plays at
//! this hour.

use super::{
    extract::{Json, Path, Path2},
    identity::Session,
    problem::{Answer, ApiProblem},
    songs::Obstacles,
};
use crate::{
    context::Context,
    readers::{
        Projection,
        evenings::{Evenings, nearest::nearest},
        history::{Artist, History, Person, artists},
        hours::{Hours, hour_of, taste},
    },
    store::{
        places::{self, Room},
        songs::{self, Shelves, SongRow},
    },
};
use axum::{Router, extract::State, routing::get};
use jukeline_app::{
    api::{Code, FoundSong, SongPage, Taste, YourArtist, Yours},
    id::{AccountId, SongId},
};
use std::collections::HashSet;

/// Artists that are told.
const ARTISTS: usize = 6;
/// Artists that are looked at: of some there is nothing else here.
const ARTISTS_LOOKED_AT: usize = 24;
/// Songs of an artist that are told.
const SONGS: usize = 8;
/// Songs of an artist that are looked at.
const SONGS_LOOKED_AT: i64 = 200;
/// Songs of an hour that are told.
const TASTE: i64 = 12;
/// Songs that others played with one which are told.
const ALSO: usize = 8;

/// `GET /api/rooms/{room}/yours` and `GET /api/rooms/{room}/songs/{song}/also`.
pub fn routes() -> Router<Context> {
    Router::new().route("/api/rooms/{room}/yours", get(yours)).route("/api/rooms/{room}/songs/{song}/also", get(also))
}

/// The room of that name, with what stands in the way of songs there.
async fn room_of(context: &Context, name: &str) -> Answer<(Room, Obstacles)> {
    let room = places::room(&context.store, name).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let obstacles = Obstacles::read(context, room.jukebox).await?;
    Ok((room, obstacles))
}

/// What is being built for the first time would be half of what there is: "not now".
fn is_shown<P: Projection>(context: &Context) -> Answer<()> {
    context.readers.mark(P::NAME).map(|_| ()).ok_or(Code::Unavailable.into())
}

async fn yours(
    State(context): State<Context>,
    Path(name): Path<String>,
    session: Option<Session>,
) -> Answer<Json<Yours>> {
    let (room, obstacles) = room_of(&context, &name).await?;
    let taste = taste_of(&context, &room, &obstacles).await?;
    let artists = match session {
        Some(session) => artists_of(&context, session.account, &obstacles).await?,
        None => Vec::new(),
    };
    Ok(Json(Yours { artists, taste }))
}

async fn taste_of(context: &Context, room: &Room, obstacles: &Obstacles) -> Answer<Taste> {
    is_shown::<Hours>(context)?;
    let hour = hour_of(context.store.now().await?, &room.timezone);
    let counted = taste(&context.store, room.venue, hour, TASTE).await?;
    let ids: Vec<SongId> = counted.iter().map(|counted| counted.song).collect();
    let rows = songs::by_ids(&context.store, &ids).await?;
    Ok(Taste { hour: u8::try_from(hour).unwrap_or(0), songs: rows.iter().map(|row| obstacles.told(row)).collect() })
}

async fn artists_of(context: &Context, account: AccountId, obstacles: &Obstacles) -> Answer<Vec<YourArtist>> {
    is_shown::<History>(context)?;
    let person = Person::find(&context.store, account).await?;
    let songs = person.songs(&context.store).await?;
    let heard: HashSet<SongId> = songs.iter().map(|heard| heard.song).collect();
    let mut told = Vec::new();
    for artist in artists(&songs).into_iter().take(ARTISTS_LOOKED_AT) {
        if told.len() == ARTISTS {
            break;
        }
        told.extend(more_of(context, artist, &heard, obstacles).await?);
    }
    Ok(told)
}

/// Other songs of an artist, those first that one has not heard; nothing where there are none.
async fn more_of(
    context: &Context,
    artist: Artist,
    heard: &HashSet<SongId>,
    obstacles: &Obstacles,
) -> Answer<Option<YourArtist>> {
    let shelf = Shelves::Artist(artist.name.clone());
    let (rows, _) = songs::list(&context.store, &shelf, SONGS_LOOKED_AT, 0).await?;
    let Some(because) = songs::one(&context.store, artist.because).await? else { return Ok(None) };
    let (known, unheard): (Vec<SongRow>, Vec<SongRow>) =
        rows.into_iter().filter(|row| row.brief.id != artist.because).partition(|row| heard.contains(&row.brief.id));
    let songs: Vec<FoundSong> = unheard.iter().chain(&known).take(SONGS).map(|row| obstacles.told(row)).collect();
    if songs.is_empty() {
        return Ok(None);
    }
    let unheard = u32::try_from(unheard.len().min(SONGS)).unwrap_or(u32::MAX);
    Ok(Some(YourArtist { artist: artist.name, because: because.brief.clone(), unheard, songs }))
}

async fn also(State(context): State<Context>, Path2(name, song): Path2<String, SongId>) -> Answer<Json<SongPage>> {
    let (_, obstacles) = room_of(&context, &name).await?;
    songs::one(&context.store, song).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    is_shown::<Evenings>(&context)?;
    let near = nearest(&context.store, song, ALSO).await?;
    let rows = songs::by_ids(&context.store, &near).await?;
    let songs: Vec<FoundSong> = rows.iter().map(|row| obstacles.told(row)).collect();
    Ok(Json(SongPage { total: songs.len() as u64, songs }))
}
