//! The page of one jukebox: columns on a desktop, a remote on a phone.

use super::{
    controls,
    desk::{self, KNOWN, Known, ROOM, TOLD},
    live::{self, ROOM_ERROR},
    now::Now,
    outside,
    queue::Queue,
    reasons::Reasons,
    side::Side,
    skipping,
    well::{Glance, Well},
};
use crate::shared::{format, icons::Icon, title, words::lang};
use dioxus::prelude::*;
use jukeline_app::{api::StaffJukebox, client::ClientError};

/// The floor of `here`.
#[component]
pub(super) fn Floor(here: StaffJukebox, mine: Vec<StaffJukebox>) -> Element {
    controls::use_keys(here.jukebox);
    skipping::use_send_on_leaving();
    outside::use_outside(here.jukebox);
    let name = desk::full_name(&here.venue_name, &here.zone_name);
    // Two jukeboxes of one house may share a name; their rooms don't.
    let name = if mine.len() > 1 { format!("{name}, /r/{}", here.room) } else { name };
    use_hook(|| title::set(&name));
    let Known::Mine { name: me, .. } = KNOWN() else { return VNode::empty() };
    let jukebox = here.jukebox;
    let is_read = ROOM.read().is_some();
    let content = match (is_read, ROOM_ERROR()) {
        (true, _) => rsx! {
            Cut {}
            div { class: "top", Now {} controls::Main { jukebox } }
            controls::More { jukebox }
            Held {}
            Queue { jukebox }
            div { class: "foot",
                Outcome {}
                skipping::Waiting {}
            }
        },
        (false, Some(error)) => no_room(here.room.clone(), &error),
        (false, None) => bones(),
    };
    rsx! {
        div { class: "staff",
            Side { here, mine, name: me }
            main { id: "content", tabindex: "-1",
                h1 { dir: "auto", {name} }
                Glance {}
                {content}
            }
            Well {}
        }
        Reasons {}
    }
}

/// Without a connection: since when, and what still works.
#[component]
fn Cut() -> Element {
    let lang = lang();
    let Some(since) = live::cut_off_since() else { return VNode::empty() };
    let room = ROOM.read();
    let Some(room) = room.as_ref() else { return VNode::empty() };
    let zone = &room.info.timezone;
    let as_of = lang.staff_as_of(&format::time(lang, room.server_now, zone));
    rsx! {
        div { class: "banner warn", role: "alert",
            Icon { name: "offline" }
            div {
                p { strong { {lang.staff_offline_since(&format::time(lang, since, zone))} } " " {as_of} }
                p { {lang.staff_offline_hint()} }
            }
        }
    }
}

/// What holds the sound, and what that means.
#[component]
fn Held() -> Element {
    let Some((head, text)) = lang().staff_hold(desk::hold()) else {
        return rsx! { div { role: "status" } };
    };
    rsx! {
        div { class: "banner", role: "status",
            Icon { name: "pause" }
            p { strong { {head} } " " {text} }
        }
    }
}

/// What became of the last order; the live region has said it.
#[component]
fn Outcome() -> Element {
    let Some(told) = TOLD() else { return VNode::empty() };
    let icon = if told.refused { "warning" } else { "check" };
    rsx! {
        p { class: if told.refused { "banner warn" } else { "banner ok" },
            Icon { name: icon }
            span { dir: "auto", {told.words} }
        }
    }
}

fn no_room(room: String, error: &ClientError) -> Element {
    let lang = lang();
    rsx! {
        section { class: "empty", role: "alert",
            h2 { {lang.staff_room_gone()} }
            p { class: "muted", {lang.client_error(error)} }
            button {
                class: "btn main",
                onclick: move |_| {
                    let room = room.clone();
                    async move { live::read_room(&room).await }
                },
                {lang.try_again()}
            }
        }
    }
}

/// The shape of what comes.
fn bones() -> Element {
    rsx! {
        div { class: "top", aria_busy: true,
            section { class: "now",
                div { class: "cover bone" }
                div { class: "now-text",
                    span { class: "bone line" }
                    span { class: "bone line" }
                    div { class: "progress" }
                }
            }
        }
        section { class: "line", aria_hidden: true,
            for n in 0..5 {
                span { key: "{n}", class: "bone row-bone" }
            }
        }
    }
}

/// The page before anything is known.
#[component]
pub(super) fn Shape() -> Element {
    rsx! {
        div { class: "staff",
            div { class: "side" }
            main {
                h1 { class: "sr-only", {lang().one_moment()} }
                {bones()}
            }
            aside { class: "well", aria_hidden: true }
        }
    }
}
