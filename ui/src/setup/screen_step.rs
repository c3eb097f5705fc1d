//! Step 5: the screen that plays.

use super::{
    Desk,
    form::{Back, GoOn, StepForm, Trouble},
    jukebox::without_scheme,
    way::Step,
};
use crate::shared::{clock, fetch::api, format, icons::Icon, link_out::LinkOut, words::lang};
use dioxus::prelude::*;
use jukeline_app::{
    api::{PairingCode, ScreenRole, SetupState},
    id::JukeboxId,
};

#[component]
pub(super) fn ScreenStep(desk: Desk, state: SetupState) -> Element {
    let words = lang();
    let code = use_signal(|| None::<PairingCode>);
    let trouble = use_signal(|| None::<Trouble>);
    let jukebox = state.room.as_ref().map(|room| room.jukebox);
    let online = state.player_online;
    use_hook(|| {
        if let Some(jukebox) = jukebox.filter(|_| !online) {
            spawn(ask_for_code(jukebox, code, trouble));
        }
    });
    let anew = move |_| {
        if let Some(jukebox) = jukebox {
            spawn(ask_for_code(jukebox, code, trouble));
        }
    };
    rsx! {
        StepForm {
            heading: words.setup_screen_step_title(),
            lead: if online { words.setup_screen_lead_paired() } else { words.setup_screen_lead() },
            trouble: trouble(),
            onsubmit: move |()| desk.go(Some(Step::Phone)),
            foot: rsx! {
                Back { onclick: move |()| desk.go(Some(Step::Music)) }
                if online {
                    GoOn { label: words.setup_heard_it() }
                } else {
                    button { class: "btn", r#type: "button", onclick: anew, {words.setup_new_code()} }
                    button { class: "btn plain", r#type: "submit", {words.setup_skip_to_phone()} }
                }
            },
            if online {
                p { class: "banner ok", role: "status",
                    Icon { name: "check" }
                    span {
                        strong { {words.setup_screen_is_here()} }
                        " "
                        {words.setup_screen_is_here_more()}
                    }
                }
                p { {words.setup_test_sound()} }
                p { class: "muted", {words.setup_test_sound_silent()} }
            } else if let Some(code) = code() {
                Code { code }
            } else if trouble.read().is_none() {
                p { class: "state wait", role: "status", {words.one_moment()} }
            }
        }
    }
}

async fn ask_for_code(jukebox: JukeboxId, mut code: Signal<Option<PairingCode>>, mut trouble: Signal<Option<Trouble>>) {
    match api().pairing_code(jukebox, ScreenRole::Player).await {
        Ok(new) => {
            trouble.set(None);
            code.set(Some(new));
        }
        Err(error) => trouble.set(Some(Trouble::told(lang(), &error))),
    }
}

/// The code, where to type it, and how long it works.
#[component]
fn Code(code: PairingCode) -> Element {
    let words = lang();
    let left_ms = code.until.since(clock::seconds());
    let (front, back) = code.code.split_at_checked(4).unwrap_or((&code.code, ""));
    let here = format!("/screen?pair={}", code.code);
    rsx! {
        p { class: "address-live",
            {words.setup_open_verb()}
            " "
            strong { {without_scheme(&code.address).to_string()} }
        }
        p { class: "big-code", aria_label: words.code_aloud(&code.code), "{front} {back}" }
        if left_ms > 0 {
            p { class: "state wait", role: "status", {words.waiting_for_screen(format::minutes(left_ms))} }
        } else {
            p { class: "state bad", role: "status", {words.setup_code_over()} }
        }
        p { class: "actions",
            LinkOut { class: "btn", href: here, apart: true, Icon { name: "sound" } {words.setup_open_here()} }
        }
    }
}
