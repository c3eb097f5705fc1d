//! Pieces of the steps' forms.

use crate::shared::{
    icons::Icon,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{Code, Problem},
    client::ClientError,
};

/// A call's failure: the field it is about, if the server named one, and the words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Trouble {
    /// Such as `room`; empty for the form as a whole.
    pub(super) field: String,
    /// What is wrong.
    pub(super) words: String,
}

impl Trouble {
    /// Trouble with one field.
    pub(super) fn with(field: &str, words: impl Into<String>) -> Trouble {
        Trouble { field: field.into(), words: words.into() }
    }

    /// Trouble that the server told.
    pub(super) fn told(words: Lang, error: &ClientError) -> Trouble {
        let ClientError::Problem(problem) = error else { return Trouble::with("", words.client_error(error)) };
        let text = match problem.code {
            Code::Invalid => words.setup_field(problem),
            Code::NeedsHttps => words.setup_needs_this_machine().into(),
            _ => words.problem(problem),
        };
        Trouble::with(field_of(problem), text)
    }
}

fn field_of(problem: &Problem) -> &str {
    match problem.code {
        Code::WeakPassword => "password",
        _ => problem.params.get("field").and_then(serde_json::Value::as_str).unwrap_or_default(),
    }
}

/// A step's form: heading, lead, fields, and what is wrong with the whole.
#[component]
pub(super) fn StepForm(
    heading: &'static str,
    lead: String,
    #[props(default)] trouble: Option<Trouble>,
    /// Fields that show their own trouble.
    #[props(default)]
    fields: &'static [&'static str],
    onsubmit: EventHandler<()>,
    /// Something was typed: what was wrong may be right now.
    #[props(default)]
    ontyped: EventHandler<()>,
    children: Element,
    foot: Element,
) -> Element {
    let whole = trouble.filter(|trouble| !fields.contains(&trouble.field.as_str()));
    rsx! {
        form {
            class: "setup-form",
            novalidate: true,
            onsubmit: move |event: FormEvent| {
                event.prevent_default();
                onsubmit.call(());
            },
            oninput: move |_| ontyped.call(()),
            header {
                h1 { {heading} }
                p { class: "muted", {lead} }
            }
            {children}
            if let Some(whole) = whole {
                p { class: "error", role: "alert", Icon { name: "warning" } {whole.words} }
            }
            div { class: "setup-foot", {foot} }
        }
    }
}

/// A labelled input with its hint or its trouble.
#[component]
pub(super) fn Field(
    id: &'static str,
    label: &'static str,
    mut value: Signal<String>,
    #[props(default)] hint: &'static str,
    #[props(default = "text")] kind: &'static str,
    #[props(default)] autocomplete: &'static str,
    #[props(default)] trouble: Option<Trouble>,
    #[props(default)] oninput: EventHandler<String>,
) -> Element {
    let mine = trouble.filter(|trouble| trouble.field == id).map(|trouble| trouble.words);
    let wrong = mine.is_some();
    let described = wrong || !hint.is_empty();
    rsx! {
        div { class: "field",
            label { r#for: id, {label} }
            input {
                class: "input",
                id,
                r#type: kind,
                autocomplete: if autocomplete.is_empty() { "off" } else { autocomplete },
                dir: "auto",
                value: "{value}",
                aria_invalid: if wrong { "true" },
                aria_describedby: if described { "{id}-note" },
                oninput: move |event| {
                    value.set(event.value());
                    oninput.call(event.value());
                },
            }
            if let Some(mine) = mine {
                p { class: "error", role: "alert", id: "{id}-note", Icon { name: "warning" } {mine} }
            } else if !hint.is_empty() {
                p { class: "hint", id: "{id}-note", {hint} }
            }
        }
    }
}

/// The step's one main button.
#[component]
pub(super) fn GoOn(label: &'static str, #[props(default)] busy: bool) -> Element {
    rsx! {
        button { class: "btn main", r#type: "submit", disabled: busy, aria_busy: if busy { "true" }, {label} }
    }
}

/// Back to where one came from.
#[component]
pub(super) fn Back(onclick: EventHandler<()>) -> Element {
    rsx! {
        button { class: "btn", r#type: "button", onclick: move |_| onclick.call(()), {lang().back()} }
    }
}
