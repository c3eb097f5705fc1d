//! Screens: pairing, the screen's websocket, and sound.

mod connection;
mod sound;

use super::{
    extract::{Json, Query},
    identity::{SCREEN_COOKIE, ScreenSession, screen_of},
    limits,
    problem::{Answer, ApiProblem},
    shared::{Address, Shared},
    tickets::{TicketHolder, redeem},
};
use crate::{
    context::Context,
    store::{places, screens},
};
use axum::{
    Router,
    extract::{
        State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use jukeline_app::api::{Code, Credential, PairScreen, ScreenInfo, ScreenPaired, TicketUse};
use serde::Deserialize;

/// `/api/screens` and sound.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/screens", post(pair))
        .route("/api/screens/me", get(me))
        .route("/api/screens/live", get(live))
        .route("/api/songs/{song}/sound", get(sound::sound))
}

async fn pair(
    State(context): State<Context>,
    shared: Shared,
    address: Address,
    cookies: super::cookies::SetCookies,
    Json(pair): Json<PairScreen>,
) -> Answer<(StatusCode, Json<ScreenPaired>)> {
    // Wrong codes count, right ones don't: a network of screens may be behind one address.
    shared.limits.check(limits::ONE_TIME_CODES, &address.key()).map_err(ApiProblem::slow_down)?;
    let Some((screen, token)) = screens::pair(&context.store, &pair.code, &pair.codecs).await? else {
        shared.limits.count(limits::ONE_TIME_CODES, &address.key()).map_err(ApiProblem::slow_down)?;
        return Err(Code::LinkSpent.into());
    };
    let info = info(&context, &screen).await?;
    let token = match pair.credential {
        Credential::Bearer => Some(token),
        Credential::Cookie => {
            cookies.set(&context.config, SCREEN_COOKIE, &token, super::cookies::LONG_S);
            None
        }
    };
    Ok((StatusCode::CREATED, Json(ScreenPaired { info, token })))
}

async fn me(State(context): State<Context>, screen: ScreenSession) -> Answer<Json<ScreenInfo>> {
    Ok(Json(info(&context, &screen).await?))
}

async fn info(context: &Context, screen: &ScreenSession) -> Answer<ScreenInfo> {
    let room =
        places::room_by_jukebox(&context.store, screen.jukebox).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let (screen, role) = (screen.screen, screen.role);
    Ok(ScreenInfo { screen, role, room: room.room, venue_name: room.venue_name, trial: context.config.is_trial() })
}

/// A ticket in the query, for clients that can send neither cookie nor token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WithTicket {
    #[serde(default)]
    ticket: Option<String>,
}

/// The screen of a request: by its cookie or token, else by a ticket.
async fn screen_or_ticket(
    context: &Context,
    headers: &HeaderMap,
    ticket: Option<&str>,
    usage: TicketUse,
) -> Answer<ScreenSession> {
    if let Some(screen) = screen_of(headers, context).await? {
        return Ok(screen);
    }
    let Some(ticket) = ticket else { return Err(Code::SignInNeeded.into()) };
    match redeem(context, ticket, usage).await? {
        Some(TicketHolder::Screen(screen)) => Ok(screen),
        Some(TicketHolder::Account(_)) => Err(Code::Forbidden.into()),
        None => Err(Code::SignInNeeded.into()),
    }
}

async fn live(
    State(context): State<Context>,
    shared: Shared,
    headers: HeaderMap,
    Query(query): Query<WithTicket>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer<Response> {
    let screen = screen_or_ticket(&context, &headers, query.ticket.as_deref(), TicketUse::Websocket).await?;
    let upgrade = upgrade.map_err(|_| ApiProblem::bad_request("a websocket upgrade is expected"))?;
    let upgrade = upgrade.max_message_size(16 * 1024);
    let build = shared.pages.build.clone();
    Ok(upgrade.on_upgrade(move |socket| connection::serve(context, screen, socket, build)))
}
