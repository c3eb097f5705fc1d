//! The wallet's page.

use super::{
    buy::Packs,
    code::CodeForm,
    desk::{self, Desk, NEWS},
    install::Install,
    purchases::Purchases,
    story::Story,
};
use crate::{
    patron::{
        chrome::Page,
        find::{Bones, Failed},
        state::{self, ROOM, WHO, Who},
    },
    shared::{boot::boot, clock, format, icons::Icon, words::lang},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{Expiring, Wallet},
    time::MINUTE,
};

/// Bonus credits that expire within this are worth a word, in milliseconds: a week.
const SOON_MS: i64 = 7 * 24 * 60 * MINUTE;

/// The page.
#[component]
pub(super) fn WalletPage() -> Element {
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
                Who::Nobody | Who::Somebody(_) => rsx! { Mine {} },
            }
        }
    }
}

#[component]
fn NothingYet() -> Element {
    let lang = lang();
    rsx! {
        section { class: "empty",
            h2 { {lang.no_credits_yet()} }
            p { class: "muted", {lang.no_credits_yet_hint()} }
        }
    }
}

/// What one has, and what one can do about it. Buying makes a guest of nobody: shop and form stay while that happens.
#[component]
fn Mine() -> Element {
    let lang = lang();
    let of = (NEWS(), state::me().map(|me| me.account));
    let mut desk = use_resource(use_reactive!(|of| async move {
        match of {
            (_, Some(_)) => desk::read().await,
            (_, None) => Ok(Desk::empty()),
        }
    }));
    let value = desk.read();
    let has_some = matches!(value.as_ref(), Some(Ok(desk)) if desk.wallet.available > 0);
    rsx! {
        match value.as_ref() {
            None => rsx! { p { class: "balance", aria_busy: true, span { class: "bone line" } } },
            Some(Err(error)) => rsx! { Failed { error: error.clone(), again: move |()| desk.restart() } },
            Some(Ok(desk)) => rsx! { Balance { wallet: desk.wallet.clone() } },
        }
        Shop {}
        CodeForm {}
        if has_some && boot().has_passwords() && state::me().is_some_and(|me| me.guest) {
            a { class: "btn wide", href: "/signup", {lang.keep_credits()} }
        }
        if let Some(Ok(Desk { wallet, purchases, plays })) = value.as_ref() {
            if !purchases.is_empty() { Purchases { purchases: purchases.clone() } }
            if wallet.story.is_empty() {
                NothingYet {}
            } else {
                Story { story: wallet.story.clone(), purchases: purchases.clone(), plays: plays.clone() }
            }
        }
        Install {}
    }
}

/// What is there: to spend, set aside, about to expire, owed.
#[component]
fn Balance(wallet: Wallet) -> Element {
    let lang = lang();
    rsx! {
        section { class: "stack-tight", role: "status",
            p { class: "balance", "{wallet.available} " small { {credits_word(wallet.available)} } }
            if wallet.reserved > 0 { p { class: "muted", {lang.and_set_aside(wallet.reserved)} } }
            for expiring in wallet.expiring.iter() {
                if !is_soon(expiring) { p { class: "muted", {lang.expire_on(expiring.credits, &format::day(lang, expiring.at, &state::zone()))} } }
            }
        }
        for expiring in wallet.expiring.iter() {
            if is_soon(expiring) {
                p { class: "banner", Icon { name: "history" }
                    span { strong { {lang.expire_soon(expiring.credits, &day(expiring))} } " " {lang.spent_first()} }
                }
            }
        }
        if wallet.owed > 0 {
            section { class: "banner warn", role: "alert",
                Icon { name: "warning" }
                div { class: "stack-tight",
                    h2 { {lang.owed_title()} }
                    p { {lang.owed(wallet.owed)} }
                    p { class: "muted", {lang.owed_how()} }
                }
            }
        }
    }
}

fn is_soon(expiring: &Expiring) -> bool {
    expiring.at.since(clock::now()) < SOON_MS
}

fn day(expiring: &Expiring) -> String {
    let zone = state::zone();
    format!("{}, {}", format::day(lang(), expiring.at, &zone), format::time(lang(), expiring.at, &zone))
}

/// The word alone, for beside a large figure.
fn credits_word(n: i64) -> String {
    lang().credits(n).split_once(' ').map(|(_, word)| word.to_string()).unwrap_or_default()
}

/// What is on sale; where songs are free, that nothing needs to be bought.
#[component]
fn Shop() -> Element {
    let lang = lang();
    let room = ROOM.read();
    let info = room.as_ref().map(|room| &room.info);
    let song = use_hook(super::song);
    if let Some(info) = info.filter(|info| info.price == 0 && info.sooner_price.is_none()) {
        let words = lang.free_here(&info.venue_name, i64::from(info.free_per_hour));
        return rsx! { p { class: "banner ok", Icon { name: "check" } span { {words} } } };
    }
    rsx! {
        section { class: "stack",
            h2 { {lang.buy_credits()} }
            if song.is_some() { p { class: "muted", {lang.then_back_to_song()} } }
            Packs { room: state::last_room(), song }
        }
    }
}
