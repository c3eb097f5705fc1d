//! Signing in and up, and lost passwords.

use super::{
    chrome::{NestedTop, Page},
    form::{Field, FormError},
    in_app::InApp,
    nav,
    route::Route,
    state::{self, Toast},
};
use crate::shared::{boot::boot, fetch::api, icons::Icon, platform, words::lang};
use dioxus::prelude::*;
use jukeline_app::{
    account::{check_password, fold_email},
    api::{AddressAndPassword, Code, ForgotPassword, Problem, ResetPassword},
};

/// Signing in.
#[component]
pub(crate) fn SignInPage() -> Element {
    let lang = lang();
    rsx! {
        Page { top: rsx! { NestedTop { title: lang.sign_in() } },
            AddressForm { is_new: false, submit: lang.sign_in() }
            p { class: "split",
                a { href: "/forgot", {lang.lost_password()} }
                a { href: "/signup", {lang.make_account()} }
            }
        }
    }
}

/// Keeping what the guest has.
#[component]
pub(crate) fn SignUpPage() -> Element {
    let lang = lang();
    let credits = state::me().map_or(0, |me| me.credits);
    rsx! {
        Page { top: rsx! { NestedTop { title: lang.keep_credits() } },
            InApp {}
            p { class: "muted", {lang.credits_move_along(credits)} }
            AddressForm { is_new: true, submit: lang.keep_account() }
            p { {lang.have_account()} " " a { href: "/signin", {lang.sign_in()} } }
        }
    }
}

#[component]
fn AddressForm(is_new: bool, submit: &'static str) -> Element {
    let lang = lang();
    let email = use_signal(String::new);
    let password = use_signal(String::new);
    let mut error = use_signal(|| None::<String>);
    let mut busy = use_signal(|| false);
    let send = move |event: FormEvent| {
        event.prevent_default();
        let who = AddressAndPassword { email: email(), password: password(), credential: platform::credential() };
        if let Some(words) = wrong(&who, is_new) {
            return error.set(Some(words));
        }
        busy.set(true);
        error.set(None);
        spawn(async move {
            let answer = if is_new { api().sign_up(&who).await } else { api().sign_in(&who).await };
            busy.set(false);
            match answer {
                Ok(started) => {
                    state::became(started.me);
                    state::refresh_mine().await;
                    nav::replace(Route::Me);
                }
                Err(e) => error.set(Some(lang.client_error(&e))),
            }
        });
    };
    if !boot().has_passwords() {
        return rsx! { p { class: "banner", Icon { name: "warning" } span { {lang.trial_note()} } } };
    }
    let (kind_of_password, hint) =
        if is_new { ("new-password", lang.password_hint()) } else { ("current-password", "") };
    rsx! {
        form { class: "form", onsubmit: send, novalidate: true,
            FormError { words: error() }
            Field { id: "email", label: lang.e_mail(), kind: "email", autocomplete: "username", value: email }
            Field {
                id: "password",
                label: lang.password(),
                kind: "password",
                autocomplete: kind_of_password,
                value: password,
                hint,
            }
            button { class: "btn main wide", aria_busy: busy(), disabled: busy(), {submit} }
        }
    }
}

/// What can be told before asking the server.
fn wrong(who: &AddressAndPassword, is_new: bool) -> Option<String> {
    if fold_email(&who.email).is_none() {
        return Some(lang().email_invalid().into());
    }
    (is_new && check_password(&who.password, &who.email).is_err())
        .then(|| lang().problem(&Problem::new(Code::WeakPassword)))
}

/// A lost password.
#[component]
pub(crate) fn ForgotPage() -> Element {
    let lang = lang();
    let email = use_signal(String::new);
    let mut error = use_signal(|| None::<String>);
    let mut sent = use_signal(|| false);
    let send = move |event: FormEvent| {
        event.prevent_default();
        if fold_email(&email.read()).is_none() {
            return error.set(Some(lang.email_invalid().into()));
        }
        error.set(None);
        spawn(async move {
            match api().forgot_password(&ForgotPassword { email: email() }).await {
                Ok(()) => sent.set(true),
                Err(e) => error.set(Some(lang.client_error(&e))),
            }
        });
    };
    rsx! {
        Page { top: rsx! { NestedTop { title: lang.lost_password() } },
            if sent() {
                p { class: "banner ok", role: "status", Icon { name: "check" } span { {lang.forgot_sent()} } }
            } else {
                form { class: "form", onsubmit: send, novalidate: true,
                    FormError { words: error() }
                    Field { id: "email", label: lang.e_mail(), kind: "email", autocomplete: "username", value: email, hint: lang.forgot_hint() }
                    button { class: "btn main wide", {lang.send_link()} }
                }
            }
            p { class: "muted", {lang.no_mail_here()} " " a { href: "/reset", {lang.have_code()} } }
        }
    }
}

/// A new password by a one-time code.
#[component]
pub(crate) fn ResetPage(code: String) -> Element {
    let lang = lang();
    let needs_code = code.is_empty();
    let typed = use_signal(move || code);
    let password = use_signal(String::new);
    let mut error = use_signal(|| None::<String>);
    let send = move |event: FormEvent| {
        event.prevent_default();
        if check_password(&password.read(), "").is_err() {
            return error.set(Some(lang.problem(&Problem::new(Code::WeakPassword))));
        }
        error.set(None);
        spawn(async move {
            let reset = ResetPassword { code: typed().trim().to_string(), password: password() };
            match api().reset_password(&reset).await {
                Ok(()) => {
                    state::refresh_all().await;
                    state::show_toast(Toast { head: lang.saved().into(), text: String::new() });
                    nav::replace(if state::me().is_some_and(|me| !me.guest) { Route::Me } else { Route::SignIn });
                }
                Err(e) => error.set(Some(lang.client_error(&e))),
            }
        });
    };
    rsx! {
        Page { top: rsx! { NestedTop { title: lang.new_password_title() } },
            form { class: "form", onsubmit: send, novalidate: true,
                FormError { words: error() }
                if needs_code {
                    Field { id: "code", label: lang.one_time_code(), kind: "text", autocomplete: "one-time-code", value: typed }
                }
                Field {
                    id: "password",
                    label: lang.new_password(),
                    kind: "password",
                    autocomplete: "new-password",
                    value: password,
                    hint: lang.new_password_hint(),
                }
                button { class: "btn main wide", {lang.set_and_sign_in()} }
            }
        }
    }
}
