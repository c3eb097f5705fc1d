//! The heart on a song's sheet: a favourite, or not.

use super::state;
use crate::shared::{fetch::api, icons::Icon, words::lang};
use dioxus::prelude::*;
use jukeline_app::{client::ClientError, id::SongId};

/// The heart. It turns at once, and back where the server doesn't take it.
#[component]
pub(crate) fn Heart(song: SongId, favourite: bool) -> Element {
    let lang = lang();
    let mut is_set = use_signal(|| favourite);
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<String>);
    let mut said = use_signal(|| "");
    let turn = move |_| {
        if busy() {
            return;
        }
        let wanted = !is_set();
        busy.set(true);
        is_set.set(wanted);
        error.set(None);
        spawn(async move {
            match keep(song, wanted).await {
                Ok(()) => said.set(if wanted { lang.favourite_kept() } else { lang.favourite_gone() }),
                Err(e) => {
                    is_set.set(!wanted);
                    said.set("");
                    error.set(Some(lang.client_error(&e)));
                }
            }
            busy.set(false);
        });
    };
    rsx! {
        button {
            class: "btn round heart",
            aria_label: lang.favourite(),
            aria_pressed: if is_set() { "true" } else { "false" },
            onclick: turn,
            Icon { name: "heart" }
        }
        div { class: "heart-word", role: "status",
            if let Some(words) = error() {
                p { class: "error", {words} }
            } else {
                // The page's live region is out of reach while the sheet is open.
                p { class: "sr-only", {said()} }
            }
        }
    }
}

async fn keep(song: SongId, wanted: bool) -> Result<(), ClientError> {
    // A favourite is somebody's: the first one makes the guest.
    state::be_somebody().await?;
    api().set_favourite(song, wanted).await
}
