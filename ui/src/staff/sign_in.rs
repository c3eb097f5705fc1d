//! Signing in.

use super::desk;
use crate::shared::{
    boot::boot,
    fetch::api,
    icons::{Icon, Mark},
    platform, title,
    words::lang,
};
use dioxus::prelude::*;
use jukeline_app::api::{AddressAndPassword, Code};

/// The form.
#[component]
pub(super) fn SignIn() -> Element {
    let lang = lang();
    let (email, password) = (use_signal(String::new), use_signal(String::new));
    let mut trouble = use_signal(|| None::<String>);
    let mut busy = use_signal(|| false);
    use_hook(|| title::set(lang.staff_sign_in()));
    let send = move || async move {
        let who = AddressAndPassword { email: email(), password: password(), credential: platform::credential() };
        busy.set(true);
        let answer = api().sign_in(&who).await;
        busy.set(false);
        match answer {
            Ok(_) => desk::look().await,
            Err(error) if error.code() == Some(Code::WrongCredentials) => {
                trouble.set(Some(lang.staff_sign_in_wrong().into()));
            }
            Err(error) => trouble.set(Some(lang.client_error(&error))),
        }
    };
    rsx! {
        main { class: "signin",
            p { class: "brand", Mark {} "Jukeline" }
            h1 { {lang.staff_sign_in_title()} }
            if boot().has_passwords() {
                form {
                    class: "stack",
                    novalidate: true,
                    onsubmit: move |event: FormEvent| {
                        event.prevent_default();
                        trouble.set(None);
                        spawn(send());
                    },
                    if let Some(words) = trouble() {
                        p { class: "error", role: "alert", Icon { name: "warning" } {words} }
                    }
                    Field { id: "email", label: lang.e_mail(), autocomplete: "username", value: email }
                    Field { id: "password", label: lang.password(), autocomplete: "current-password", value: password }
                    button { class: "btn main wide", disabled: busy(), aria_busy: if busy() { "true" },
                        {lang.staff_sign_in()}
                    }
                    p { class: "hint", {lang.staff_sign_in_lost()} }
                }
            } else {
                p { class: "banner", Icon { name: "warning" } span { {lang.staff_no_passwords()} } }
            }
        }
    }
}

/// A labelled input, of the kind that it is called.
#[component]
fn Field(id: &'static str, label: &'static str, autocomplete: &'static str, mut value: Signal<String>) -> Element {
    rsx! {
        div { class: "field",
            label { r#for: id, {label} }
            input {
                class: "input",
                id,
                r#type: id,
                autocomplete,
                value: "{value}",
                oninput: move |event| value.set(event.value()),
            }
        }
    }
}
