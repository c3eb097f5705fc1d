//! Showing that one is in the room: the code on the screen, or a position.

use super::{position, state};
use crate::shared::{fetch::api, icons::Icon, words::lang};
use dioxus::prelude::*;
use jukeline_app::{api::ShowPresence, client::ClientError};

/// The form. `on_pass` is called once the pass is there.
#[component]
pub(crate) fn EnterForm(room: String, on_pass: EventHandler<()>) -> Element {
    let lang = lang();
    let mut code = use_signal(String::new);
    let mut error = use_signal(|| None::<String>);
    let mut busy = use_signal(|| false);
    let show = use_callback(move |presence: ShowPresence| {
        let room = room.clone();
        busy.set(true);
        error.set(None);
        spawn(async move {
            let answer = show_presence(&room, &presence).await;
            busy.set(false);
            match answer {
                Ok(()) => on_pass.call(()),
                Err(e) => error.set(Some(format!("{} {}", lang.client_error(&e), lang.nothing_taken()))),
            }
        });
    });
    let submit = move |event: FormEvent| {
        event.prevent_default();
        let digits: String = code.read().chars().filter(char::is_ascii_digit).collect();
        if digits.len() == 6 {
            show.call(ShowPresence::Code { code: digits });
        } else {
            error.set(Some(lang.six_digits().into()));
        }
    };
    let locate = move |_| {
        busy.set(true);
        spawn(async move {
            match position::ask().await {
                Some((position, accuracy_m)) => show.call(ShowPresence::Position { position, accuracy_m }),
                None => {
                    busy.set(false);
                    error.set(Some(lang.position_refused().into()));
                }
            }
        });
    };
    rsx! {
        form { class: "form", onsubmit: submit,
            div { class: "field",
                label { r#for: "code", {lang.code_label()} }
                input {
                    class: "input code",
                    id: "code",
                    inputmode: "numeric",
                    autocomplete: "one-time-code",
                    maxlength: "7",
                    aria_describedby: if error().is_some() { "code-error" } else { "code-hint" },
                    aria_invalid: error().is_some(),
                    value: code,
                    oninput: move |event| code.set(event.value()),
                }
                if let Some(words) = error() {
                    p { class: "error", id: "code-error", role: "alert", Icon { name: "warning" } span { {words} } }
                } else {
                    p { class: "hint", id: "code-hint", {lang.code_hint()} }
                }
            }
            button { class: "btn main wide", aria_busy: busy(), disabled: busy(), {lang.i_am_here()} }
            if position::is_available() {
                button { class: "btn wide", r#type: "button", disabled: busy(), onclick: locate,
                    Icon { name: "pin" }
                    {lang.use_position()}
                }
                p { class: "hint", {lang.position_promise()} }
            }
        }
    }
}

async fn show_presence(room: &str, presence: &ShowPresence) -> Result<(), ClientError> {
    // The pass is bound to a session: the first tap makes the guest.
    state::be_somebody().await?;
    let pass = api().show_presence(room, presence).await?;
    state::got_pass(&pass);
    state::refresh_me().await;
    Ok(())
}
