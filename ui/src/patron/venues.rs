//! Where there is a jukebox.

use super::{
    chrome::Page,
    find::{Bones, Failed},
    nav, position,
    route::Route,
};
use crate::shared::{
    fetch::api,
    icons::{Icon, Mark},
    words::lang,
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{NearbyQuery, NearbyRoom},
    presence::Position,
};

/// Nearby venues.
#[component]
pub(crate) fn VenuesPage() -> Element {
    let lang = lang();
    let mut here = use_signal(|| None::<Position>);
    let mut refused = use_signal(|| false);
    let mut rooms = use_resource(move || {
        let query = NearbyQuery { position: here() };
        async move { api().nearby(&query).await }
    });
    let locate = move |_| {
        spawn(async move {
            let found = position::ask().await;
            refused.set(found.is_none());
            if let Some((position, _)) = found {
                here.set(Some(position));
            }
        });
    };
    let top = rsx! {
        header { class: "top",
            h1 { Mark {} {lang.nearby_venues()} }
            a { class: "btn round", href: "/me", aria_label: lang.you(), Icon { name: "person" } }
        }
    };
    rsx! {
        Page { top,
            p { class: "muted", {lang.scan_the_code()} }
            match &*rooms.read() {
                None => rsx! { Bones {} },
                Some(Err(error)) => rsx! { Failed { error: error.clone(), again: move |()| rooms.restart() } },
                Some(Ok(found)) if found.is_empty() => rsx! { p { {lang.no_venues()} } },
                Some(Ok(found)) => rsx! {
                    ul { class: "queue",
                        for room in found {
                            li { key: "{room.room}", {venue(room)} }
                        }
                    }
                },
            }
            if here().is_some() {
                p { class: "hint", {lang.venues_sorted()} }
            } else if position::is_available() {
                p { class: "actions", button { class: "btn", onclick: locate, Icon { name: "pin" } {lang.use_position()} } }
                p { class: "hint", if refused() { {lang.position_refused()} } else { {lang.position_promise()} } }
            }
            RoomName {}
        }
    }
}

fn venue(room: &NearbyRoom) -> Element {
    let lang = lang();
    let (class, words) = match (&room.playing, room.open) {
        (_, false) => ("state small wait", lang.closed().to_string()),
        (Some(song), true) => ("state small ok", lang.playing_title(&song.title)),
        (None, true) if room.waiting > 0 => ("state small ok", lang.open_with_waiting(i64::from(room.waiting))),
        (None, true) => ("state small ok", lang.open_now().to_string()),
    };
    let names = [&room.zone_name, &room.city]
        .into_iter()
        .filter(|name| !name.is_empty())
        .fold(room.venue_name.clone(), |all, name| format!("{all}, {name}"));
    rsx! {
        a { class: "row", href: Route::Room(room.room.clone()).path(),
            div { class: "row-text",
                h2 { class: "row-title", dir: "auto", {names} }
                p { class, span { class: "clamp", dir: "auto", {words} } }
            }
            if let Some(metres) = room.distance_m { span { class: "row-end", {lang.distance(metres)} } }
        }
    }
}

/// Opening a room by the name that stands on the screen.
#[component]
fn RoomName() -> Element {
    let lang = lang();
    let name = use_signal(String::new);
    let open = move |event: FormEvent| {
        event.prevent_default();
        let room = name().trim().to_ascii_lowercase();
        if !room.is_empty() {
            nav::go(Route::Room(room));
        }
    };
    rsx! {
        form { class: "form", onsubmit: open,
            super::form::Field { id: "room", label: lang.room_name(), kind: "text", autocomplete: "off", value: name, hint: lang.room_name_hint(), maxlength: 24 }
            button { class: "btn", {lang.open_room()} }
        }
    }
}
