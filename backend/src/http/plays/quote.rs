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
        floor::{Asker, Glance, Loaded, glance},
        songs::SongRow,
    },
};
use axum::extract::State;
use jukeline_app::{
    api::{Code, DeclineReason, Quote},
    cashier::CannotPay,
    conductor::Moment,
    events::PlayRequested,
    id::{AccountId, PlayId, SongId},
    rules::SongRefusal,
    song::Recording,
    time::Timestamp,
};
use std::sync::Arc;

/// A room as somebody finds it who wants a song.
pub(super) struct Asked {
    pub(super) song: Arc<SongRow>,
    pub(super) glance: Glance,
    pub(super) moment: Moment,
}

/// Looks at a room for somebody who wants a song, or would as `play`.
pub(super) async fn asked(
    context: &Context,
    room: &str,
    song: SongId,
    account: Option<AccountId>,
    play: Option<PlayId>,
) -> Answer<Asked> {
    let song = store::songs::one(&context.store, song).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let asker = Asker { account, play, recording: &song.recording.recording };
    let glance = glance(&context.store, room, asker).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let loaded = &glance.loaded;
    let moment = moment(glance.now, &loaded.timezone, &loaded.floor.rules.hours, context.config.spans());
    Ok(Asked { song, glance, moment })
}

/// `GET /api/rooms/{room}/songs/{song}/quote`
pub(super) async fn quote(
    State(context): State<Context>,
    Path2(room, song): Path2<String, SongId>,
    MaybeSession(session): MaybeSession,
    passes: Passes,
) -> Answer<Json<Quote>> {
    let account = session.as_ref().map(|session| session.account);
    let Asked { song, glance, moment } = asked(&context, &room, song, account, None).await?;
    let floor = &glance.loaded.floor;
    let nobody = AccountId(uuid::Uuid::nil());
    let refusal = floor.check_room(&song.recording, account.unwrap_or(nobody), glance.last_started, moment).err();
    let favourite = match account {
        Some(account) => store::favourites::has(&context.store, account, song.brief.id).await?,
        None => false,
    };
    let offer = |sooner| refusal.is_none().then(|| floor.quote(glance.last_round, sooner, moment)).flatten();
    let free_left = u32::from(floor.rules.free_per_hour).saturating_sub(glance.free_this_hour);
    Ok(Json(Quote {
        song: song.detail(),
        ordinary: offer(false),
        sooner: offer(true),
        already: already(&glance.loaded, &song.recording, refusal, glance.now),
        refusal,
        credits: account.map(|_| glance.credits),
        free_left: (floor.rules.price == 0).then_some(free_left),
        favourite,
        in_the_room: passes.until(floor.jukebox, glance.now).is_some(),
        server_now: glance.now,
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
pub(super) fn refuse_at_once(asked: &Asked, request: &PlayRequested) -> Answer<()> {
    let Asked { song, glance, moment } = asked;
    let floor = &glance.loaded.floor;
    floor.check_room(&song.recording, request.account, glance.last_started, *moment).map_err(declined)?;
    let offer = floor
        .quote(glance.last_round, request.sooner, *moment)
        .or_else(|| floor.quote(glance.last_round, false, *moment));
    let Some(offer) = offer else { return Ok(()) };
    if offer.price > request.price {
        return Err(declined(DeclineReason::Dearer { price: offer.price }));
    }
    let (have, need) = (glance.credits, i64::from(offer.price));
    let cap = u32::from(floor.rules.free_per_hour);
    let cannot = match offer.price {
        0 if glance.free_this_hour >= cap => CannotPay::FreeCap { cap },
        _ if have < need => CannotPay::Credits { need, have },
        _ => return Ok(()),
    };
    Err(declined(DeclineReason::Pay { cannot }))
}
