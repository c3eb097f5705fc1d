//! Showing that one is in the room. Positions and codes are used for one decision and dropped: nothing here logs.

use super::{
    cookies::SetCookies,
    extract::{Json, Path},
    identity::{self, Device},
    limits::{CODES_OF_ADDRESS, CODES_OF_DEVICE, CODES_OF_JUKEBOX, Limit},
    problem::{Answer, ApiProblem},
    shared::{Address, Shared},
};
use crate::{
    context::Context,
    store::places::{self, Room},
};
use axum::{Router, extract::State, routing::post};
use jukeline_app::{
    api::{Code, Pass, ShowPresence},
    presence::{Position, Whereabouts, code_matches, whereabouts},
    time::Timestamp,
};

/// `POST /api/rooms/{room}/presence`.
pub fn routes() -> Router<Context> {
    Router::new().route("/api/rooms/{room}/presence", post(show))
}

async fn show(
    State(context): State<Context>,
    shared: Shared,
    Path(name): Path<String>,
    device: Device,
    address: Address,
    cookies: SetCookies,
    Json(shown): Json<ShowPresence>,
) -> Answer<Json<Pass>> {
    let room = places::room(&context.store, &name).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let now = context.store.now().await?;
    match shown {
        ShowPresence::Position { position, accuracy_m } => judge(&room, position, accuracy_m)?,
        ShowPresence::Code { code } => check_code(&shared, &room, &device, address, &code, now)?,
    }
    let (pass, until) = identity::give_pass(&context, &cookies, &room.room, room.jukebox, &device.name, now);
    Ok(Json(Pass { jukebox: room.jukebox, until, pass }))
}

fn judge(room: &Room, position: Position, accuracy_m: f64) -> Answer<()> {
    if !position.is_possible() {
        return Err(ApiProblem::invalid("position", "latitude -90 to 90, longitude -180 to 180"));
    }
    if !accuracy_m.is_finite() || accuracy_m < 0.0 {
        return Err(ApiProblem::invalid("accuracy_m", "metres, 0 or more"));
    }
    let Some(middle) = room.position else { return Err(Code::PositionUnclear.into()) };
    match whereabouts(middle, room.radius_m, position, accuracy_m) {
        Whereabouts::InTheRoom => Ok(()),
        Whereabouts::Away => Err(Code::TooFar.into()),
        Whereabouts::Unknown => Err(Code::PositionUnclear.into()),
    }
}

/// Checks the code on the screen. Only wrong ones count, so that a full bar behind one address is never locked out.
pub(super) fn check_code(
    shared: &Shared,
    room: &Room,
    device: &Device,
    address: Address,
    code: &str,
    now: Timestamp,
) -> Answer<()> {
    let jukebox = room.jukebox.to_string();
    let counted: [(Limit, &str); 3] =
        [(CODES_OF_DEVICE, &device.name), (CODES_OF_JUKEBOX, &jukebox), (CODES_OF_ADDRESS, &address.key())];
    for (limit, key) in counted {
        shared.limits.check(limit, key).map_err(ApiProblem::slow_down)?;
    }
    if code_matches(&room.secret, code, now) {
        shared.limits.forgive(CODES_OF_DEVICE, &device.name);
        return Ok(());
    }
    for (limit, key) in counted {
        // One that just filled up refuses the next try, not this one.
        let _ = shared.limits.count(limit, key);
    }
    Err(Code::WrongCode.into())
}
