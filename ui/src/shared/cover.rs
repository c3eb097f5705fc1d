//! A song's cover: its own picture, else the one drawn from title and artist.

use super::platform;
use dioxus::prelude::*;
use jukeline_app::{api::SongBrief, cover::cover_svg};

/// The cover of `song`, decoration beside its title. `class` is added to `cover`.
#[component]
pub fn Cover(song: SongBrief, #[props(default)] class: &'static str) -> Element {
    let class = if class.is_empty() { "cover".to_string() } else { format!("cover {class}") };
    if song.has_cover {
        return rsx! {
            div { class, img { src: platform::address(format!("/covers/{}", song.id)), alt: "", loading: "lazy", decoding: "async" } }
        };
    }
    rsx! {
        div { class, dangerous_inner_html: cover_svg(&song.title, &song.artist) }
    }
}

/// The cover of something that is no song, such as an album: drawn from two texts.
#[component]
pub fn DrawnCover(title: String, artist: String) -> Element {
    rsx! {
        div { class: "cover", dangerous_inner_html: cover_svg(&title, &artist) }
    }
}
