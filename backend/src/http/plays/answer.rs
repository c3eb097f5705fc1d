//! A person's plays with place and minutes.

use super::{declined, quote::Asked};
use crate::{
    context::Context,
    http::problem::Answer,
    store::{floor, plays::PlayRow},
};
use jukeline_app::{
    api::{MyPlay, PlayerStatus},
    conductor::{self, Floor, Stage},
    events::{Fact, PlayRequested},
    id::{JukeboxId, PlayId},
    play::PlayState,
    time::Timestamp,
};
use std::collections::{HashMap, hash_map::Entry};

/// Adds place and minutes to plays that wait, and when they are paid back where the jukebox is offline.
pub(super) async fn with_minutes(context: &Context, rows: Vec<PlayRow>, now: Timestamp) -> Answer<Vec<MyPlay>> {
    let mut floors: HashMap<JukeboxId, Option<Floor>> = HashMap::new();
    let mut plays = Vec::new();
    for mut row in rows {
        if !row.play.state.is_final() {
            if let Entry::Vacant(vacant) = floors.entry(row.jukebox) {
                vacant.insert(floor::read(&context.store, row.jukebox).await?);
            }
            if let Some(Some(floor)) = floors.get(&row.jukebox) {
                add_minutes(&mut row.play, floor, context, now);
            }
        }
        plays.push(row.play);
    }
    Ok(plays)
}

/// The answer to a request that a fact decided; nothing when the fact doesn't tell, and the row must.
pub(super) fn of_fact(room: &str, asked: &Asked, request: &PlayRequested, fact: &Fact) -> Option<Answer<MyPlay>> {
    match fact {
        Fact::Declined { account, reason, .. } if *account == request.account => Some(Err(declined(*reason))),
        Fact::Queued { account, song, price, sooner, after, about, latest, .. }
            if (*account, *song) == (request.account, request.song) =>
        {
            Some(Ok(MyPlay {
                play: request.play,
                room: room.into(),
                venue_name: asked.glance.venue_name.clone(),
                timezone: asked.glance.loaded.timezone.clone(),
                song: asked.song.detail(),
                price: *price,
                sooner: *sooner,
                state: PlayState::Queued,
                declined: None,
                returned: None,
                requested_at: request.received_at,
                place: Some(place_behind(&asked.glance.loaded.floor, *after)?),
                about: Some(*about),
                latest: Some(*latest),
                started_at: None,
                ended_at: None,
                back_by: None,
            }))
        }
        _ => None,
    }
}

/// The place of who comes behind `after`, among those that wait; nothing when that one came meanwhile.
fn place_behind(floor: &Floor, after: Option<PlayId>) -> Option<u32> {
    let ahead = match after {
        Some(after) => floor.entries.iter().position(|entry| entry.play == after)? + 1,
        None => 0,
    };
    Some(floor.place_at(ahead))
}

fn add_minutes(play: &mut MyPlay, floor: &Floor, context: &Context, now: Timestamp) {
    let starts = floor.starts(now);
    if let Some(index) = starts.iter().position(|(waiting, _)| *waiting == play.play) {
        play.place = u32::try_from(index + 1).ok();
        play.about = starts.get(index).map(|(_, about)| *about);
    }
    let entry = floor.entries.iter().find(|entry| entry.play == play.play);
    if floor.player.status != PlayerStatus::Online {
        play.back_by = entry.map(|entry| back_by(entry, floor, context));
    }
}

fn back_by(entry: &conductor::Entry, floor: &Floor, context: &Context) -> Timestamp {
    let spans = context.config.spans();
    match entry.stage {
        Stage::Queued => floor.player.seen_at.plus(spans.dark_after_ms),
        Stage::Handed { lease_until, .. } => lease_until.plus(entry.duration_ms + spans.grace_ms),
        Stage::Started { give_up_at, .. } => give_up_at,
    }
}
