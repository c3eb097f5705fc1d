//! What was heard: a room's charts and what plays elsewhere, one's own history, favourites and years. A program of its
//! own, so that the room needs not carry it.

mod address;
mod again;
mod chart;
mod charts;
mod elsewhere;
mod favourites;
mod filters;
mod follow;
mod heart;
mod history;
mod keep;
mod queueing;
mod share;
mod staples;
mod ways;
mod year;

use crate::{
    patron::{
        chrome::{Tab, Tabs, Toasts},
        state,
        surface::use_surface,
    },
    shared::{live_region::LiveRegion, title, words::lang},
};
use address::Page;
use dioxus::prelude::*;

/// Starts the surface in the page.
pub fn launch() {
    dioxus::launch(App);
}

#[component]
fn App() -> Element {
    let page = use_hook(address::page);
    let room = use_hook(|| page.room().or_else(state::last_room));
    use_surface(room.clone());
    let name = match &page {
        Page::Charts(_) => lang().charts().to_string(),
        Page::Elsewhere(_) => lang().heard_elsewhere().into(),
        Page::History => lang().history().into(),
        Page::Favourites => lang().favourites().into(),
        Page::Year(year) => lang().your_year(*year),
    };
    use_effect(use_reactive!(|name| title::set(&name)));
    let here = match &page {
        Page::Charts(_) | Page::Elsewhere(_) => Tab::Room,
        Page::History | Page::Favourites | Page::Year(_) => Tab::Played,
    };
    rsx! {
        match page {
            Page::Charts(room) => rsx! { charts::ChartsPage { room } },
            Page::Elsewhere(room) => rsx! { elsewhere::ElsewherePage { room } },
            Page::History => rsx! { history::HistoryPage { room: room.clone() } },
            Page::Favourites => rsx! { favourites::FavouritesPage { room: room.clone() } },
            Page::Year(year) => rsx! { year::YearPage { year } },
        }
        Toasts {}
        div { class: "dock", Tabs { room, here } }
        LiveRegion {}
    }
}
