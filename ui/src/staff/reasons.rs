//! The question before a skip: why?

use super::skipping::{self, ASKED};
use crate::shared::{icons::Icon, listen::Listener, words::lang};
use dioxus::prelude::*;
use futures_channel::mpsc::unbounded;
use futures_util::StreamExt;
use jukeline_app::play::SkipReason;
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

const ID: &str = "why";

const REASONS: [SkipReason; 6] = [
    SkipReason::TooLoud,
    SkipReason::WrongMood,
    SkipReason::Unsuitable,
    SkipReason::BadSound,
    SkipReason::HouseNeedsQuiet,
    SkipReason::Other,
];

/// The dialog. It is always there, so that closing it gives the focus back to where it came from.
#[component]
pub(super) fn Reasons() -> Element {
    let lang = lang();
    use_hook(|| {
        spawn(async {
            let Some(dialog) = dialog() else { return };
            let (sender, mut closes) = unbounded();
            let _closed = Listener::new(dialog.as_ref(), "close", move |_| drop(sender.unbounded_send(())));
            while closes.next().await.is_some() {
                *ASKED.write() = None;
            }
        })
    });
    use_effect(|| {
        let is_asked = ASKED.read().is_some();
        let Some(dialog) = dialog() else { return };
        match (is_asked, dialog.open()) {
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let asked = ASKED();
    rsx! {
        dialog { class: "sheet", id: ID, aria_labelledby: "why-title",
            if let Some(meant) = asked {
                div { class: "sheet-top",
                    button {
                        class: "btn round",
                        aria_label: lang.staff_keep_playing(),
                        onclick: |_| *ASKED.write() = None,
                        Icon { name: "close" }
                    }
                }
                div { class: "sheet-body stack",
                    div { class: "stack-tight",
                        h2 { id: "why-title", class: "clamp", dir: "auto", {lang.staff_skip_question(&meant.title)} }
                        p { class: "muted", {lang.staff_skip_hint(meant.price)} }
                    }
                    ul { class: "reasons", aria_label: lang.staff_skip_why(),
                        for (n , reason) in REASONS.into_iter().enumerate() {
                            li {
                                button {
                                    class: "btn wide",
                                    autofocus: n == 0,
                                    onclick: move |_| skipping::begin(reason),
                                    {lang.staff_reason(reason)}
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn dialog() -> Option<HtmlDialogElement> {
    web_sys::window()?.document()?.get_element_by_id(ID)?.dyn_into().ok()
}
