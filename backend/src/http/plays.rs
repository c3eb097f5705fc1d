//! Asking for songs: quotes, requests, taking back, and what became of them.

mod answer;
mod quote;

use super::{
    extract::{Json, Path, Query},
    identity::{Passes, Session},
    problem::{Answer, ApiProblem},
};
use crate::{
    context::Context,
    crash,
    log::LogError,
    store::{
        self,
        plays::{self, PlayRow},
    },
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jukeline_app::{
    api::{AskForSong, Code, DeclineReason, MyPlay, MyPlays, Problem},
    cashier::CannotPay,
    events::{PlayRequested, Request},
    id::{AccountId, PlayId},
    play::PlayState,
    time::{MINUTE, SECOND, Timestamp},
};
use serde::Deserialize;
use std::time::Duration;

/// How long a handler waits for the floor's decision before it answers "not decided yet".
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a request stands if the client doesn't say.
const STANDS_MS: i64 = 30 * SECOND;
/// How long a request may stand at the most.
const STANDS_AT_MOST_MS: i64 = 2 * MINUTE;
/// Plays a page.
const PAGE: usize = 50;

/// `/api/plays`, and asking within a room.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/rooms/{room}/songs/{song}/quote", get(quote::quote))
        .route("/api/rooms/{room}/plays", post(ask))
        .route("/api/plays", get(mine))
        .route("/api/plays/{play}", get(one).delete(take_back))
}

impl From<LogError> for ApiProblem {
    fn from(error: LogError) -> Self {
        tracing::warn!(%error, "a request could not be appended");
        Code::Unavailable.into()
    }
}

async fn ask(
    State(context): State<Context>,
    Path(room): Path<String>,
    session: Session,
    passes: Passes,
    Json(ask): Json<AskForSong>,
) -> Answer<Response> {
    let asked = quote::asked(&context, &room, ask.song, Some(session.account), Some(ask.play)).await?;
    let (now, jukebox) = (asked.glance.now, asked.glance.loaded.floor.jukebox);
    let request = request(&ask, &session, now)?;
    if asked.glance.known
        && let Some(known) = known(&context, &request).await?
    {
        return answered(&context, known, now).await;
    }
    if passes.until(jukebox, now).is_none() {
        return Err(Code::NotInTheRoom.into());
    }
    if let Err(problem) = quote::refuse_at_once(&asked, &request) {
        return Err(owing(&context, session.account).await?.unwrap_or(problem));
    }
    passes.renew(&context, &room, jukebox, now);
    let decision = context.live.next_decision(request.play);
    crash::point("request-received");
    context.requests.append(jukebox, &Request::PlayRequested(request.clone())).await?;
    crash::point("request-appended");
    if let Ok(Ok(decided)) = tokio::time::timeout(PATIENCE, decision).await
        && let Some(answer) = answer::of_fact(&room, &asked, &request, &decided.fact)
    {
        return answer.map(|play| (StatusCode::CREATED, Json(play)).into_response());
    }
    // Decided or not: the row tells.
    match known(&context, &request).await? {
        Some(known) => answered(&context, known, now).await,
        None => Ok(pending(&room)),
    }
}

/// Whoever owes credits after a dispute is told so rather than that there are too few.
async fn owing(context: &Context, account: AccountId) -> Answer<Option<ApiProblem>> {
    let owed = store::purchases::owed(&context.store, account).await?;
    let problem = || Problem::with(Code::Owing, serde_json::json!({ "owed": owed })).into();
    Ok((owed > 0).then(problem))
}

fn request(ask: &AskForSong, session: &Session, now: Timestamp) -> Answer<PlayRequested> {
    let valid_until = ask.valid_until.unwrap_or(now.plus(STANDS_MS));
    if valid_until <= now || valid_until > now.plus(STANDS_AT_MOST_MS) {
        return Err(ApiProblem::invalid("valid_until", "between now and two minutes from now, by the server's clock"));
    }
    let (play, song, price, sooner) = (ask.play, ask.song, ask.price, ask.sooner);
    Ok(PlayRequested { play, account: session.account, song, price, sooner, valid_until, received_at: now })
}

/// The play of this id if it was decided already: the same request gives the same answer, anything else "in use".
async fn known(context: &Context, request: &PlayRequested) -> Answer<Option<PlayRow>> {
    let Some(row) = plays::one(&context.store, request.play).await? else { return Ok(None) };
    if row.account == request.account && row.content == request.content() {
        return Ok(Some(row));
    }
    Err(Code::IdInUse.into())
}

async fn answered(context: &Context, row: PlayRow, now: Timestamp) -> Answer<Response> {
    if let Some(reason) = row.play.declined {
        return Err(declined(reason));
    }
    let play = answer::with_minutes(context, vec![row], now).await?.pop().ok_or(ApiProblem::from(Code::Internal))?;
    Ok((StatusCode::CREATED, Json(play)).into_response())
}

fn pending(room: &str) -> Response {
    (StatusCode::ACCEPTED, Json(serde_json::json!({ "state": "pending", "room": room }))).into_response()
}

/// A decline as a problem: too few credits have a code of their own.
pub(super) fn declined(reason: DeclineReason) -> ApiProblem {
    match reason {
        DeclineReason::Pay { cannot: CannotPay::Credits { need, have } } => {
            Problem::with(Code::NotEnoughCredits, serde_json::json!({ "need": need, "have": have })).into()
        }
        reason => Problem::with(Code::Declined, serde_json::json!({ "reason": reason })).into(),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Before {
    #[serde(default)]
    before: Option<PlayId>,
}

async fn mine(State(context): State<Context>, session: Session, Query(query): Query<Before>) -> Answer<Json<MyPlays>> {
    let now = context.store.now().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut rows = plays::of_account(&context.store, session.account, query.before, limit).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let plays = answer::with_minutes(&context, rows, now).await?;
    let more = plays.last().filter(|_| more).map(|play| play.play);
    Ok(Json(MyPlays { plays, more, server_now: now }))
}

async fn own(context: &Context, play: PlayId, account: AccountId) -> Answer<PlayRow> {
    let row = plays::one(&context.store, play).await?.filter(|row| row.account == account);
    row.ok_or(Code::NotFound.into())
}

async fn shown(context: &Context, row: PlayRow) -> Answer<Json<MyPlay>> {
    let now = context.store.now().await?;
    let play = answer::with_minutes(context, vec![row], now).await?.pop();
    play.map(Json).ok_or(Code::Internal.into())
}

async fn one(State(context): State<Context>, Path(play): Path<PlayId>, session: Session) -> Answer<Json<MyPlay>> {
    let row = own(&context, play, session.account).await?;
    shown(&context, row).await
}

/// Takes a song back. Held by a player that can't be asked it stays as it is, with the moment by which it is paid back.
async fn take_back(State(context): State<Context>, Path(play): Path<PlayId>, session: Session) -> Answer<Json<MyPlay>> {
    let row = own(&context, play, session.account).await?;
    match row.play.state {
        PlayState::Started => return Err(Code::AlreadyStarted.into()),
        PlayState::Finished | PlayState::Declined => return Err(Code::AlreadyOver.into()),
        PlayState::Returned => return shown(&context, row).await,
        PlayState::Queued | PlayState::Handed => {}
    }
    let decision = context.live.next_decision(play);
    let request = Request::TakeBackRequested { play, account: session.account };
    context.requests.append(row.jukebox, &request).await?;
    let _ = tokio::time::timeout(PATIENCE, decision).await;
    let row = own(&context, play, session.account).await?;
    if row.play.state == PlayState::Started {
        return Err(Code::AlreadyStarted.into());
    }
    shown(&context, row).await
}
