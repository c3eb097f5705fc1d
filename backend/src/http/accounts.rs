//! Guests, oneself, and keeping what one has under an address and a password.

use super::{
    cookies::{self, SetCookies},
    extract::{Json, Query},
    identity::{self, Device, Passes, Session},
    limits, passwords,
    problem::{Answer, ApiProblem},
    purchases::view::price,
    sessions::{self, SignedIn},
    shared::{Address, Shared},
};
use crate::{
    context::Context,
    store::{
        self,
        accounts::{self, Goodbye},
        purchases::leaving::{self, PaidLeft},
    },
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use jukeline_app::{
    api::{AddressAndPassword, ChangeMe, Code, Credential, Me, PaidCreditsLeft, Problem, SessionStarted, StartAsGuest},
    events::Request,
    id::AccountId,
    purchase::PaidCredits,
    staff::is_last_operator,
};
use serde::Deserialize;
use std::time::Duration;

/// Longest name in characters.
const NAME_MAX: usize = 40;
/// How long deleting waits for songs to be taken back.
const TAKEN_BACK_WITHIN: Duration = Duration::from_secs(5);

/// Guests, accounts and oneself.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/guests", post(start_as_guest))
        .route("/api/accounts", post(sign_up))
        .route("/api/me", get(me).patch(change).delete(delete))
}

/// Starts as a guest; whoever has a session keeps it.
#[allow(clippy::too_many_arguments, reason = "each is a part of the request")]
async fn start_as_guest(
    State(context): State<Context>,
    shared: Shared,
    session: Option<Session>,
    passes: Passes,
    device: Device,
    address: Address,
    cookies: SetCookies,
    Json(start): Json<StartAsGuest>,
) -> Answer<(StatusCode, Json<SessionStarted>)> {
    let now = context.store.now().await?;
    if let Some(session) = session {
        let me = identity::me(&context, session.account, passes.standing(now).collect()).await?;
        return Ok((StatusCode::OK, Json(SessionStarted { me, token: None })));
    }
    shared.limits.count(limits::GUESTS_OF_ADDRESS, &address.key()).map_err(ApiProblem::slow_down)?;
    shared.limits.count(limits::GUESTS_OF_DEVICE, &device.name).map_err(ApiProblem::slow_down)?;
    let mut tx = context.store.begin().await?;
    let account = accounts::make_guest(&mut tx, context.store.kind(), context.config.guests.grant, now).await?;
    let token = accounts::sessions::open(&mut tx, account, &device.name, sessions::word(start.credential), now).await?;
    tx.commit().await?;
    context.live.nudge();
    let me = identity::me(&context, account, passes.standing(now).collect()).await?;
    Ok((StatusCode::CREATED, Json(sessions::started(&context, &cookies, me, token, start.credential))))
}

/// Keeps what the guest has under an address and a password.
///
/// An address that is somebody's already is not told as such: with that person's password this signs them in, with
/// another it answers `wrong_credentials`, after the same work as for a new address.
#[allow(clippy::too_many_arguments, reason = "each is a part of the request")]
async fn sign_up(
    State(context): State<Context>,
    shared: Shared,
    session: Option<Session>,
    passes: Passes,
    device: Device,
    address: Address,
    cookies: SetCookies,
    Json(who): Json<AddressAndPassword>,
) -> Answer<(StatusCode, Json<SessionStarted>)> {
    let email = sessions::checked_address(&context, address, &who.email)?;
    passwords::check(&who.password, &email)?;
    sessions::count_try(&shared, &email, &device, address)?;
    let address_hash = sessions::address_hash(&context, &email);
    let found = accounts::by_address(&context.store, &address_hash).await?;
    let hash = passwords::hash(who.password.clone()).await?;
    let right =
        passwords::verify(who.password.clone(), found.as_ref().map(|found| found.password_hash.clone())).await?;
    let signed_in = match found {
        Some(found) if right => sessions::sign_in_as(&context, found.account, session, &device, who.credential).await?,
        Some(_) => return Err(Code::WrongCredentials.into()),
        None => keep(&context, session, &device, who.credential, (&address_hash, &email, &hash)).await?,
    };
    let now = context.store.now().await?;
    let me = identity::me(&context, signed_in.account, passes.standing(now).collect()).await?;
    let started = sessions::started(&context, &cookies, me, signed_in.token, who.credential);
    Ok((StatusCode::CREATED, Json(started)))
}

/// Gives the guest (or a new account) the address, and starts a session with a new token.
async fn keep(
    context: &Context,
    session: Option<Session>,
    device: &Device,
    credential: Credential,
    (address_hash, email, hash): (&str, &str, &str),
) -> Answer<SignedIn> {
    if let Some(session) = &session
        && accounts::profile(&context.store, session.account).await?.is_some_and(|profile| !profile.guest)
    {
        return Err(Code::AlreadyDone.into());
    }
    let now = context.store.now().await?;
    let mut tx = context.store.begin().await?;
    let account = match &session {
        Some(session) => session.account,
        None => accounts::make_guest(&mut tx, context.store.kind(), context.config.guests.grant, now).await?,
    };
    if !accounts::add_password(&mut tx, account, address_hash, email, hash, now).await? {
        // Two sign-ups of one address at once: the other was first.
        return Err(Code::WrongCredentials.into());
    }
    if let Some(session) = &session {
        accounts::sessions::close(&mut tx, &session.token).await?;
    }
    let token = accounts::sessions::open(&mut tx, account, &device.name, sessions::word(credential), now).await?;
    tx.commit().await?;
    context.live.nudge();
    Ok(SignedIn { account, token })
}

async fn me(State(context): State<Context>, session: Session, passes: Passes) -> Answer<Json<Me>> {
    let now = context.store.now().await?;
    renew_where_songs_wait(&context, &session, &passes).await?;
    Ok(Json(identity::me(&context, session.account, passes.standing(now).collect()).await?))
}

/// A pass is renewed silently while a song of theirs waits in that room.
async fn renew_where_songs_wait(context: &Context, session: &Session, passes: &Passes) -> Answer<()> {
    let now = context.store.now().await?;
    if passes.standing(now).next().is_none() {
        return Ok(());
    }
    for (jukebox, _) in accounts::live_plays(&context.store, session.account).await? {
        if let Some(room) = store::places::room_of(&context.store, jukebox).await? {
            passes.renew(context, &room, jukebox, now);
        }
    }
    Ok(())
}

async fn change(
    State(context): State<Context>,
    session: Session,
    passes: Passes,
    Json(change): Json<ChangeMe>,
) -> Answer<Json<Me>> {
    let name = change.name.as_deref().map(checked_name).transpose()?;
    let now = context.store.now().await?;
    accounts::change(&context.store, session.account, name.as_deref(), change.name_on_screen, now).await?;
    context.live.nudge();
    Ok(Json(identity::me(&context, session.account, passes.standing(now).collect()).await?))
}

/// A name without control characters, trimmed; empty removes it.
pub(super) fn checked_name(name: &str) -> Answer<String> {
    let name = name.trim();
    if name.chars().count() > NAME_MAX {
        return Err(ApiProblem::invalid("name", format!("at most {NAME_MAX} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(ApiProblem::invalid("name", "one line of text"));
    }
    Ok(name.to_owned())
}

/// In the query, since some proxies drop the body of a `DELETE`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Leave {
    #[serde(default)]
    paid_credits: Option<PaidCredits>,
}

/// Deletes the account: songs that wait are taken back first; what was paid for and isn't spent is refunded or waived, what
/// was given is forfeited.
async fn delete(
    State(context): State<Context>,
    session: Session,
    cookies: SetCookies,
    Query(leave): Query<Leave>,
) -> Answer<StatusCode> {
    let operators = accounts::staff::posts_now(&context.store, None).await?;
    if is_last_operator(&operators, session.account) {
        return Err(Code::LastManager.into());
    }
    if leave.paid_credits.is_none() {
        let mut connection = context.store.read().acquire().await?;
        let left = leaving::paid_left(&mut connection, session.account).await?;
        if !left.is_empty() {
            return Err(paid_credits_left(&left));
        }
    }
    take_all_back(&context, session.account).await?;
    let now = context.store.now().await?;
    match accounts::delete(&context.store, session.account, leave.paid_credits, now).await? {
        Goodbye::Gone => {}
        Goodbye::LastOperator => return Err(Code::LastManager.into()),
        // Bought since.
        Goodbye::PaidCreditsLeft(left) => return Err(paid_credits_left(&left)),
    }
    context.live.nudge();
    cookies.set(&context.config, cookies::session_name(&context.config), "", 0);
    Ok(StatusCode::NO_CONTENT)
}

fn paid_credits_left(left: &[PaidLeft]) -> ApiProblem {
    let credits = left.iter().map(|left| left.credits).sum();
    let worth = left.iter().map(|left| price(left.worth_minor, &left.currency)).collect();
    let params = serde_json::to_value(PaidCreditsLeft { credits, worth }).unwrap_or_default();
    Problem::with(Code::PaidCreditsLeft, params).into()
}

/// Takes back every song that waits and waits until each is decided, so that its credits are there to be settled.
async fn take_all_back(context: &Context, account: AccountId) -> Answer<()> {
    let live = accounts::live_plays(&context.store, account).await?;
    let decisions: Vec<_> = live.iter().map(|(_, play)| context.live.next_decision(*play)).collect();
    for (jukebox, play) in live {
        let request = Request::TakeBackRequested { play, account };
        context.requests.append(jukebox, &request).await.map_err(|_| ApiProblem::from(Code::Unavailable))?;
    }
    context.live.nudge();
    let all = futures_util::future::join_all(decisions);
    // A player that is cut off can't let go of a song: the account goes all the same, and the credits follow it.
    let _ = tokio::time::timeout(TAKEN_BACK_WITHIN, all).await;
    Ok(())
}
