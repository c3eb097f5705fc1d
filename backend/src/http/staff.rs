//! What staff see and do: the floor, skip, pause, volume, rules, pairing codes. Their page (`ui/src/staff`) is on top of this.

use super::{
    extract::{Json, Path},
    identity::{Session, require_at},
    problem::{Answer, ApiProblem},
};
use crate::{
    context::Context,
    store::{accounts, floor, places, plays, screens},
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post, put},
};
use jukeline_app::{
    account::Role,
    api::{Code, FloorPlay, MyPlay, PairingCode, ScreenRole, StaffFloor, StaffJukebox},
    conductor::Stage,
    events::{Request, StaffWord},
    id::{JukeboxId, PlayId},
    play::{PlayState, SkipReason},
    rules::HouseRules,
};
use serde::Deserialize;
use std::time::Duration;

/// How long a handler waits until the floor has decided.
const PATIENCE: Duration = Duration::from_secs(2);

/// `/api/jukeboxes/{jukebox}/…`, and which those are.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/jukeboxes/{jukebox}/skip", post(skip))
        .route("/api/jukeboxes/{jukebox}/paused", put(paused))
        .route("/api/jukeboxes/{jukebox}/stop-after", put(stop_after))
        .route("/api/jukeboxes/{jukebox}/sound-off", put(sound_off))
        .route("/api/jukeboxes/{jukebox}/volume", put(volume))
        .route("/api/jukeboxes/{jukebox}/floor", get(staff_floor))
        .route("/api/staff/jukeboxes", get(jukeboxes))
        .route("/api/jukeboxes/{jukebox}/rules", get(rules).put(set_rules))
        .route("/api/jukeboxes/{jukebox}/pairing-codes", post(pairing_code))
}

/// Tells the jukebox what staff said.
async fn say(context: &Context, jukebox: JukeboxId, session: &Session, said: StaffWord) -> Answer<StatusCode> {
    context.requests.append(jukebox, &Request::StaffSaid { staff: session.account, said }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A play of this jukebox.
async fn play_here(context: &Context, jukebox: JukeboxId, play: PlayId) -> Answer<MyPlay> {
    let row = plays::one(&context.store, play).await?.filter(|row| row.jukebox == jukebox);
    Ok(row.ok_or(ApiProblem::from(Code::NotFound))?.play)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Skip {
    play: PlayId,
    reason: SkipReason,
}

/// Names the play it means: when another plays by then, it is refused and changes nothing.
async fn skip(
    State(context): State<Context>,
    Path(jukebox): Path<JukeboxId>,
    session: Session,
    Json(skip): Json<Skip>,
) -> Answer<StatusCode> {
    require_at(&context, session.account, Role::Attendant, jukebox).await?;
    if play_here(&context, jukebox, skip.play).await?.state.is_final() {
        return Err(Code::AnotherPlays.into());
    }
    let decision = context.live.next_decision(skip.play);
    let said = StaffWord::Skip { play: skip.play, reason: skip.reason };
    let said = say(&context, jukebox, &session, said).await?;
    let _ = tokio::time::timeout(PATIENCE, decision).await;
    Ok(said)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Paused {
    paused: bool,
}

async fn paused(
    State(context): State<Context>,
    Path(jukebox): Path<JukeboxId>,
    session: Session,
    Json(body): Json<Paused>,
) -> Answer<StatusCode> {
    require_at(&context, session.account, Role::Attendant, jukebox).await?;
    let said = if body.paused { StaffWord::Pause } else { StaffWord::Resume };
    say(&context, jukebox, &session, said).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StopAfter {
    play: PlayId,
}

/// Names the play it means, like a skip.
async fn stop_after(
    State(context): State<Context>,
    Path(jukebox): Path<JukeboxId>,
    session: Session,
    Json(body): Json<StopAfter>,
) -> Answer<StatusCode> {
    require_at(&context, session.account, Role::Attendant, jukebox).await?;
    if play_here(&context, jukebox, body.play).await?.state != PlayState::Started {
        return Err(Code::AnotherPlays.into());
    }
    let said = StaffWord::StopAfter { play: body.play };
    say(&context, jukebox, &session, said).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SoundOff {
    off: bool,
}

async fn sound_off(
    State(context): State<Context>,
    Path(jukebox): Path<JukeboxId>,
    session: Session,
    Json(body): Json<SoundOff>,
) -> Answer<StatusCode> {
    require_at(&context, session.account, Role::Attendant, jukebox).await?;
    let said = if body.off { StaffWord::SoundOff } else { StaffWord::Resume };
    say(&context, jukebox, &session, said).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Volume {
    volume: u8,
}

async fn volume(
    State(context): State<Context>,
    Path(jukebox): Path<JukeboxId>,
    session: Session,
    Json(body): Json<Volume>,
) -> Answer<StatusCode> {
    require_at(&context, session.account, Role::Attendant, jukebox).await?;
    if body.volume > 100 {
        return Err(ApiProblem::invalid("volume", "0 to 100"));
    }
    let said = StaffWord::Volume { percent: body.volume };
    say(&context, jukebox, &session, said).await
}

/// What staff see beyond the room's snapshot: prices, states, how the sound is held.
async fn staff_floor(
    State(context): State<Context>,
    Path(jukebox): Path<JukeboxId>,
    session: Session,
) -> Answer<Json<StaffFloor>> {
    require_at(&context, session.account, Role::Attendant, jukebox).await?;
    let floor = floor::read(&context.store, jukebox).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let plays = floor.entries.iter().map(|entry| FloorPlay {
        play: entry.play,
        price: entry.price,
        state: entry.state(),
        recalled: matches!(entry.stage, Stage::Handed { recalled: Some(_), .. }),
    });
    Ok(Json(StaffFloor {
        version: floor.version,
        hold: floor.hold,
        player_seen_at: floor.player.screen.map(|_| floor.player.seen_at),
        plays: plays.collect(),
    }))
}

/// Where one is staff, by the venue's name. Whoever is staff nowhere gets an empty list.
async fn jukeboxes(State(context): State<Context>, session: Session) -> Answer<Json<Vec<StaffJukebox>>> {
    let appointments = accounts::appointments(&context.store, session.account).await?;
    if appointments.is_empty() {
        return Ok(Json(Vec::new()));
    }
    let role_at = |venue| {
        let here = appointments.iter().filter(|appointment| appointment.covers(Role::Attendant, venue));
        here.map(|appointment| appointment.role).max()
    };
    let mine = places::rooms(&context.store).await?.into_iter().filter_map(|room| {
        Some(StaffJukebox {
            role: role_at(room.venue)?,
            jukebox: room.jukebox,
            room: room.room,
            venue_name: room.venue_name,
            zone_name: room.zone_name,
        })
    });
    Ok(Json(mine.collect()))
}

async fn rules(
    State(context): State<Context>,
    Path(jukebox): Path<JukeboxId>,
    session: Session,
) -> Answer<Json<HouseRules>> {
    require_at(&context, session.account, Role::Attendant, jukebox).await?;
    let floor = floor::read(&context.store, jukebox).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    Ok(Json(floor.rules))
}

/// Replaces the rules if nobody else has since they were read.
async fn set_rules(
    State(context): State<Context>,
    Path(jukebox): Path<JukeboxId>,
    session: Session,
    Json(rules): Json<HouseRules>,
) -> Answer<Json<HouseRules>> {
    require_at(&context, session.account, Role::MusicManager, jukebox).await?;
    rules.check().map_err(|bad| ApiProblem::invalid("rules", bad))?;
    let rules = places::set_rules(&context.store, jukebox, rules).await?.ok_or(ApiProblem::from(Code::Stale))?;
    Ok(Json(rules))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForRole {
    role: ScreenRole,
}

async fn pairing_code(
    State(context): State<Context>,
    Path(jukebox): Path<JukeboxId>,
    session: Session,
    Json(body): Json<ForRole>,
) -> Answer<(StatusCode, Json<PairingCode>)> {
    require_at(&context, session.account, Role::VenueManager, jukebox).await?;
    let (code, until) = screens::make_pairing_code(&context.store, jukebox, body.role).await?;
    Ok((StatusCode::CREATED, Json(PairingCode { code, until, address: context.config.address("/screen") })))
}
