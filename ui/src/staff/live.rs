//! The floor, live: the room's changes as everybody gets them, and after each what staff alone see.

use super::desk::{self, FLOOR, ROOM};
use crate::shared::{
    clock,
    fetch::api,
    room_fold::{self, Folded},
    socket::{Connection, Happening, Socket},
};
use dioxus::prelude::*;
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt;
use jukeline_app::{
    api::{Code, RoomMessage},
    client::{ClientError, escape},
    id::JukeboxId,
    time::{SECOND, Timestamp},
};

/// Four missed heartbeats: the link is dead.
const SILENT_MS: u32 = 60_000;
/// A shorter loss isn't worth a word.
const WORTH_A_WORD_MS: i64 = 3 * SECOND;

static CONNECTION: GlobalSignal<Option<Connection>> = Signal::global(|| None);
/// Why the room could not be read.
pub(super) static ROOM_ERROR: GlobalSignal<Option<ClientError>> = Signal::global(|| None);

/// Since when the page has been without news, if for long enough to say so.
pub(super) fn cut_off_since() -> Option<Timestamp> {
    match CONNECTION() {
        Some(Connection::Lost { since }) if clock::seconds().since(since) > WORTH_A_WORD_MS => Some(since),
        _ => None,
    }
}

/// What must be read again.
#[derive(Clone, Copy)]
enum Due {
    /// What staff alone see.
    Floor,
    /// The room's snapshot: something was missed.
    Room,
}

/// Draws nothing; keeps [`ROOM`] and [`FLOOR`] up to date as long as it is mounted. Give it the room's name as key.
#[component]
pub(super) fn Live(jukebox: JukeboxId, room: String) -> Element {
    let socket = use_hook(move || {
        (*ROOM.write(), *FLOOR.write(), *ROOM_ERROR.write()) = (None, None, None);
        let (due, reads) = unbounded();
        spawn(read(jukebox, room.clone(), reads));
        let _ = due.unbounded_send(Due::Room);
        let path = format!("/api/rooms/{}/live", escape(&room));
        Socket::start(&path, SILENT_MS, move |happening| happened(&due, happening))
    });
    use_effect(move || *CONNECTION.write() = Some((socket.connection)()));
    VNode::empty()
}

fn happened(due: &UnboundedSender<Due>, happening: Happening<RoomMessage>) {
    match happening {
        Happening::Opened => drop(due.unbounded_send(Due::Floor)),
        Happening::Lost => {}
        Happening::Message(message) => {
            if let Some(read) = take(message) {
                let _ = due.unbounded_send(read);
            }
        }
    }
}

/// Takes a message into the room; what must be read because of it.
fn take(message: RoomMessage) -> Option<Due> {
    clock::heard(match &message {
        RoomMessage::Snapshot(snapshot) => snapshot.server_now,
        RoomMessage::Delta(delta) => delta.server_now,
        RoomMessage::Beat { server_now } => *server_now,
    });
    if matches!(message, RoomMessage::Beat { .. }) {
        return None;
    }
    match room_fold::fold(&mut ROOM.write(), message) {
        Folded::Gap => Some(Due::Room),
        Folded::Applied => Some(Due::Floor),
        Folded::Stale => None,
    }
}

/// Reads what is due, one after the other; what came due meanwhile is read once.
async fn read(jukebox: JukeboxId, room: String, mut reads: UnboundedReceiver<Due>) {
    while let Some(mut due) = reads.next().await {
        while let Ok(more) = reads.try_recv() {
            if matches!(more, Due::Room) {
                due = more;
            }
        }
        if matches!(due, Due::Room) {
            read_room(&room).await;
        }
        read_floor(jukebox).await;
    }
}

/// Reads the room's snapshot.
pub(super) async fn read_room(room: &str) {
    match api().room(room).await {
        Ok(snapshot) => {
            *ROOM_ERROR.write() = None;
            take(RoomMessage::Snapshot(Box::new(snapshot)));
        }
        Err(error) if ROOM.peek().is_none() => *ROOM_ERROR.write() = Some(error),
        // What is on the page stays; that there is no connection is said elsewhere.
        Err(_) => {}
    }
}

async fn read_floor(jukebox: JukeboxId) {
    match api().staff_floor(jukebox).await {
        Ok(floor) => {
            let is_newer = FLOOR.peek().as_ref().is_none_or(|shown| shown.version <= floor.version);
            if is_newer {
                *FLOOR.write() = Some(floor);
            }
        }
        // Signed out elsewhere, or dismissed: the page says so.
        Err(error) if matches!(error.code(), Some(Code::SignInNeeded | Code::Forbidden)) => desk::look().await,
        Err(_) => {}
    }
}
