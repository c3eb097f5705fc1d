//! Pieces of forms.

use crate::shared::icons::Icon;
use dioxus::prelude::*;

/// A labelled field. `id` names it for its label and its hint.
#[component]
pub(crate) fn Field(
    id: &'static str,
    label: String,
    kind: &'static str,
    autocomplete: &'static str,
    value: Signal<String>,
    #[props(default)] hint: String,
    #[props(default)] maxlength: u32,
) -> Element {
    let mut value = value;
    rsx! {
        div { class: "field",
            label { r#for: id, {label} }
            input {
                class: "input",
                id,
                name: id,
                r#type: kind,
                autocomplete,
                maxlength: if maxlength > 0 { "{maxlength}" } else { "254" },
                aria_describedby: if hint.is_empty() { String::new() } else { format!("{id}-hint") },
                value,
                oninput: move |event| value.set(event.value()),
            }
            if !hint.is_empty() { p { class: "hint", id: "{id}-hint", {hint.clone()} } }
        }
    }
}

/// What went wrong with a form.
#[component]
pub(crate) fn FormError(words: Option<String>) -> Element {
    rsx! {
        if let Some(words) = words {
            p { class: "error", role: "alert", Icon { name: "warning" } span { {words} } }
        }
    }
}
