//! From a fact to what a room's listeners see.

use super::snapshot::{brief, for_name, playing};
use crate::store::{Store, StoreError};
use jukeline_app::{
    api::{Change, Delta, QueueEntry, RoomMessage},
    events::{Fact, Stamped},
};

/// Encodes a fact as the `RoomMessage` that all listeners of its jukebox get.
pub async fn encode(store: &Store, stamped: &Stamped) -> Result<String, StoreError> {
    let change = change(store, stamped).await?;
    let delta = RoomMessage::Delta(Delta { version: stamped.version, server_now: stamped.at, change });
    crate::store::to_json("outbox", &delta)
}

async fn change(store: &Store, stamped: &Stamped) -> Result<Change, StoreError> {
    Ok(match &stamped.fact {
        Fact::Queued { play, account, song, sooner, after, latest, .. } => {
            let entry = QueueEntry {
                play: *play,
                song: brief(store, *song).await?,
                for_name: for_name(store, *account).await?,
                sooner: *sooner,
                latest_at: *latest,
            };
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
