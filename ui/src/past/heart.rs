//! The heart of a song: a favourite, or not.

use crate::{
    patron::state,
    shared::{fetch::api, icons::Icon, live_region, words::lang},
};
use dioxus::{core::spawn_forever, prelude::*};
use jukeline_app::{api::SongBrief, client::ClientError, id::SongId};
use std::collections::HashMap;

/// What was changed on this page: the same song may stand on several rows.
static CHANGED: GlobalSignal<HashMap<SongId, bool>> = Signal::global(HashMap::new);

/// The button. `was`: what the server said last.
#[component]
pub(super) fn Heart(song: SongBrief, was: bool) -> Element {
    let lang = lang();
    let mut trouble = use_signal(|| None::<ClientError>);
    let (id, title) = (song.id, song.title.clone());
    let is_on = CHANGED.read().get(&id).copied().unwrap_or(was);
    let turn = move |_| {
        trouble.set(None);
        CHANGED.write().insert(id, !is_on);
        let title = title.clone();
        // The row may be gone before the answer is there.
        spawn_forever(async move {
            match set(id, !is_on).await {
                Ok(()) => live_region::say(lang.favourite_said(&title, !is_on)),
                Err(error) => {
                    CHANGED.write().insert(id, is_on);
                    if let Ok(mut trouble) = trouble.try_write() {
                        *trouble = Some(error);
                    }
                }
            }
        });
    };
    rsx! {
        button {
            class: "heart",
            aria_pressed: if is_on { "true" } else { "false" },
            aria_label: lang.favourite_of(&song.title),
            onclick: turn,
            Icon { name: "heart" }
        }
        if let Some(error) = trouble() {
            p { class: "error small", role: "alert", {lang.client_error(&error)} }
        }
    }
}

async fn set(song: SongId, favourite: bool) -> Result<(), ClientError> {
    state::be_somebody().await?;
    api().set_favourite(song, favourite).await
}
