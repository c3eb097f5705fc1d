//! Choosing a jukebox, and what shows where one isn't staff.

use super::{desk, side::Jukeboxes};
use crate::shared::{icons::Mark, title, words::lang};
use dioxus::prelude::*;
use jukeline_app::api::StaffJukebox;

/// Which of one's jukeboxes?
#[component]
pub(super) fn Pick(mine: Vec<StaffJukebox>) -> Element {
    let lang = lang();
    use_hook(|| title::set(lang.staff_pick()));
    rsx! {
        main { class: "signin",
            p { class: "brand", Mark {} "Jukeline" }
            h1 { {lang.staff_pick()} }
            Jukeboxes { mine, here: None }
            button { class: "btn", onclick: |_| desk::sign_out(), {lang.staff_sign_out()} }
        }
    }
}

/// Signed in as `name`, but not staff of the jukebox that was named; of `others` perhaps.
#[component]
pub(super) fn NotStaff(name: String, others: Vec<StaffJukebox>) -> Element {
    let lang = lang();
    use_hook(|| title::set(lang.staff_not_here()));
    rsx! {
        main { class: "signin",
            p { class: "brand", Mark {} "Jukeline" }
            div { class: "stack-tight",
                h1 { {lang.staff_not_here()} }
                p { dir: "auto", {lang.staff_signed_in_as(&name)} }
                p { class: "muted", {lang.staff_not_here_hint()} }
            }
            if !others.is_empty() {
                h2 { {lang.staff_jukeboxes()} }
                Jukeboxes { mine: others, here: None }
            }
            button { class: "btn main", onclick: |_| desk::sign_out(), {lang.staff_sign_out()} }
        }
    }
}
