//! Oneself: name, language, signing out, leaving; and what is known of one.

use super::{
    chrome::{NestedTop, Page},
    form::{Field, FormError},
    nav,
    notice::NoticeSwitch,
    route::Route,
    state::{self, Toast},
};
use crate::shared::{
    boot::boot,
    fetch::api,
    icons::Icon,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{ChangeMe, Code, Me},
    purchase::PaidCredits,
};

/// The page about oneself.
#[component]
pub(crate) fn MePage() -> Element {
    let lang = lang();
    let me = state::me();
    let is_guest = me.as_ref().is_none_or(|me| me.guest);
    rsx! {
        Page { top: rsx! { NestedTop { title: lang.you() } },
            if let Some(email) = me.as_ref().and_then(|me| me.email.clone()) { p { class: "muted", dir: "auto", {email} } }
            if let Some(me) = &me { NameForm { key: "{me.account}", me: me.clone() } }
            LanguageField {}
            NoticeSwitch {}
            ul { class: "menu",
                MenuRow { href: "/played", name: lang.my_songs() }
                MenuRow { href: "/favourites", name: lang.my_favourites() }
                MenuRow { href: "/history", name: lang.whole_history() }
                MenuRow { href: "/", name: lang.nearby_venues() }
                MenuRow { href: "/privacy", name: lang.privacy() }
            }
            if is_guest {
                if me.is_some() { p { class: "muted", {lang.guest_note()} } }
                if boot().has_passwords() {
                    div { class: "actions",
                        a { class: "btn main", href: "/signup", {lang.keep_account()} }
                        a { class: "btn", href: "/signin", {lang.sign_in()} }
                    }
                } else {
                    p { class: "banner", Icon { name: "warning" } span { {lang.trial_note()} } }
                }
            } else {
                SignOut {}
            }
            if let Some(me) = me { DeleteAccount { me } }
        }
    }
}

/// A way to a page, in a list of such.
#[component]
pub(crate) fn MenuRow(href: String, name: String) -> Element {
    rsx! { li { a { class: "row", href, {name} Icon { name: "next" } } } }
}

#[component]
fn NameForm(me: Me) -> Element {
    let lang = lang();
    let name = use_signal(|| me.name.clone().unwrap_or_default());
    let mut error = use_signal(|| None::<String>);
    let change = use_callback(move |change: ChangeMe| {
        error.set(None);
        spawn(async move {
            match api().change_me(&change).await {
                Ok(me) => {
                    state::became(me);
                    state::show_toast(Toast { head: lang.saved().into(), text: String::new() });
                }
                Err(e) => error.set(Some(lang.client_error(&e))),
            }
        });
    });
    let is_changed = name() != me.name.clone().unwrap_or_default();
    rsx! {
        form {
            class: "form",
            onsubmit: move |event| {
                event.prevent_default();
                change.call(ChangeMe { name: Some(name().trim().to_string()), name_on_screen: None });
            },
            FormError { words: error() }
            Field { id: "name", label: lang.your_name(), kind: "text", autocomplete: "nickname", value: name, hint: lang.name_hint(), maxlength: 40 }
            if is_changed { button { class: "btn", {lang.save()} } }
            label { class: "switch",
                span {
                    {lang.name_on_screen()}
                    br {}
                    span { class: "hint", {lang.name_off_hint()} }
                }
                input {
                    r#type: "checkbox",
                    role: "switch",
                    checked: me.name_on_screen,
                    onchange: move |event| change.call(ChangeMe { name: None, name_on_screen: Some(event.checked()) }),
                }
            }
        }
    }
}

#[component]
fn LanguageField() -> Element {
    let now = lang();
    rsx! {
        div { class: "field",
            label { r#for: "language", {now.language()} }
            select {
                class: "input",
                id: "language",
                onchange: |event| {
                    if let Some(chosen) = Lang::from_tag(&event.value()) {
                        chosen.choose();
                    }
                },
                for other in Lang::ALL {
                    option { key: "{other.tag()}", value: other.tag(), lang: other.tag(), selected: other == now, {other.own_name()} }
                }
            }
        }
    }
}

#[component]
fn SignOut() -> Element {
    let lang = lang();
    let mut error = use_signal(|| None::<String>);
    let out = use_callback(move |everywhere: bool| {
        spawn(async move {
            let answer = if everywhere { api().sign_out_everywhere().await } else { api().sign_out().await };
            match answer {
                Ok(()) => {
                    state::forget_me();
                    state::show_toast(Toast { head: lang.signed_out().into(), text: String::new() });
                }
                Err(e) => error.set(Some(lang.client_error(&e))),
            }
        });
    });
    rsx! {
        FormError { words: error() }
        div { class: "actions",
            button { class: "btn", onclick: move |_| out.call(false), {lang.sign_out()} }
            button { class: "btn warn", onclick: move |_| out.call(true), {lang.sign_out_everywhere()} }
        }
    }
}

/// Deleting the account, in two taps, the second of which knows what is lost.
#[component]
fn DeleteAccount(me: Me) -> Element {
    let lang = lang();
    let mut sure = use_signal(|| false);
    let mut error = use_signal(|| None::<String>);
    let mut paid_left = use_signal(|| false);
    let delete = use_callback(move |paid: Option<PaidCredits>| {
        spawn(async move {
            match api().delete_me(paid).await {
                Ok(()) => {
                    state::forget_me();
                    state::show_toast(Toast { head: lang.deleted().into(), text: String::new() });
                    nav::replace(Route::Me);
                }
                Err(e) => {
                    paid_left.set(e.code() == Some(Code::PaidCreditsLeft));
                    error.set(Some(lang.client_error(&e)));
                }
            }
        });
    });
    rsx! {
        FormError { words: error() }
        if sure() {
            section { class: "banner warn", role: "alert",
                Icon { name: "warning" }
                div { class: "stack-tight",
                    if paid_left() {
                        p { {lang.delete_paid()} }
                    } else {
                        p { {lang.delete_warning(me.credits + me.reserved)} }
                    }
                    p { class: "actions",
                        button { class: "btn", onclick: move |_| sure.set(false), {lang.keep_it()} }
                        if paid_left() {
                            button { class: "btn warn", onclick: move |_| delete.call(Some(PaidCredits::Refund)), {lang.delete_refund()} }
                            button { class: "btn warn", onclick: move |_| delete.call(Some(PaidCredits::Waive)), {lang.delete_waive()} }
                        } else {
                            button { class: "btn warn", onclick: move |_| delete.call(None), {lang.delete_for_good()} }
                        }
                    }
                }
            }
        } else {
            div { class: "actions", button { class: "btn warn", onclick: move |_| sure.set(true), {lang.delete_account()} } }
        }
    }
}

/// What is known of one, in plain words.
#[component]
pub(crate) fn PrivacyPage() -> Element {
    let lang = lang();
    let parts = [
        (lang.privacy_where(), lang.privacy_where_text()),
        (lang.privacy_played(), lang.privacy_played_text()),
        (lang.privacy_name(), lang.privacy_name_text()),
        (lang.privacy_cookie(), lang.privacy_cookie_text()),
        (lang.privacy_leaving(), lang.privacy_leaving_text()),
    ];
    rsx! {
        Page { top: rsx! { NestedTop { title: lang.privacy() } },
            article { class: "prose",
                p { {lang.privacy_intro()} }
                for (head , text) in parts {
                    h2 { {head} }
                    p { {text} }
                }
            }
            if state::me().is_some() {
                p { class: "actions", a { class: "btn warn", href: "/me", {lang.delete_account()} } }
            }
        }
    }
}
