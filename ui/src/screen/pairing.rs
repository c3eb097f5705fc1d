//! Pairing this page by a one-time code.

use super::element::codecs;
use crate::shared::{
    fetch::api,
    icons::{Icon, Mark},
    platform,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{Code, PairScreen, ScreenInfo},
    client::ClientError,
};
use web_sys::UrlSearchParams;

/// Digits of a pairing code.
const DIGITS: usize = 8;

/// Asks for the code; fills `paired` once the server took it.
#[component]
pub(super) fn Pairing(paired: Signal<Option<ScreenInfo>>) -> Element {
    let words = lang();
    let mut code = use_signal(|| grouped(&code_of_address()));
    let error = use_signal(|| None::<String>);
    let busy = use_signal(|| false);
    let pair = move || spawn(send(code(), paired, error, busy));
    // A whole code in the address needs no second press.
    use_hook(|| {
        if digits(&code.peek()).len() == DIGITS {
            pair();
        }
    });
    rsx! {
        div { class: "screen pairing",
            main { class: "pair",
                Mark {}
                h1 { {words.screen_pair_title()} }
                form {
                    class: "pair",
                    onsubmit: move |event: FormEvent| {
                        event.prevent_default();
                        pair();
                    },
                    label { class: "sr-only", r#for: "pairing-code", {words.screen_pairing_code()} }
                    input {
                        class: "input code",
                        id: "pairing-code",
                        inputmode: "numeric",
                        autocomplete: "off",
                        maxlength: "9",
                        autofocus: true,
                        aria_invalid: if error().is_some() { "true" },
                        aria_describedby: if error().is_some() { "pairing-error" },
                        value: "{code}",
                        oninput: move |event| code.set(grouped(&event.value())),
                    }
                    if let Some(error) = error() {
                        p { class: "error", role: "alert", id: "pairing-error", Icon { name: "warning" } {error} }
                    }
                    button { class: "btn main", disabled: busy(), aria_busy: if busy() { "true" }, {words.screen_pair_this_screen()} }
                }
                p { class: "muted", {words.screen_pairing_hint()} }
            }
        }
    }
}

async fn send(
    typed: String,
    mut paired: Signal<Option<ScreenInfo>>,
    mut error: Signal<Option<String>>,
    mut busy: Signal<bool>,
) {
    let (words, code, codecs) = (lang(), digits(&typed), codecs());
    if code.len() != DIGITS {
        return error.set(Some(words.screen_pairing_eight_digits().into()));
    }
    if codecs.is_empty() {
        return error.set(Some(words.screen_pairing_no_codec().into()));
    }
    busy.set(true);
    error.set(None);
    let answer = api().pair_screen(&PairScreen { code, codecs, credential: platform::credential() }).await;
    busy.set(false);
    match answer {
        Ok(answer) => paired.set(Some(answer.info)),
        Err(problem) => error.set(Some(explain(words, &problem))),
    }
}

fn explain(words: Lang, error: &ClientError) -> String {
    match error.code() {
        Some(Code::LinkSpent | Code::WrongCode | Code::NotFound | Code::Invalid) => words.screen_pairing_spent().into(),
        _ => words.client_error(error),
    }
}

fn code_of_address() -> String {
    let search = web_sys::window().and_then(|w| w.location().search().ok()).unwrap_or_default();
    UrlSearchParams::new_with_str(&search).ok().and_then(|params| params.get("pair")).unwrap_or_default()
}

fn digits(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_digit).take(DIGITS).collect()
}

/// `4821 6703`
fn grouped(typed: &str) -> String {
    let digits = digits(typed);
    match digits.split_at_checked(4) {
        Some((front, back)) if !back.is_empty() => format!("{front} {back}"),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        assert_eq!(grouped("48216703"), "4821 6703");
        assert_eq!(grouped("4821-67 0399"), "4821 6703");
        assert_eq!(grouped("482"), "482");
        assert_eq!(digits("4821 6703"), "48216703");
    }
}
