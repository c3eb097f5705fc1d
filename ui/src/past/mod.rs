//! What was heard: a room's charts and one's own history. A program of its own, so that the room needs not carry it.

mod address;
mod chart;
mod charts;
mod history;
mod staples;

use crate::{
    patron::{
        chrome::{Tab, Tabs, Toasts},
        state::{self, ROOM, WHO, Who},
    },
    shared::{clock, fetch::api, live_region::LiveRegion, title, words::lang},
};
use dioxus::prelude::*;

/// Starts the surface in the page.
pub fn launch() {
    dioxus::launch(App);
}

#[component]
fn App() -> Element {
    clock::use_clock();
    let of_room = use_hook(address::room);
    use_hook(|| {
        lang().mark_document();
        spawn(async {
            state::refresh_me().await;
            // Without an answer one is nobody for the page, which says so where it matters.
            if *WHO.peek() == Who::Unknown {
                *WHO.write() = Who::Nobody;
            }
        });
        spawn(read_room(of_room.clone().or_else(state::last_room)))
    });
    let name = if of_room.is_some() { lang().charts() } else { lang().history() };
    use_effect(use_reactive!(|name| title::set(name)));
    let here = if of_room.is_some() { Tab::Room } else { Tab::Played };
    rsx! {
        match of_room.clone() {
            Some(room) => rsx! { charts::ChartsPage { room } },
            None => rsx! { history::HistoryPage {} },
        }
        Toasts {}
        div { class: "dock", Tabs { room: of_room.or_else(state::last_room), here } }
        LiveRegion {}
    }
}

/// The room: its venue's name, and where a song's sheet is.
async fn read_room(room: Option<String>) {
    let Some(room) = room else { return };
    if let Ok(snapshot) = api().room(&room).await {
        state::remember_room(&room);
        *ROOM.write() = Some(snapshot);
    }
}
