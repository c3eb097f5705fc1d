//! A room kept up to date by its messages: the one place where snapshots and deltas meet.

use jukeline_app::{
    api::{Change, Delta, Playing, QueueEntry, RoomMessage, RoomSnapshot},
    id::PlayId,
    queue,
    time::Timestamp,
};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folded {
    /// The room shows it.
    Applied,
    /// The room was newer.
    Stale,
    /// Something is missing in between: the snapshot must be read again.
    Gap,
}

/// Takes `message` into `room`. A room that isn't known yet takes snapshots only.
pub fn fold(room: &mut Option<RoomSnapshot>, message: RoomMessage) -> Folded {
    match (room.as_mut(), message) {
        (_, RoomMessage::Beat { .. }) => Folded::Applied,
        (Some(mine), RoomMessage::Snapshot(theirs)) if theirs.version < mine.version => Folded::Stale,
        (_, RoomMessage::Snapshot(theirs)) => {
            *room = Some(*theirs);
            Folded::Applied
        }
        (None, RoomMessage::Delta(_)) => Folded::Gap,
        (Some(mine), RoomMessage::Delta(delta)) => fold_delta(mine, delta),
    }
}

fn fold_delta(room: &mut RoomSnapshot, delta: Delta) -> Folded {
    if delta.version <= room.version {
        return Folded::Stale;
    }
    if !delta.version.follows(room.version) || !change(room, delta.change) {
        return Folded::Gap;
    }
    room.version = delta.version;
    room.server_now = delta.server_now;
    Folded::Applied
}

/// Carries out one change; `false` when it names an entry that isn't there.
fn change(room: &mut RoomSnapshot, change: Change) -> bool {
    match change {
        Change::Added { entry, after } => return add(room, *entry, after),
        Change::Playing { playing } => {
            room.queue.retain(|entry| entry.play != playing.play);
            room.playing = Some(*playing);
        }
        Change::Finished { play } | Change::Returned { play, .. } => remove(room, play),
        Change::Floor { paused, volume, player, playing } => {
            room.paused = paused;
            room.volume = volume;
            room.player = player;
            room.playing = playing.map(|playing| *playing);
        }
        Change::Nothing => {}
    }
    true
}

fn add(room: &mut RoomSnapshot, entry: QueueEntry, after: Option<PlayId>) -> bool {
    room.queue.retain(|other| other.play != entry.play);
    let plays_now = |play| room.playing.as_ref().is_some_and(|playing| playing.play == play);
    let at = match after {
        None => 0,
        Some(play) if plays_now(play) => 0,
        Some(play) => match room.queue.iter().position(|other| other.play == play) {
            Some(before) => before + 1,
            None => return false,
        },
    };
    room.queue.insert(at, entry);
    true
}

fn remove(room: &mut RoomSnapshot, play: PlayId) {
    room.queue.retain(|entry| entry.play != play);
    if room.playing.as_ref().is_some_and(|playing| playing.play == play) {
        room.playing = None;
    }
}

/// How far the song that plays is at `now`, in milliseconds, within its length.
pub fn position_ms(playing: &Playing, now: Timestamp) -> i64 {
    playing.paused_at_ms.unwrap_or_else(|| now.since(playing.anchor_at)).clamp(0, playing.song.duration_ms.max(0))
}

/// When each waiting song should start, in the queue's order.
pub fn minutes(room: &RoomSnapshot, now: Timestamp) -> Vec<Timestamp> {
    let left = room.playing.as_ref().map_or(0, |playing| playing.song.duration_ms - position_ms(playing, now));
    queue::about(now, left, room.queue.iter().map(|entry| entry.song.duration_ms))
}

/// Milliseconds until everything that plays and waits is through.
pub fn waiting_ms(room: &RoomSnapshot, now: Timestamp) -> i64 {
    let left = room.playing.as_ref().map_or(0, |playing| playing.song.duration_ms - position_ms(playing, now));
    left + room.queue.iter().map(|entry| entry.song.duration_ms).sum::<i64>()
}

#[cfg(test)]
mod tests;
