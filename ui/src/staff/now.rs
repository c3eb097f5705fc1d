//! What plays now.

use super::desk::{self, ROOM};
use crate::shared::{clock, cover::Cover, format, progress::Progress, room_fold, words::lang};
use dioxus::prelude::*;
use jukeline_app::api::Playing;

/// The song that sounds, or that none does.
#[component]
pub(super) fn Now() -> Element {
    let lang = lang();
    let room = ROOM.read();
    let Some(playing) = room.as_ref().and_then(|room| room.playing.as_ref()) else {
        return rsx! {
            section { class: "now idle", aria_labelledby: "now",
                h2 { id: "now", {lang.quiet()} }
            }
        };
    };
    let price = desk::play(playing.play).map(|play| play.price);
    let label = lang.staff_now(playing.paused_at_ms.is_some(), playing.for_name.as_deref(), price);
    rsx! {
        section { class: "now", aria_labelledby: "now",
            Cover { key: "{playing.song.id}", song: playing.song.clone() }
            div { class: "now-text",
                p { class: "now-label", dir: "auto", {label} }
                h2 { class: "clamp", id: "now", dir: "auto", {playing.song.title.clone()} }
                p { class: "muted clamp", dir: "auto", {playing.song.artist.clone()} }
                Clock { playing: playing.clone() }
            }
        }
    }
}

/// How far the song is; drawn anew each second, alone.
#[component]
fn Clock(playing: Playing) -> Element {
    let lang = lang();
    let at = room_fold::position_ms(&playing, clock::seconds());
    let share = at as f64 / playing.song.duration_ms.max(1) as f64;
    let words = lang.of_length(&format::length(at), &format::length(playing.song.duration_ms));
    rsx! {
        Progress { share, label: lang.how_far(), value: words.clone() }
        p { class: "muted small", {words} }
    }
}
