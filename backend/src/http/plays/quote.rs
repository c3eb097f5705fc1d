//! What a song would cost and when it would play, and what can be refused before the log is asked.

use super::declined;
use crate::{
    context::Context,
    floor::moment,
    http::{
        extract::{Json, Path2},
        identity::{MaybeSession, Passes},
        problem::{Answer, ApiProblem},
    },
    store::{
        self,
        floor::{Loaded, read_loaded},
        ledger,
        places::{self, Room},
        plays::{Standing, recording_of, standing},
    },
};
use axum::extract::State;
use jukeline_app::{
    api::{Code, DeclineReason, Quote, SongDetail},
    cashier::CannotPay,
    conductor::Moment,
    events::PlayRequested,
    id::{AccountId, SongId},
    rules::SongRefusal,
    song::Recording,
    time::Timestamp,
};

/// Everything a quote is made of.
struct Asked {
    loaded: Loaded,
    recording: Recording,
    standing: Standing,
    moment: Moment,
}

async fn asked(
    context: &Context,
    room: &Room,
    song: SongId,
    account: Option<AccountId>,
    now: Timestamp,
) -> Answer<Asked> {
    let recording = recording_of(&context.store, song).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let loaded = read_loaded(&context.store, room.jukebox).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let standing = standing(&context.store, room.jukebox, account, &recording.recording, now).await?;
    let moment = moment(now, &loaded.timezone, &loaded.floor.rules.hours, context.config.spans());
    Ok(Asked { loaded, recording, standing, moment })
}

/// `GET /api/rooms/{room}/songs/{song}/quote`
pub(super) async fn quote(
    State(context): State<Context>,
    Path2(room, song): Path2<String, SongId>,
    MaybeSession(session): MaybeSession,
    passes: Passes,
) -> Answer<Json<Quote>> {
    let room = places::room(&context.store, &room).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let now = context.store.now().await?;
    let account = session.as_ref().map(|session| session.account);
    let Asked { loaded, recording, standing, moment } = asked(&context, &room, song, account, now).await?;
    let floor = &loaded.floor;
    let nobody = AccountId(uuid::Uuid::nil());
    let refusal = floor.check_room(&recording, account.unwrap_or(nobody), standing.last_started, moment).err();
    let offer = |sooner| refusal.is_none().then(|| floor.quote(standing.last_round, sooner, moment)).flatten();
    let row = store::songs::one(&context.store, song).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let credits = match account {
        Some(account) => Some(ledger::balance(&context.store, account).await?.0),
        None => None,
    };
    let free_left = u32::from(floor.rules.free_per_hour).saturating_sub(standing.free_this_hour);
    Ok(Json(Quote {
        song: SongDetail {
            song: row.brief,
            album: row.album,
            year: row.year,
            genre: row.genre,
            explicit: row.recording.explicit,
        },
        ordinary: offer(false),
        sooner: offer(true),
        already: already(&loaded, &recording, refusal, now),
        refusal,
        credits,
        free_left: (floor.rules.price == 0).then_some(free_left),
        in_the_room: passes.until(room.jukebox, now).is_some(),
        server_now: now,
    }))
}

/// When a song that waits comes; now, if it plays.
fn already(
    loaded: &Loaded,
    recording: &Recording,
    refusal: Option<DeclineReason>,
    now: Timestamp,
) -> Option<Timestamp> {
    if refusal != Some(DeclineReason::Song { refusal: SongRefusal::Queued }) {
        return None;
    }
    let entry = loaded.floor.entries.iter().find(|entry| entry.recording == recording.recording)?;
    let starts = loaded.floor.starts(now);
    Some(starts.iter().find(|(play, _)| *play == entry.play).map_or(now, |(_, about)| *about))
}

/// Refuses what can be refused at once; the floor decides again, with the last word.
pub(super) async fn refuse_at_once(
    context: &Context,
    room: &Room,
    request: &PlayRequested,
    now: Timestamp,
) -> Answer<()> {
    let Asked { loaded, recording, standing, moment } =
        asked(context, room, request.song, Some(request.account), now).await?;
    let floor = &loaded.floor;
    floor.check_room(&recording, request.account, standing.last_started, moment).map_err(declined)?;
    let offer = floor
        .quote(standing.last_round, request.sooner, moment)
        .or_else(|| floor.quote(standing.last_round, false, moment));
    let Some(offer) = offer else { return Ok(()) };
    if offer.price > request.price {
        return Err(declined(DeclineReason::Dearer { price: offer.price }));
    }
    if offer.price == 0 {
        let cap = u32::from(floor.rules.free_per_hour);
        let used_up = standing.free_this_hour >= cap;
        return if used_up { Err(declined(DeclineReason::Pay { cannot: CannotPay::FreeCap { cap } })) } else { Ok(()) };
    }
    let (have, _) = ledger::balance(&context.store, request.account).await?;
    let need = i64::from(offer.price);
    if have < need { Err(declined(DeclineReason::Pay { cannot: CannotPay::Credits { need, have } })) } else { Ok(()) }
}
