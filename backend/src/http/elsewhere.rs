//! What was heard at other venues a moment ago, with what stands in its way here.

use super::{
    extract::{Json, Path, Query},
    kept::{Ages, KeptAnswer, KeptAnswers},
    problem::{Answer, ApiProblem},
    shared::Shared,
    songs::Obstacles,
};
use crate::{
    context::Context,
    readers::{
        Mark, Projection,
        elsewhere::{Elsewhere as Reader, Wanted, latest},
    },
    store::{
        places,
        songs::{self, SongRow},
    },
};
use axum::{Router, extract::State, routing::get};
use jukeline_app::{
    api::{Code, Elsewhere, ElsewhereEntry, ElsewhereQuery, ElsewhereScope},
    id::{PlayId, SongId},
};
use std::{collections::HashMap, num::NonZeroUsize, sync::Arc, time::Duration};

/// Songs that are told.
const TOLD: i64 = 20;
/// A venue that is to be left out from now on is told to whoever comes for so long still.
const AGES: Ages = Ages { at_least: Duration::from_secs(2), at_most: Duration::from_secs(2) };

/// Each is a few kilobytes.
const KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(999);

/// What listeners of a room are told, by the room's name.
pub struct KeptElsewhere(KeptAnswers<(String, ElsewhereScope), Vec<Told>>);

impl Default for KeptElsewhere {
    fn default() -> KeptElsewhere {
        KeptElsewhere(KeptAnswers::new(AGES, KEPT))
    }
}

/// A song with its play, by which it is told once.
pub struct Told {
    /// Not to be told itself: its patron knows it.
    pub play: PlayId,
    /// What is told.
    pub entry: ElsewhereEntry,
}

/// `GET /api/rooms/{room}/elsewhere`
pub fn routes() -> Router<Context> {
    Router::new().route("/api/rooms/{room}/elsewhere", get(elsewhere))
}

async fn elsewhere(
    State(context): State<Context>,
    Path(name): Path<String>,
    Query(query): Query<ElsewhereQuery>,
) -> Answer<Json<Elsewhere>> {
    mark(&context)?;
    let entries = make(&context, &name, query.scope).await?.into_iter().map(|told| told.entry).collect();
    Ok(Json(Elsewhere { entries, server_now: context.store.now().await? }))
}

/// What is being built for the first time would be half of what there is: "not now".
fn mark(context: &Context) -> Answer<Mark> {
    context.readers.mark(Reader::NAME).ok_or(Code::Unavailable.into())
}

/// What was heard elsewhere as it was read last, or is read now: however many listen in a room, it is read once.
pub(super) async fn kept(
    context: &Context,
    shared: &Shared,
    room: &str,
    scope: ElsewhereScope,
) -> Answer<KeptAnswer<Vec<Told>>> {
    let mark = mark(context)?;
    shared.elsewhere.0.get((room.to_owned(), scope), mark, make(context, room, scope)).await
}

/// What was heard elsewhere, as a room is told: newest first.
async fn make(context: &Context, room: &str, scope: ElsewhereScope) -> Answer<Vec<Told>> {
    let room = places::room(&context.store, room).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let city = match scope {
        ElsewhereScope::City => Some(room.city.clone()),
        ElsewhereScope::Network => None,
    };
    let found = latest(&context.store, &Wanted { not_at: room.venue, city }, TOLD).await?;
    let ids: Vec<SongId> = found.iter().map(|latest| latest.song).collect();
    let rows = songs::by_ids(&context.store, &ids).await?;
    let rows: HashMap<SongId, &Arc<SongRow>> = rows.iter().map(|row| (row.brief.id, row)).collect();
    let obstacles = Obstacles::read(context, room.jukebox).await?;
    let told = found.into_iter().filter_map(|latest| {
        let song = obstacles.told(rows.get(&latest.song)?);
        let (venue_name, city, heard_at) = (latest.venue_name, latest.city, latest.heard_at);
        Some(Told { play: latest.play, entry: ElsewhereEntry { song, venue_name, city, heard_at } })
    });
    Ok(told.collect())
}
