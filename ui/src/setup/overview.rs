//! The checklist of an operator who comes back: what is done and what is open.

use super::{Desk, Known, jukebox::without_scheme, way::Step};
use crate::shared::{
    fetch::api,
    icons::{Icon, Mark},
    title,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::api::SetupState;

#[component]
pub(super) fn Overview(desk: Desk, state: SetupState) -> Element {
    let words = lang();
    use_hook(|| {
        title::set(words.setup_overview_title());
        title::focus_heading();
    });
    let ready = Step::ALL.iter().all(|step| step.is_done(&state));
    let Desk { mut known, .. } = desk;
    let sign_out = move |_| async move {
        // Signed out here in any case; the server forgets the session when it can be reached.
        let _ = api().sign_out().await;
        known.set(Known::SignedOut(false));
    };
    rsx! {
        div { class: "setup",
            aside { class: "setup-side",
                p { class: "brand", Mark {} "Jukeline" }
                button { class: "btn", onclick: sign_out, {words.setup_sign_out()} }
            }
            main { class: "setup-main",
                div { class: "setup-form",
                    header {
                        h1 { dir: "auto", {state.room.as_ref().map_or(words.setup_overview_title().to_string(), |room| room.venue_name.clone())} }
                        p { class: "muted", {if ready { words.setup_overview_ready() } else { words.setup_overview_open() }} }
                    }
                    ul {
                        for step in Step::ALL {
                            li { Row { desk, step, done: step.is_done(&state), more: more(words, step, &state) } }
                        }
                    }
                    if let Some(room) = &state.room {
                        p { class: "actions",
                            a { class: "btn main", href: "/staff/{room.room}", {words.setup_open_the_floor()} }
                            a { class: "btn", href: "/r/{room.room}", {words.setup_open_the_room()} }
                        }
                    }
                }
            }
        }
    }
}

/// What is known of a step, in a few words.
fn more(words: Lang, step: Step, state: &SetupState) -> String {
    match step {
        Step::Jukebox => state.room.as_ref().map(|room| without_scheme(&room.address).to_string()).unwrap_or_default(),
        Step::Music => words.songs_counted(state.songs),
        _ => String::new(),
    }
}

#[component]
fn Row(desk: Desk, step: Step, done: bool, more: String) -> Element {
    let words = lang();
    rsx! {
        button { class: "row", r#type: "button", disabled: step == Step::You, onclick: move |_| desk.go(Some(step)),
            span { class: "row-text",
                span { class: "row-title", {step.name(words)} }
                if !more.is_empty() {
                    span { class: "row-sub", " " {more} }
                }
            }
            span { class: if done { "state ok" } else { "state wait" },
                {if done { words.setup_step_done() } else { words.setup_still_open() }}
            }
            if step != Step::You {
                Icon { name: "next" }
            }
        }
    }
}
