//! First run: the operator, the venue, the music, in the browser alone.

use super::{
    accounts::checked_name,
    cookies::SetCookies,
    extract::Json,
    identity::{self, Device, Session},
    limits, passwords,
    problem::{Answer, ApiProblem},
    sessions,
    shared::{Address, Shared},
};
use crate::{
    context::Context,
    secret,
    store::{
        self, StoreError,
        accounts::{self, codes},
        places::{self, NewVenue, Room},
    },
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use jukeline_app::{
    account::Role,
    api::{
        Code, Credential, ImportMusic, ImportState, MakeOperator, MakeVenue, PlayerStatus, Problem, SessionStarted,
        SetupRoom, SetupState,
    },
    hours::check_zone,
    id::AccountId,
    rules::HouseRules,
    time::MINUTE,
    venue::{RADIUS_M, is_room_name},
};
use serde_json::json;
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

/// How long the link of the first run is good: a day.
const LINK_MS: i64 = 24 * 60 * MINUTE;
/// Refused files that are told; the rest is a number.
const REFUSED_TOLD: usize = 200;

/// Routes of the first run.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/setup", get(state))
        .route("/api/setup/operator", post(make_operator))
        .route("/api/setup/venue", post(make_venue))
        .route("/api/setup/import", post(import))
}

/// The one-time link of the first run; nothing when there is an operator already.
pub async fn first_run_link(context: &Context) -> Result<Option<String>, StoreError> {
    if accounts::has_operator(&context.store).await? {
        return Ok(None);
    }
    let token = secret::token();
    let now = context.store.now().await?;
    let mut tx = context.store.begin().await?;
    codes::put(&mut tx, codes::SETUP, &token, "operator", now, now.plus(LINK_MS)).await?;
    tx.commit().await?;
    Ok(Some(context.config.address(&format!("/setup/{token}"))))
}

/// How far the setup has come: to anyone as long as there is nothing to tell, then to operators.
async fn state(
    State(context): State<Context>,
    shared: Shared,
    session: Option<Session>,
    address: Address,
) -> Answer<Json<SetupState>> {
    let operator = accounts::has_operator(&context.store).await?;
    if operator {
        let session = session.ok_or(ApiProblem::from(Code::SignInNeeded))?;
        identity::require_operator(&context, session.account).await?;
    }
    let room = places::first_room(&context.store).await?;
    let floor = match &room {
        Some(room) => store::floor::read(&context.store, room.jukebox).await?,
        None => None,
    };
    Ok(Json(SetupState {
        operator,
        songs: store::songs::count(&context.store).await?,
        import: shared.import_state(),
        player_online: floor.is_some_and(|floor| floor.player.status == PlayerStatus::Online),
        phone_seen: shared.phone_seen(address.0),
        reachable: !context.config.is_loopback(),
        trial: context.config.is_trial(),
        room: room.map(|room| setup_room(&context, &room)),
    }))
}

fn setup_room(context: &Context, room: &Room) -> SetupRoom {
    SetupRoom {
        venue_name: room.venue_name.clone(),
        jukebox: room.jukebox,
        address: context.config.address(&format!("/r/{}", room.room)),
        room: room.room.clone(),
    }
}

/// Makes the operator and signs them in. In trial mode from this very machine only: a password would travel readable.
async fn make_operator(
    State(context): State<Context>,
    shared: Shared,
    device: Device,
    address: Address,
    cookies: SetCookies,
    Json(make): Json<MakeOperator>,
) -> Answer<(StatusCode, Json<SessionStarted>)> {
    if !context.config.takes_passwords(address.0) {
        return Err(Code::NeedsHttps.into());
    }
    let name = checked_name(&make.name)?;
    if name.is_empty() {
        return Err(ApiProblem::invalid("name", "1 to 40 characters"));
    }
    let email = sessions::folded_address(&make.email)?;
    passwords::check(&make.password, &email)?;
    shared.limits.count(limits::ONE_TIME_CODES, &address.key()).map_err(ApiProblem::slow_down)?;
    if accounts::has_operator(&context.store).await? {
        return Err(Code::AlreadyDone.into());
    }
    let now = context.store.now().await?;
    if !codes::stands(&context.store, codes::SETUP, &make.token, now).await? {
        return Err(Code::LinkSpent.into());
    }
    let hash = passwords::hash(make.password).await?;
    let (account, token) = write_operator(&context, &make.token, &email, &hash, &device).await?;
    accounts::change(&context.store, account, Some(&name), None, now).await?;
    context.live.nudge();
    let me = identity::me(&context, account, Vec::new()).await?;
    Ok((StatusCode::CREATED, Json(sessions::started(&context, &cookies, me, token, Credential::Cookie))))
}

async fn write_operator(
    context: &Context,
    link: &str,
    email: &str,
    hash: &str,
    device: &Device,
) -> Answer<(AccountId, String)> {
    let address_hash = sessions::address_hash(context, email);
    let now = context.store.now().await?;
    let mut tx = context.store.begin().await?;
    if codes::take(&mut tx, codes::SETUP, link, now).await?.is_none() {
        return Err(Code::LinkSpent.into());
    }
    let account = accounts::make_guest(&mut tx, context.store.kind(), 0, now).await?;
    if !accounts::add_password(&mut tx, account, &address_hash, email, hash, now).await? {
        return Err(ApiProblem::invalid("email", "in use by another account"));
    }
    accounts::appoint(&mut tx, account, Role::Operator, None).await?;
    // Links of earlier starts are spent as well.
    codes::remove_all(&mut tx, codes::SETUP).await?;
    let token =
        accounts::sessions::open(&mut tx, account, &device.name, sessions::word(Credential::Cookie), now).await?;
    tx.commit().await?;
    Ok((account, token))
}

async fn make_venue(
    State(context): State<Context>,
    session: Session,
    Json(make): Json<MakeVenue>,
) -> Answer<(StatusCode, Json<SetupRoom>)> {
    identity::require_operator(&context, session.account).await?;
    check_venue(&make)?;
    let rules = HouseRules { hours: make.hours.clone(), ..HouseRules::default() };
    rules.check().map_err(|bad| ApiProblem::invalid("hours", bad))?;
    let new = NewVenue {
        name: make.name.trim(),
        city: make.city.trim(),
        timezone: &make.timezone,
        position: make.position,
        radius_m: make.radius_m,
    };
    let now = context.store.now().await?;
    let mut tx = context.store.begin().await?;
    let venue = places::make_venue(&mut tx, &new, now).await?;
    let made = places::make_jukebox(&mut tx, venue, &make.room, make.zone_name.trim(), &rules, now).await?;
    if made.is_none() {
        return Err(Problem::with(Code::AlreadyDone, json!({"field": "room"})).into());
    }
    tx.commit().await?;
    let room = places::room(&context.store, &make.room).await?.ok_or(ApiProblem::from(Code::Internal))?;
    Ok((StatusCode::CREATED, Json(setup_room(&context, &room))))
}

fn check_venue(make: &MakeVenue) -> Answer<()> {
    let line = |field: &str, text: &str, least: usize, most: usize| {
        let fits = (least..=most).contains(&text.trim().chars().count()) && !text.chars().any(char::is_control);
        if fits { Ok(()) } else { Err(ApiProblem::invalid(field, format!("one line of {least} to {most} characters"))) }
    };
    line("name", &make.name, 1, 60)?;
    line("zone_name", &make.zone_name, 0, 40)?;
    line("city", &make.city, 0, 60)?;
    if !is_room_name(&make.room) {
        return Err(ApiProblem::invalid("room", "2 to 24 of a-z, 0-9 and inner hyphens"));
    }
    check_zone(&make.timezone).map_err(|unknown| ApiProblem::invalid("timezone", unknown))?;
    if make.position.is_some_and(|position| !position.is_possible()) {
        return Err(ApiProblem::invalid("position", "latitude -90 to 90, longitude -180 to 180"));
    }
    if !RADIUS_M.contains(&make.radius_m) {
        return Err(ApiProblem::invalid("radius_m", "20 to 1000 metres"));
    }
    Ok(())
}

/// Starts an import; `GET /api/setup` shows how far it is.
async fn import(
    State(context): State<Context>,
    shared: Shared,
    session: Session,
    Json(import): Json<ImportMusic>,
) -> Answer<StatusCode> {
    identity::require_operator(&context, session.account).await?;
    let folder = PathBuf::from(&import.folder);
    if !folder.is_absolute() || !folder.is_dir() {
        return Err(ApiProblem::invalid("folder", "the full path of a folder on this server"));
    }
    {
        let mut state = shared.import.lock().unwrap_or_else(PoisonError::into_inner);
        if state.as_ref().is_some_and(|state| !state.finished) {
            return Err(Code::AlreadyDone.into());
        }
        *state = Some(ImportState::default());
    }
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || run_import(&context, &shared.import, &folder, &runtime));
    Ok(StatusCode::ACCEPTED)
}

fn run_import(
    context: &Context,
    state: &Mutex<Option<ImportState>>,
    folder: &std::path::Path,
    runtime: &tokio::runtime::Handle,
) {
    let update = |change: &mut dyn FnMut(&mut ImportState)| {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        change(state.get_or_insert_default());
    };
    let covers = context.config.data.join("covers");
    let outcome = store::songs::take_in(runtime, &context.store, &context.index, &covers, folder, |progress| {
        update(&mut |state| (state.found, state.done) = (progress.total as u64, progress.done as u64));
    });
    update(&mut |state| {
        state.finished = true;
        match &outcome {
            Ok(summary) => {
                state.found = summary.files() as u64;
                state.done = state.found;
                state.imported = summary.imported as u64;
                state.already = summary.already as u64;
                let told = summary.refused.iter().take(REFUSED_TOLD);
                state.refused = told.map(|(path, why)| (path.display().to_string(), why.to_string())).collect();
            }
            Err(error) => state.failed = Some(error.to_string()),
        }
    });
}
