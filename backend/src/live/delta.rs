//! From a fact to what a room's listeners see.

use super::snapshot::{brief, playing};
use crate::store::{Store, StoreError};
use jukeline_app::{
    api::{Change, Delta, QueueEntry, RoomMessage},
    events::{Fact, Stamped},
    id::AccountId,
};
use std::collections::HashMap;

/// Encodes a fact as the `RoomMessage` that all listeners of its jukebox get.
/// `names` are those of the people whose songs join the queue.
pub async fn encode(
    store: &Store,
    stamped: &Stamped,
    names: &HashMap<AccountId, String>,
) -> Result<String, StoreError> {
    let change = change(store, stamped, names).await?;
    let delta = RoomMessage::Delta(Delta { version: stamped.version, server_now: stamped.at, change });
    crate::store::to_json("outbox", &delta)
}

async fn change(store: &Store, stamped: &Stamped, names: &HashMap<AccountId, String>) -> Result<Change, StoreError> {
    Ok(match &stamped.fact {
        Fact::Queued { play, account, song, sooner, after, latest, .. } => {
            let (song, for_name) = (brief(store, *song).await?, names.get(account).cloned());
            let entry = QueueEntry { play: *play, song, for_name, sooner: *sooner, latest_at: *latest };
            Change::Added { entry: Box::new(entry), after: *after }
        }
        Fact::Started { play, anchor, .. } => match playing(store, *play, *anchor, None).await? {
            Some(playing) => Change::Playing { playing: Box::new(playing) },
            None => Change::Nothing,
        },
        Fact::Finished { play, .. } => Change::Finished { play: *play },
        Fact::Returned { play, reason, .. } => Change::Returned { play: *play, reason: *reason },
        Fact::FloorSet { paused, volume, player, anchor, paused_at_ms, .. } => {
            let playing = match anchor {
                Some((play, anchor)) => playing(store, *play, *anchor, *paused_at_ms).await?.map(Box::new),
                None => None,
            };
            Change::Floor { paused: *paused, volume: *volume, player: *player, playing }
        }
        Fact::Declined { .. }
        | Fact::Handed { .. }
        | Fact::Recalled { .. }
        | Fact::Heard { .. }
        | Fact::PlayedUnpaid { .. } => Change::Nothing,
    })
}
