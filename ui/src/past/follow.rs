//! What is told live: by the room's websocket of what was heard, and by a look of its own while that is refused or lost.

use crate::shared::{
    clock,
    socket::{Happening, Socket},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{PastMessage, PastQuery},
    client::{ClientError, past_live},
    time::Timestamp,
};
use std::{cell::Cell, rc::Rc};

/// Four missed heartbeats: the link is dead.
const SILENT_MS: u32 = 60_000;

/// Something that can be followed.
pub(super) trait Followed: Clone + PartialEq + 'static {
    /// What is told.
    type Told: Clone + PartialEq + 'static;

    /// How the websocket is asked for it.
    fn query(&self) -> PastQuery;

    /// Takes a message in. `before`: what was told since the link opened; the first message tells it whole. `None`: the
    /// message is about something else.
    fn take(&self, before: Option<Self::Told>, message: PastMessage) -> Option<Self::Told>;

    /// Reads it without the websocket.
    fn read(&self, room: String) -> impl Future<Output = Result<Self::Told, ClientError>> + 'static;
}

/// What is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown<T> {
    /// What was told last.
    pub told: Option<T>,
    /// When that was known to be true.
    pub at: Timestamp,
    /// Why it may not be true any more.
    pub trouble: Option<ClientError>,
}

/// Follows for as long as the component lives: give it what is followed as its key.
pub(super) fn use_followed<F: Followed>(room: &str, followed: &F) -> (Signal<Shown<F::Told>>, Callback<()>) {
    let mut shown = use_signal(|| Shown { told: None, at: clock::now(), trouble: None });
    let (room, followed) = (room.to_string(), followed.clone());
    let is_open = use_hook(|| Rc::new(Cell::new(false)));
    let look = use_callback({
        let (room, followed, is_open) = (room.clone(), followed.clone(), is_open.clone());
        move |()| {
            let (room, followed, is_open) = (room.clone(), followed.clone(), is_open.clone());
            spawn(async move {
                let answer = followed.read(room).await;
                // What the link tells is newer, and its changes build on what it told.
                if is_open.get() {
                    return;
                }
                match answer {
                    Ok(told) => shown.set(Shown { told: Some(told), at: clock::now(), trouble: None }),
                    Err(error) => shown.write().trouble = Some(error),
                }
            });
        }
    });
    use_hook(move || {
        let mut is_first = true;
        Socket::start(&past_live(&room, &followed.query()), SILENT_MS, move |happening| match happening {
            Happening::Opened => (is_first, _) = (true, is_open.set(true)),
            Happening::Lost => {
                is_open.set(false);
                look.call(());
            }
            Happening::Message(message) => {
                let before = shown.peek().told.clone().filter(|_| !is_first);
                if let PastMessage::Beat { server_now } = &message {
                    clock::heard(*server_now);
                }
                if let Some(told) = followed.take(before, message) {
                    is_first = false;
                    shown.set(Shown { told: Some(told), at: clock::now(), trouble: None });
                }
            }
        })
    });
    (shown, look)
}
