//! Rooms: one as everybody sees it, and those that are near.

use super::{
    extract::{Json, Path},
    problem::{Answer, ApiProblem},
};
use crate::{
    context::Context,
    live,
    store::places::{self, Room},
};
use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use jukeline_app::{
    api::{Code, NearbyQuery, NearbyRoom, RoomSnapshot},
    presence::Position,
};

/// Rooms told at a time.
const AT_MOST: usize = 50;

/// `GET /api/rooms/{room}` and `POST /api/venues/nearby`.
pub fn routes() -> Router<Context> {
    Router::new().route("/api/rooms/{room}", get(room)).route("/api/venues/nearby", post(nearby))
}

async fn room(State(context): State<Context>, Path(name): Path<String>) -> Answer<Json<RoomSnapshot>> {
    let snapshot = live::snapshot(&context, &name).await?;
    snapshot.map(Json).ok_or(Code::NotFound.into())
}

/// Rooms by distance where a position was given (used for this answer and dropped), else by name.
async fn nearby(State(context): State<Context>, Json(query): Json<NearbyQuery>) -> Answer<Json<Vec<NearbyRoom>>> {
    if query.position.is_some_and(|position| !position.is_possible()) {
        return Err(ApiProblem::invalid("position", "latitude -90 to 90, longitude -180 to 180"));
    }
    let mut rooms = places::rooms(&context.store).await?;
    if let Some(here) = query.position {
        rooms.sort_by(|a, b| distance(here, a).total_cmp(&distance(here, b)));
    }
    let mut found = Vec::new();
    for room in rooms.into_iter().take(AT_MOST) {
        if let Some(snapshot) = live::snapshot(&context, &room.room).await? {
            found.push(NearbyRoom {
                distance_m: query.position.and_then(|here| rounded(distance(here, &room))),
                room: room.room,
                venue_name: room.venue_name,
                zone_name: room.zone_name,
                city: room.city,
                open: snapshot.info.open,
                playing: snapshot.playing.map(|playing| playing.song),
                waiting: u32::try_from(snapshot.queue.len()).unwrap_or(u32::MAX),
            });
        }
    }
    Ok(Json(found))
}

/// Metres; infinite where a venue has no position, so that it comes last.
fn distance(here: Position, room: &Room) -> f64 {
    room.position.map_or(f64::INFINITY, |there| here.distance_m(there))
}

/// To 50 m: exact distances to three rooms would be a position.
fn rounded(metres: f64) -> Option<u32> {
    metres.is_finite().then(|| (metres / 50.0).round() as u32 * 50)
}
