//! A screen while nothing plays: it invites only where a song would be taken.

use crate::shared::{
    taking::{Taking, taking},
    words::lang,
};
use dioxus::prelude::*;
use jukeline_app::api::RoomSnapshot;

/// What it says, with a line below, which may be empty.
#[derive(Clone, PartialEq)]
pub(super) struct IdleWords {
    heading: &'static str,
    line: String,
}

/// The words for `room`; `is_away` while a card beside them says what is wrong.
pub(super) fn idle_words(room: Option<&RoomSnapshot>, is_away: bool) -> IdleWords {
    let words = lang();
    let Some(room) = room else {
        return IdleWords { heading: words.one_moment(), line: words.screen_looking_for_server().into() };
    };
    match taking(room) {
        Taking::NothingWhileClosed => IdleWords { heading: words.closed_now(), line: words.screen_good_night().into() },
        Taking::Songs if !is_away => IdleWords { heading: words.screen_scan_tap_hear(), line: invitation(room) },
        _ => IdleWords { heading: words.quiet(), line: String::new() },
    }
}

fn invitation(room: &RoomSnapshot) -> String {
    match room.info.price {
        0 => lang().songs_are_free(room.info.free_per_hour),
        _ if room.queue.is_empty() => lang().nothing_waits(Taking::Songs).into(),
        // What waits begins in a moment.
        _ => String::new(),
    }
}

/// The record breathes, the words invite.
#[component]
pub(super) fn Attract(words: IdleWords) -> Element {
    rsx! {
        main { class: "attract",
            div { class: "record", div { class: "disc" } }
            div {
                h1 { {words.heading} }
                if !words.line.is_empty() {
                    p { {words.line} }
                }
            }
        }
    }
}
