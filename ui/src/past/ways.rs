//! The ways between these pages: those of a room, and those of a person.

use crate::{
    patron::{
        chrome::CreditsChip,
        route::{Route, Shelf},
        state::{self, ROOM},
    },
    shared::{clock, icons::Icon, words::lang},
};
use dioxus::prelude::*;
use jukeline_app::{client::escape, id::SongId, time::Timestamp};
use wasm_bindgen::JsValue;

/// A page of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    /// The history.
    History,
    /// The favourites.
    Favourites,
    /// A year.
    Year,
}

/// The header of a person's page, and the way to the others.
#[component]
pub(super) fn OwnTop(here: Own, title: String) -> Element {
    let lang = lang();
    let year = format!("/years/{}", year_of(clock::now()));
    let ways = [
        (Own::History, "/history".to_string(), lang.history()),
        (Own::Favourites, "/favourites".to_string(), lang.favourites()),
        (Own::Year, year, lang.your_year_short()),
    ];
    rsx! {
        header { class: "top", h1 { {title} } CreditsChip {} }
        nav { class: "ways", aria_label: lang.your_songs(),
            for (way , href , word) in ways {
                a { key: "{word}", href, aria_current: (way == here).then_some("page"), {word} }
            }
        }
    }
}

/// A page of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OfRoom {
    /// The charts.
    Charts,
    /// What plays elsewhere.
    Elsewhere,
}

/// The header of a room's page, with the way back to the room and the way to the other one.
#[component]
pub(super) fn RoomTop(room: String, here: OfRoom) -> Element {
    let lang = lang();
    let venue = ROOM.read().as_ref().map(|room| room.info.venue_name.clone());
    let title = match here {
        OfRoom::Charts => lang.charts(),
        OfRoom::Elsewhere => lang.heard_elsewhere(),
    };
    let at = format!("/r/{}", escape(&room));
    let ways = [
        (OfRoom::Charts, format!("{at}/charts"), lang.charts()),
        (OfRoom::Elsewhere, format!("{at}/elsewhere"), lang.elsewhere()),
    ];
    rsx! {
        header { class: "top nested",
            a { class: "btn round back", href: Route::Room(room).path(), aria_label: lang.back_to_room(), Icon { name: "back" } }
            div {
                h1 { {title} }
                p { class: "muted clamp", dir: "auto", {venue.unwrap_or_else(|| "\u{a0}".into())} }
            }
        }
        nav { class: "ways", aria_label: lang.what_was_heard(),
            for (way , href , word) in ways {
                a { key: "{word}", href, aria_current: (way == here).then_some("page"), {word} }
            }
        }
    }
}

/// The song's sheet in the room; where there is none, the venues.
pub(super) fn sheet(room: Option<&str>, song: SongId) -> String {
    room.map_or(Route::Venues, |room| Route::Song(room.to_string(), song)).path()
}

/// The catalogue of this device's room; where there is none, the venues.
pub(super) fn find() -> String {
    state::last_room().map_or(Route::Venues, |room| Route::Find(room, Shelf::Front)).path()
}

/// Nothing of one's own is here yet: why, and what to do about it.
#[component]
pub(super) fn NoneYet(head: &'static str, hint: &'static str) -> Element {
    rsx! {
        section { class: "empty", role: "status",
            h2 { {head} }
            p { class: "muted", {hint} }
            a { class: "btn main", href: find(), {lang().find_a_song()} }
        }
    }
}

/// The year of a moment, by this device's calendar.
pub(super) fn year_of(at: Timestamp) -> u16 {
    u16::try_from(js_sys::Date::new(&JsValue::from_f64(at.0 as f64)).get_full_year()).unwrap_or(u16::MAX)
}
