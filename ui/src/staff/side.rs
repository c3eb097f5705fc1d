//! The left column: one's jukeboxes, and the ways to other pages.

use super::{desk, posters::Posters};
use crate::shared::{
    icons::{Icon, Mark},
    platform,
    words::lang,
};
use dioxus::prelude::*;
use jukeline_app::{account::Role, api::StaffJukebox};

/// The column beside the floor of `here`.
#[component]
pub(super) fn Side(here: StaffJukebox, mine: Vec<StaffJukebox>, name: String) -> Element {
    let lang = lang();
    rsx! {
        div { class: "side",
            p { class: "brand", Mark {} "Jukeline" }
            Jukeboxes { mine, here: Some(here.room.clone()) }
            div { class: "ways",
                p { class: "muted small", dir: "auto", {[name.as_str(), lang.staff_role(here.role)].join(", ")} }
                Posters { jukebox: here.jukebox, room: here.room.clone() }
                a { href: "/r/{here.room}", {lang.staff_open_the_room()} }
                if here.role == Role::Operator { a { href: "/setup", {lang.staff_set_up()} } }
                button { class: "btn small", onclick: |_| desk::sign_out(), {lang.staff_sign_out()} }
            }
        }
    }
}

/// The jukeboxes at which one is staff.
#[component]
pub(super) fn Jukeboxes(mine: Vec<StaffJukebox>, here: Option<String>) -> Element {
    let several = mine.len() > 1;
    rsx! {
        nav { aria_label: lang().staff_jukeboxes(),
            ul { class: "jukeboxes",
                for one in mine {
                    li { key: "{one.room}",
                        a {
                            href: "/staff/{one.room}",
                            dir: "auto",
                            aria_current: if here.as_ref() == Some(&one.room) { "page" },
                            {desk::full_name(&one.venue_name, &one.zone_name)}
                            // Two of one name are told apart by their rooms.
                            if several { span { class: "muted small", " /r/{one.room}" } }
                        }
                        if several && here.as_ref() != Some(&one.room) {
                            Apart { room: one.room.clone(), name: desk::full_name(&one.venue_name, &one.zone_name) }
                        }
                    }
                }
            }
        }
    }
}

/// The button that opens a jukebox beside the one that is shown.
#[component]
fn Apart(room: String, name: String) -> Element {
    let words = lang().staff_open_apart(&name, &room);
    rsx! {
        button { class: "apart", aria_label: "{words}", title: "{words}", onclick: move |_| platform::open_floor(&room),
            Icon { name: "apart" }
        }
    }
}
