//! Posters for the tables: a page to print, with the code that opens the room.

use super::{desk, live};
use crate::shared::{
    fetch::file,
    platform,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::id::JukeboxId;

/// The button that puts the poster of a room among the downloads.
#[component]
pub(super) fn Posters(jukebox: JukeboxId, room: String) -> Element {
    let lang = lang();
    let mut is_drawn = use_signal(|| false);
    rsx! {
        button {
            class: "way posters",
            disabled: is_drawn() || live::cut_off_since().is_some(),
            aria_busy: if is_drawn() { "true" },
            onclick: move |_| {
                let room = room.clone();
                async move {
                    is_drawn.set(true);
                    keep(jukebox, &room, lang).await;
                    is_drawn.set(false);
                }
            },
            {lang.staff_posters()}
        }
    }
}

async fn keep(jukebox: JukeboxId, room: &str, lang: Lang) {
    let poster = match file(&format!("/api/jukeboxes/{jukebox}/poster.pdf?lang={}", lang.tag())).await {
        Ok(poster) => poster,
        Err(error) => return desk::tell(lang.staff_no_poster(&lang.client_error(&error)), true),
    };
    match platform::keep_file(&format!("poster-{room}.pdf"), &poster).await {
        Some(name) => desk::tell(lang.staff_poster_kept(&name), false),
        None => desk::tell(lang.staff_no_poster(lang.downloads_refuse()), true),
    }
}
