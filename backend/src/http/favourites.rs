//! Favourites: a heart that is set, taken away, and followed by a list.

use super::{
    extract::{Json, Path, Query},
    history::There,
    identity::Session,
    problem::{Answer, ApiProblem},
};
use crate::{
    context::Context,
    store::{
        favourites::{self, Added, MOST},
        songs::{self, SongRow},
    },
};
use axum::{Router, extract::State, http::StatusCode, routing::get};
use jukeline_app::{
    api::{AtRoom, Code, FavouriteSong, Favourites, IsFavourite, Problem},
    id::SongId,
};
use std::{collections::HashMap, sync::Arc};

/// `/api/favourites…`
pub fn routes() -> Router<Context> {
    Router::new().route("/api/favourites", get(list)).route("/api/favourites/{song}", get(one).put(add).delete(remove))
}

async fn list(State(context): State<Context>, session: Session, Query(at): Query<AtRoom>) -> Answer<Json<Favourites>> {
    let there = There::find(&context, at.room.as_deref()).await?;
    let marked = favourites::of_account(&context.store, session.account).await?;
    let ids: Vec<SongId> = marked.iter().map(|(song, _)| *song).collect();
    let rows = songs::by_ids(&context.store, &ids).await?;
    let rows: HashMap<SongId, &Arc<SongRow>> = rows.iter().map(|row| (row.brief.id, row)).collect();
    let song = |(song, since): &(SongId, _)| Some(FavouriteSong { song: there.song(rows.get(song)?), since: *since });
    Ok(Json(Favourites { songs: marked.iter().filter_map(song).collect(), here: there.here() }))
}

async fn one(State(context): State<Context>, Path(song): Path<SongId>, session: Session) -> Answer<Json<IsFavourite>> {
    let favourite = favourites::has(&context.store, session.account, song).await?;
    Ok(Json(IsFavourite { song, favourite }))
}

async fn add(State(context): State<Context>, Path(song): Path<SongId>, session: Session) -> Answer<StatusCode> {
    songs::one(&context.store, song).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let now = context.store.now().await?;
    match favourites::add(&context.store, session.account, song, now).await? {
        Added::Yes => Ok(StatusCode::NO_CONTENT),
        Added::Full => Err(Problem::with(Code::FavouritesFull, serde_json::json!({ "cap": MOST })).into()),
        Added::Gone => Err(Code::SignInNeeded.into()),
    }
}

async fn remove(State(context): State<Context>, Path(song): Path<SongId>, session: Session) -> Answer<StatusCode> {
    favourites::remove(&context.store, session.account, song).await?;
    Ok(StatusCode::NO_CONTENT)
}
