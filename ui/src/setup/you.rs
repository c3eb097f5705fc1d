//! Step 1: the operator.

use super::{
    Desk,
    form::{Field, GoOn, StepForm, Trouble},
    sign_in::LinkUsed,
    token,
    way::Step,
};
use crate::shared::{fetch::api, words::lang};
use dioxus::prelude::*;
use jukeline_app::api::{Code, MakeOperator, SetupState};

#[component]
pub(super) fn YouStep(desk: Desk, state: SetupState) -> Element {
    let words = lang();
    let (name, email, password) = (use_signal(String::new), use_signal(String::new), use_signal(String::new));
    let mut trouble = use_signal(|| None::<Trouble>);
    let mut busy = use_signal(|| false);
    let mut used = use_signal(|| false);
    let send = move || async move {
        let make =
            MakeOperator { token: token().unwrap_or_default(), name: name(), email: email(), password: password() };
        busy.set(true);
        let answer = api().make_operator(&make).await;
        busy.set(false);
        match answer {
            Ok(_) => {
                forget_link();
                desk.look_and_go(Some(Step::Venue)).await;
            }
            Err(error) if matches!(error.code(), Some(Code::LinkSpent)) => used.set(true),
            Err(error) if matches!(error.code(), Some(Code::AlreadyDone)) => desk.look().await,
            Err(error) => trouble.set(Some(Trouble::told(lang(), &error))),
        }
    };
    if used() {
        return rsx! { LinkUsed {} };
    }
    rsx! {
        StepForm {
            heading: words.setup_you_title(),
            lead: words.setup_you_lead(),
            trouble: trouble(),
            fields: &["name", "email", "password"],
            ontyped: move |()| trouble.set(None),
            onsubmit: move |()| {
                spawn(send());
            },
            foot: rsx! { GoOn { label: words.setup_to_venue(), busy: busy() } },
            Field { id: "name", label: words.setup_your_name(), value: name, autocomplete: "name", trouble: trouble() }
            Field {
                id: "email",
                label: words.e_mail(),
                value: email,
                kind: "email",
                autocomplete: "username",
                hint: words.setup_e_mail_hint(),
                trouble: trouble(),
            }
            Field {
                id: "password",
                label: words.password(),
                value: password,
                kind: "password",
                autocomplete: "new-password",
                hint: words.password_hint(),
                trouble: trouble(),
            }
        }
    }
}

/// The token is spent: it needn't stay in the address and the history.
fn forget_link() {
    let history = web_sys::window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some("/setup"));
    }
}
