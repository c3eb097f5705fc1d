//! What was heard at other venues a moment ago, with what stands in its way here.

use super::{
    extract::{Json, Path, Query},
    problem::{Answer, ApiProblem},
    songs::Obstacles,
};
use crate::{
    context::Context,
    readers::{
        Projection,
        elsewhere::{Elsewhere as Reader, Wanted, latest},
    },
    store::{
        places::{self, Room},
        songs::{self, SongRow},
    },
};
use axum::{Router, extract::State, routing::get};
use jukeline_app::{
    api::{Code, Elsewhere, ElsewhereEntry, ElsewhereQuery, ElsewhereScope},
    id::SongId,
};
use std::{collections::HashMap, sync::Arc};

/// Songs that are told.
const TOLD: i64 = 20;

/// `GET /api/rooms/{room}/elsewhere`
pub fn routes() -> Router<Context> {
    Router::new().route("/api/rooms/{room}/elsewhere", get(elsewhere))
}

async fn elsewhere(
    State(context): State<Context>,
    Path(name): Path<String>,
    Query(query): Query<ElsewhereQuery>,
) -> Answer<Json<Elsewhere>> {
    let room = places::room(&context.store, &name).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    Ok(Json(make(&context, &room, query.scope).await?))
}

/// What was heard elsewhere, as a room is told. What is being built for the first time would be half of what there is:
/// "not now".
pub(super) async fn make(context: &Context, room: &Room, scope: ElsewhereScope) -> Answer<Elsewhere> {
    context.readers.mark(Reader::NAME).ok_or(ApiProblem::from(Code::Unavailable))?;
    let city = match scope {
        ElsewhereScope::City => Some(room.city.clone()),
        ElsewhereScope::Network => None,
    };
    let found = latest(&context.store, &Wanted { not_at: room.venue, city }, TOLD).await?;
    let ids: Vec<SongId> = found.iter().map(|latest| latest.song).collect();
    let rows = songs::by_ids(&context.store, &ids).await?;
    let rows: HashMap<SongId, &Arc<SongRow>> = rows.iter().map(|row| (row.brief.id, row)).collect();
    let obstacles = Obstacles::read(context, room.jukebox).await?;
    let entries = found.into_iter().filter_map(|latest| {
        let song = obstacles.told(rows.get(&latest.song)?);
        Some(ElsewhereEntry { song, venue_name: latest.venue_name, city: latest.city, heard_at: latest.heard_at })
    });
    Ok(Elsewhere { entries: entries.collect(), server_now: context.store.now().await? })
}
