//! One field for every code: a voucher's, a promotion's, a receipt's.

use super::desk::NEWS;
use crate::{
    patron::{
        form::FormError,
        state::{self, Toast},
    },
    shared::{
        fetch::api,
        words::{Lang, lang},
    },
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{Code, CodeRedeemed},
    client::ClientError,
};

/// The form.
#[component]
pub(super) fn CodeForm() -> Element {
    let lang = lang();
    let mut code = use_signal(String::new);
    let mut error = use_signal(|| None::<String>);
    let mut busy = use_signal(|| false);
    let send = move |event: FormEvent| {
        event.prevent_default();
        let typed = code.peek().trim().to_string();
        if typed.is_empty() {
            error.set(Some(lang.code_missing().into()));
            return;
        }
        if *busy.peek() {
            return;
        }
        busy.set(true);
        error.set(None);
        spawn(async move {
            let answer = redeem(&typed).await;
            busy.set(false);
            match answer {
                Ok(redeemed) => {
                    code.set(String::new());
                    let text = lang.code_gave(redeemed.credits);
                    state::show_toast(Toast { head: lang.code_worked().into(), text });
                    *NEWS.write() += 1;
                }
                Err(refused) => error.set(Some(words(lang, &refused))),
            }
        });
    };
    rsx! {
        details { class: "charge",
            summary { {lang.code_title()} }
            form { class: "form", onsubmit: send,
                div { class: "field",
                    label { r#for: "credit-code", {lang.code_label_any()} }
                    input {
                        class: "input",
                        id: "credit-code",
                        r#type: "text",
                        autocomplete: "off",
                        autocapitalize: "characters",
                        spellcheck: "false",
                        maxlength: "24",
                        aria_invalid: error().is_some(),
                        aria_describedby: "credit-code-hint",
                        value: code,
                        oninput: move |event| code.set(event.value()),
                    }
                    p { class: "hint", id: "credit-code-hint", {lang.code_hint_any()} }
                }
                FormError { words: error() }
                button { class: "btn", disabled: busy(), aria_busy: busy(), {lang.use_code()} }
            }
        }
    }
}

/// Whichever code it is.
async fn redeem(code: &str) -> Result<CodeRedeemed, ClientError> {
    state::be_somebody().await?;
    match api().redeem(code).await {
        Err(error) if error.code() == Some(Code::LinkSpent) => api().claim(code).await,
        answer => answer,
    }
}

fn words(lang: Lang, error: &ClientError) -> String {
    match error.code() {
        Some(Code::LinkSpent) => lang.code_unknown().into(),
        Some(Code::AlreadyDone) => lang.code_yours_already().into(),
        Some(Code::SignInNeeded) => lang.code_of_account().into(),
        _ => lang.client_error(error),
    }
}
