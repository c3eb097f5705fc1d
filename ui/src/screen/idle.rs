//! A screen while nothing plays: it invites only where a song would be taken, and tells by turns what was heard.

use super::{
    heard::{ElsewhereRows, Places},
    past::Past,
    turns::{ROWS, Turn, turns, use_turn},
};
use crate::shared::{
    clock,
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

/// Turns that fade into each other. A house that is closed only says so.
#[component]
pub(super) fn Idle(words: IdleWords, past: ReadSignal<Past>, is_closed: bool) -> Element {
    let turn = use_turn(past, |_| true);
    let now = clock::seconds();
    let known = past.read();
    let there = if is_closed { vec![Turn::Invitation] } else { turns(&known, now) };
    let shown = if is_closed { Turn::Invitation } else { turn };
    rsx! {
        main { class: "turns",
            for turn in there {
                section { key: "{turn:?}", class: if turn == shown { "turn on" } else { "turn" },
                    match turn {
                        Turn::Invitation => rsx! { Attract { words: words.clone() } },
                        Turn::TopFive => rsx! {
                            h1 { {lang().screen_top_here()} }
                            Places { entries: known.top.iter().take(ROWS).cloned().collect() }
                        },
                        Turn::NextFive => rsx! {
                            h1 { {lang().screen_top_here()} }
                            Places { entries: known.top.iter().skip(ROWS).take(ROWS).cloned().collect() }
                        },
                        Turn::Elsewhere => rsx! {
                            h1 { {lang().screen_played_elsewhere()} }
                            ElsewhereRows { entries: known.elsewhere(now).take(ROWS).cloned().collect(), now }
                        },
                    }
                }
            }
        }
    }
}

/// The record breathes, the words invite.
#[component]
fn Attract(words: IdleWords) -> Element {
    rsx! {
        div { class: "attract",
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
