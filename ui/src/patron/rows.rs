//! Rows of songs.

use crate::shared::cover::Cover;
use dioxus::prelude::*;
use jukeline_app::api::SongBrief;

/// A song in a list: its title, a line below, and something at the end.
#[component]
pub(crate) fn SongRow(
    href: String,
    song: SongBrief,
    sub: String,
    end: String,
    #[props(default)] mine: bool,
) -> Element {
    rsx! {
        a { class: if mine { "row mine" } else { "row" }, href,
            Cover { song: song.clone() }
            div { class: "row-text",
                p { class: "row-title clamp", dir: "auto", {song.title} }
                p { class: "row-sub clamp", dir: "auto", {sub} }
            }
            span { class: "row-end", {end} }
        }
    }
}
