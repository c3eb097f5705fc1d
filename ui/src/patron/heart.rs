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
    let mut failed = use_signal(|| false);
    let mut said = use_signal(|| None::<String>);
    let turn = move |_| {
        if busy() {
            return;
        }
        let wanted = !is_set();
        busy.set(true);
        is_set.set(wanted);
        said.set(None);
        spawn(async move {
            let kept = keep(song, wanted).await;
            failed.set(kept.is_err());
            said.set(Some(match kept {
                Ok(()) if wanted => lang.favourite_kept().into(),
                Ok(()) => lang.favourite_gone().into(),
                Err(error) => {
                    is_set.set(!wanted);
                    lang.client_error(&error)
                }
            }));
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
            // The page's live region is out of reach while the sheet is open.
            p { class: if failed() { "error" } else { "sr-only" }, {said().unwrap_or_default()} }
        }
    }
}

async fn keep(song: SongId, wanted: bool) -> Result<(), ClientError> {
    // A favourite is somebody's: the first one makes the guest.
    state::be_somebody().await?;
    api().set_favourite(song, wanted).await
}
