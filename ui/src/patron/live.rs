//! The room, live.

use super::{
    notice,
    state::{self, ROOM, Toast},
    turn::{self, Turn, Turns},
};
use crate::shared::{
    clock,
    fetch::api,
    room_fold::{self, Folded},
    socket::{Connection, Happening, Socket},
    words::lang,
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{Change, PlayerStatus, RoomMessage},
    client::{ClientError, escape},
    id::PlayId,
    time::SECOND,
};

/// Four missed heartbeats: the link is dead.
const SILENT_MS: u32 = 60_000;
/// A shorter loss isn't worth a word.
const WORTH_A_WORD_MS: i64 = 3 * SECOND;

static CONNECTION: GlobalSignal<Option<Connection>> = Signal::global(|| None);
/// One's own plays that were told of as their turn came.
static TOLD: GlobalSignal<Vec<PlayId>> = Signal::global(Vec::new);
/// Why the room could not be read.
pub(crate) static ROOM_ERROR: GlobalSignal<Option<ClientError>> = Signal::global(|| None);

/// Whether the room has been without news for long enough to say so.
pub(crate) fn is_cut_off() -> bool {
    matches!(CONNECTION(), Some(Connection::Lost { since }) if clock::seconds().since(since) > WORTH_A_WORD_MS)
}

/// Draws nothing; keeps [`ROOM`] up to date as long as it is mounted. Give it the room's name as key.
#[component]
pub(crate) fn Live(room: String) -> Element {
    let name = room.clone();
    let socket = use_hook(move || {
        state::remember_room(&name);
        if ROOM.peek().as_ref().is_none_or(|shown| shown.info.room != name) {
            *ROOM.write() = None;
        }
        *ROOM_ERROR.write() = None;
        if let Some(shown) = ROOM.peek().as_ref() {
            clock::heard(shown.server_now);
        } else {
            spawn(read_again(name.clone()));
        }
        let path = format!("/api/rooms/{}/live", escape(&name));
        Socket::start(&path, SILENT_MS, move |happening| happened(&name, happening))
    });
    use_effect(move || *CONNECTION.write() = Some((socket.connection)()));
    VNode::empty()
}

/// Reads the room's snapshot.
pub(crate) async fn read_again(room: String) {
    match api().room(&room).await {
        Ok(snapshot) => take(&room, RoomMessage::Snapshot(Box::new(snapshot))),
        Err(error) if ROOM.peek().is_none() => *ROOM_ERROR.write() = Some(error),
        Err(_) => {}
    }
}

fn happened(room: &str, happening: Happening<RoomMessage>) {
    match happening {
        Happening::Opened if state::has_active() => drop(spawn(state::refresh_all())),
        Happening::Opened | Happening::Lost => {}
        Happening::Message(message) => take(room, message),
    }
}

fn take(room: &str, message: RoomMessage) {
    clock::heard(match &message {
        RoomMessage::Snapshot(snapshot) => snapshot.server_now,
        RoomMessage::Delta(delta) => delta.server_now,
        RoomMessage::Beat { server_now } => *server_now,
    });
    if matches!(message, RoomMessage::Beat { .. }) {
        return;
    }
    let mine = touches_mine(&message);
    let before = Turns::of(ROOM.peek().as_ref());
    let folded = room_fold::fold(&mut ROOM.write(), message);
    if ROOM.peek().is_some() {
        *ROOM_ERROR.write() = None;
    }
    match folded {
        Folded::Gap => drop(spawn(read_again(room.to_string()))),
        Folded::Applied if mine => drop(spawn(state::refresh_all())),
        Folded::Applied | Folded::Stale => {}
    }
    // What is looked at is let go of before it is written to.
    let ups = turn::up(before, ROOM.peek().as_ref(), is_mine, &TOLD.peek());
    for up in ups {
        TOLD.write().push(up.play);
        notice::tell(room, &up);
        // That it plays is told by what became of the request.
        if up.turn == Turn::Next {
            state::show_toast(Toast { head: lang().news_next().into(), text: up.title });
        }
    }
}

/// Whether a message is about a request of one's own that can still change.
fn touches_mine(message: &RoomMessage) -> bool {
    let RoomMessage::Delta(delta) = message else { return state::has_active() };
    match &delta.change {
        Change::Added { entry, .. } => is_mine(entry.play),
        Change::Playing { playing } => is_mine(playing.play),
        Change::Finished { play } | Change::Returned { play, .. } => is_mine(*play),
        Change::Floor { player, .. } => state::has_active() && *player != PlayerStatus::Online,
        Change::Nothing => false,
    }
}

fn is_mine(play: PlayId) -> bool {
    state::MINE.peek().iter().any(|mine| mine.play == play)
}
