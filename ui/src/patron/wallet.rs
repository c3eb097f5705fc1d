//! One's credits, and the story of each.

use super::{
    chrome::Page,
    find::{Bones, Failed},
    in_app::InApp,
    state::{self, WHO, Who},
};
use crate::shared::{boot::boot, fetch::api, format, icons::Icon, words::lang};
use dioxus::prelude::*;
use jukeline_app::api::{Wallet, WalletEvent, WalletLine};

/// The page.
#[component]
pub(crate) fn WalletPage() -> Element {
    let lang = lang();
    let top = rsx! {
        header { class: "top",
            h1 { {lang.wallet()} }
            a { class: "btn round", href: "/me", aria_label: lang.you(), Icon { name: "person" } }
        }
    };
    rsx! {
        Page { top,
            match WHO() {
                Who::Unknown => rsx! { Bones {} },
                Who::Nobody => rsx! { Empty {} },
                Who::Somebody(_) => rsx! { Story {} },
            }
        }
    }
}

#[component]
fn Empty() -> Element {
    let lang = lang();
    rsx! {
        section { class: "stack-tight", p { class: "balance", "0 " small { {credits_word(0)} } } }
        section { class: "empty",
            h2 { {lang.no_credits_yet()} }
            p { class: "muted", {lang.no_credits_yet_hint()} }
            p { class: "muted", {lang.ask_staff()} }
        }
    }
}

#[component]
fn Story() -> Element {
    let lang = lang();
    // Read again whenever what can be spent has changed.
    let balance = state::me().map(|me| (me.credits, me.reserved));
    let mut wallet = use_resource(use_reactive!(|balance| async move {
        let _ = balance;
        api().wallet().await
    }));
    let value = wallet.read();
    match value.as_ref() {
        None => rsx! { Bones {} },
        Some(Err(error)) => rsx! { Failed { error: error.clone(), again: move |()| wallet.restart() } },
        Some(Ok(wallet)) if wallet.story.is_empty() => rsx! { Empty {} },
        Some(Ok(wallet)) => rsx! {
            Balance { wallet: wallet.clone() }
            if wallet.available > 0 && state::me().is_some_and(|me| me.guest) { InApp {} }
            p { class: "banner", Icon { name: "wallet" } span { {lang.ask_staff()} } }
            if boot().has_passwords() && state::me().is_some_and(|me| me.guest) {
                a { class: "btn wide", href: "/signup", {lang.keep_credits()} }
            }
            section {
                h2 { {lang.what_became()} }
                ul {
                    for (n , line) in wallet.story.iter().enumerate() {
                        Line { key: "{n}", line: line.clone() }
                    }
                }
            }
        },
    }
}

#[component]
fn Balance(wallet: Wallet) -> Element {
    rsx! {
        section { class: "stack-tight",
            p { class: "balance", "{wallet.available} " small { {credits_word(wallet.available)} } }
            if wallet.reserved > 0 { p { class: "muted", {lang().and_set_aside(wallet.reserved)} } }
        }
    }
}

/// The word alone, for beside a large figure.
fn credits_word(n: i64) -> String {
    lang().credits(n).split_once(' ').map(|(_, word)| word.to_string()).unwrap_or_default()
}

#[component]
fn Line(line: WalletLine) -> Element {
    let lang = lang();
    let zone = state::zone();
    let (head, what) = lang.wallet_line(&line);
    let (sign, class) = match line.what {
        WalletEvent::Received { .. } | WalletEvent::Released => ("+", "sum plus"),
        WalletEvent::Reserved | WalletEvent::Refunded | WalletEvent::ClawedBack | WalletEvent::Expired => ("−", "sum"),
        // Set aside before: paying it takes nothing more.
        WalletEvent::Captured => ("", "sum"),
    };
    let at = format!("{}, {}", format::day(lang, line.at, &zone), format::time(lang, line.at, &zone));
    rsx! {
        li { class: "row",
            div { class: "row-text",
                p { class: "row-title clamp", dir: "auto", {head} }
                p { class: "row-sub", "{what}. {at}" }
            }
            span { class, "{sign}{line.amount}" }
        }
    }
}
