//! A person's plays with place and minutes.

use crate::{
    context::Context,
    http::problem::Answer,
    store::{floor, plays::PlayRow},
};
use jukeline_app::{
    api::{MyPlay, PlayerStatus},
    conductor::{self, Floor, Stage},
    id::JukeboxId,
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
