//! What the programs beside the room begin with: the clock, the language, who one is, and the room they speak of.

use super::state::{self, ROOM, WHO, Who};
use crate::shared::{clock, fetch::api, words::lang};
use dioxus::prelude::*;

/// Begins. `room`: whose prices, times and songs the pages show; where it is none, they show no room's.
pub(crate) fn use_surface(room: Option<String>) {
    clock::use_clock();
    use_hook(|| {
        lang().mark_document();
        spawn(async {
            state::refresh_me().await;
            // Without an answer one is nobody for the page, which says so where it matters.
            if *WHO.peek() == Who::Unknown {
                *WHO.write() = Who::Nobody;
            }
        });
        spawn(read_room(room))
    });
}

/// Reads the room, and remembers it as this device's once it is known to be there.
async fn read_room(room: Option<String>) {
    let Some(room) = room else { return };
    if let Ok(snapshot) = api().room(&room).await {
        clock::heard(snapshot.server_now);
        state::remember_room(&room);
        *ROOM.write() = Some(snapshot);
    }
}
