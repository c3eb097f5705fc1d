//! Signing in, and the pages for a link that doesn't lead on.

use super::{
    Desk, Known,
    form::{Field, Trouble},
    way,
};
use crate::shared::{
    fetch::api,
    icons::{Icon, Mark},
    platform,
    progress::property,
    title,
    words::lang,
};
use dioxus::{core::Attribute, prelude::*};
use jukeline_app::api::{AddressAndPassword, Code};

/// The sign-in form; `not_operator` when somebody else is signed in.
#[component]
pub(super) fn SignIn(desk: Desk, not_operator: bool) -> Element {
    let words = lang();
    let (email, password) = (use_signal(String::new), use_signal(String::new));
    let mut trouble = use_signal(move || not_operator.then(|| Trouble::with("", lang().setup_sign_in_not_operator())));
    let mut busy = use_signal(|| false);
    use_hook(|| title::set(words.setup_sign_in()));
    let send = move || async move {
        let who = AddressAndPassword { email: email(), password: password(), credential: platform::credential() };
        busy.set(true);
        let answer = api().sign_in(&who).await;
        busy.set(false);
        match answer {
            Ok(_) => {
                desk.look().await;
                match &*desk.known.peek() {
                    Known::State(state) => desk.go(way::first_step(state)),
                    Known::SignedOut(true) => trouble.set(Some(Trouble::with("", lang().setup_sign_in_not_operator()))),
                    _ => {}
                }
            }
            Err(error) if error.code() == Some(Code::WrongCredentials) => {
                trouble.set(Some(Trouble::with("", lang().setup_sign_in_wrong())));
            }
            Err(error) => trouble.set(Some(Trouble::told(lang(), &error))),
        }
    };
    rsx! {
        main { class: "signin",
            p { class: "brand", ..flush(), Mark {} "Jukeline" }
            h1 { {words.setup_sign_in_title()} }
            form {
                class: "stack",
                onsubmit: move |event: FormEvent| {
                    event.prevent_default();
                    spawn(send());
                },
                Field { id: "email", label: words.e_mail(), value: email, kind: "email", autocomplete: "username", trouble: trouble() }
                Field {
                    id: "password",
                    label: words.password(),
                    value: password,
                    kind: "password",
                    autocomplete: "current-password",
                    trouble: trouble(),
                }
                if let Some(trouble) = trouble().filter(|t| !["email", "password"].contains(&t.field.as_str())) {
                    p { class: "error", role: "alert", Icon { name: "warning" } {trouble.words} }
                }
                button { class: "btn main wide", disabled: busy(), aria_busy: if busy() { "true" }, {words.setup_sign_in()} }
                p { class: "hint", {words.setup_sign_in_lost()} }
            }
        }
    }
}

/// Without the side column, the mark stands flush with the heading.
fn flush() -> Vec<Attribute> {
    vec![property("padding-inline", "0".into())]
}

/// The one-time link was used or is too old.
#[component]
pub(super) fn LinkUsed() -> Element {
    let words = lang();
    rsx! {
        section { class: "stack", role: "alert",
            h1 { {words.setup_link_used_title()} }
            p { class: "muted", {words.setup_link_used_lead()} }
        }
    }
}

/// No operator yet, and no link either.
#[component]
pub(super) fn LinkNeeded() -> Element {
    let words = lang();
    rsx! {
        main { class: "signin",
            p { class: "brand", ..flush(), Mark {} "Jukeline" }
            h1 { {words.setup_link_needed_title()} }
            p { class: "muted", {words.setup_link_needed_lead()} }
        }
    }
}
