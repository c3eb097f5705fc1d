//! The page that the card page leads back to. It works signed out, as in the browser that a bank's app opens: the address
//! itself shows the purchase, and reading it makes the server ask the provider at once.

use super::{buy, purchases::moment};
use crate::{
    patron::{
        chrome::Page,
        find::{Bones, Failed},
        route::Route,
        state::{WHO, Who},
    },
    shared::{
        clock,
        fetch::api,
        format,
        icons::Icon,
        link_out::LinkOut,
        words::{Lang, lang},
    },
};
use dioxus::prelude::*;
use gloo_timers::future::TimeoutFuture;
use jukeline_app::{
    api::{Code, MyPurchase, ReceiptBrief},
    client::ClientError,
    purchase::PurchaseState,
    time::MINUTE,
};

/// Between two looks, in milliseconds.
const LOOK_MS: u32 = 1_500;
/// How long the page looks by itself, in milliseconds.
const LOOKS_FOR_MS: i64 = 2 * MINUTE;

/// How long "paid" can be read before the page leads back, in milliseconds: receipt and code are in the wallet too.
const READ_MS: u32 = 3_000;

/// What is known of the purchase.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Asking,
    Known(Box<MyPurchase>),
    NoSuch,
    Unreachable(ClientError),
}

/// The page.
#[component]
pub(super) fn PaidPage(token: String) -> Element {
    let lang = lang();
    let mut seen = use_signal(|| Seen::Asking);
    let mut waits = use_signal(|| true);
    let mut task = use_signal(|| None::<dioxus::core::Task>);
    let look = use_callback(move |()| {
        if let Some(running) = task.take() {
            running.cancel();
        }
        waits.set(true);
        let token = token.clone();
        task.set(Some(spawn(async move {
            let until = clock::now().plus(LOOKS_FOR_MS);
            loop {
                let now = look_once(&token, &seen.peek().clone()).await;
                let is_settled = is_settled(&now);
                seen.set(now);
                if is_settled || clock::now() > until {
                    break;
                }
                TimeoutFuture::new(LOOK_MS).await;
            }
            waits.set(false);
        })));
    });
    use_hook(|| look.call(()));
    let top = rsx! { header { class: "top", h1 { {lang.your_purchase()} } } };
    rsx! {
        Page { top,
            match seen() {
                Seen::Asking => rsx! { Bones {} },
                Seen::Unreachable(error) => rsx! { Failed { error, again: move |()| look.call(()) } },
                Seen::NoSuch => rsx! {
                    section { class: "empty",
                        h2 { {lang.no_such_purchase()} }
                        p { class: "muted", {lang.no_such_purchase_hint()} }
                        a { class: "btn main", href: "/wallet", {lang.to_the_wallet()} }
                    }
                },
                Seen::Known(purchase) => rsx! {
                    Outcome { purchase: *purchase, waits: waits(), again: move |()| look.call(()) }
                },
            }
        }
    }
}

/// Looks; a lost answer changes nothing that is known.
async fn look_once(token: &str, before: &Seen) -> Seen {
    match api().purchase_by_token(token).await {
        Ok(purchase) => Seen::Known(Box::new(purchase)),
        Err(error) if error.code() == Some(Code::NotFound) => Seen::NoSuch,
        Err(_) if matches!(before, Seen::Known(_)) => before.clone(),
        Err(error) => Seen::Unreachable(error),
    }
}

/// Whether looking again would bring nothing new by itself.
fn is_settled(seen: &Seen) -> bool {
    match seen {
        Seen::NoSuch => true,
        Seen::Known(purchase) => match purchase.state {
            PurchaseState::Credited | PurchaseState::Failed | PurchaseState::Expired => true,
            PurchaseState::Created => was_left() || purchase.declined.is_some(),
            PurchaseState::Paid => false,
        },
        Seen::Asking | Seen::Unreachable(_) => false,
    }
}

/// The person left the card page by its own way back.
fn was_left() -> bool {
    web_sys::window().and_then(|w| w.location().search().ok()).is_some_and(|query| query.contains("left=1"))
}

#[component]
fn Outcome(purchase: MyPurchase, waits: bool, again: EventHandler<()>) -> Element {
    let lang = lang();
    match (purchase.state, &purchase.declined) {
        (PurchaseState::Credited, _) => rsx! { Paid { purchase } },
        (PurchaseState::Failed, _) => {
            rsx! { Unpaid { head: lang.failed_title(), text: lang.nothing_charged(), purchase } }
        }
        (PurchaseState::Expired, _) => {
            rsx! { Unpaid { head: lang.expired_title(), text: lang.nothing_charged(), purchase } }
        }
        (PurchaseState::Created, Some(code)) => {
            let text = format!("{}. {}", capital(lang.declined_why(code)), lang.nothing_charged());
            rsx! { Unpaid { head: lang.declined_title(), text, purchase } }
        }
        (PurchaseState::Created, None) if was_left() => {
            rsx! { Unpaid { head: lang.left_title(), text: lang.left_text(), purchase } }
        }
        (PurchaseState::Created | PurchaseState::Paid, _) => rsx! { Waiting { purchase, waits, again } },
    }
}

/// With a capital, as a sentence begins.
fn capital(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// The sheet that the purchase began at, in this browser.
fn sheet_of(purchase: &MyPurchase) -> Option<String> {
    let begun = buy::begun().filter(|begun| begun.purchase == purchase.purchase)?;
    Some(Route::Song(begun.room?, begun.song?).path())
}

/// The credits are there. Who came from a song's sheet is led back to it: it waits for one tap.
#[component]
fn Paid(purchase: MyPurchase) -> Element {
    let lang = lang();
    let sheet = sheet_of(&purchase);
    let leads_back = sheet.is_some();
    use_hook(|| {
        spawn(async move {
            let Some(sheet) = sheet else { return };
            TimeoutFuture::new(READ_MS).await;
            if let Some(window) = web_sys::window() {
                let _ = window.location().replace(&sheet);
            }
        })
    });
    let all = purchase.credits + purchase.bonus;
    let at = moment(lang, purchase.credited_at.unwrap_or(purchase.created_at));
    let price = format::money(lang, &purchase.price);
    rsx! {
        section { class: "accepted", role: "status",
            Icon { name: "check" }
            h2 { {lang.paid_and_yours(all)} }
            p { class: "muted", "{lang.bought_for(&price)}. {at}" }
            if leads_back { p { {lang.leading_back()} } }
        }
        WayBack { purchase: purchase.clone(), main: true }
        if let Some(receipt) = purchase.receipt.clone() { Receipt { receipt } }
    }
}

#[component]
fn Receipt(receipt: ReceiptBrief) -> Element {
    let lang = lang();
    rsx! {
        section { class: "stack",
            div { class: "stack-tight",
                p { class: "code-text large", {receipt.claim_code.clone()} }
                p { class: "hint", {lang.keep_code()} }
            }
            p { class: "actions", LinkOut { class: "btn", href: receipt.path.clone(), {lang.receipt_n(receipt.number)} } }
        }
    }
}

/// Nothing was charged; what can be done.
#[component]
fn Unpaid(head: String, text: String, purchase: MyPurchase) -> Element {
    let lang = lang();
    let again = purchase.checkout_url.clone();
    let is_open = again.is_some();
    rsx! {
        section { class: "stack", role: "status",
            h2 { {head} }
            p { {text} }
        }
        if let Some(address) = again {
            LinkOut { class: "btn main wide", href: address, {again_words(lang, &purchase)} }
        }
        WayBack { purchase, main: !is_open }
    }
}

fn again_words(lang: Lang, purchase: &MyPurchase) -> &'static str {
    if purchase.declined.is_some() { lang.try_again() } else { lang.go_on_paying() }
}

/// The provider has not said yet whether it is paid.
#[component]
fn Waiting(purchase: MyPurchase, waits: bool, again: EventHandler<()>) -> Element {
    let lang = lang();
    rsx! {
        section { class: "stack", role: "status",
            h2 { if purchase.state == PurchaseState::Paid { {lang.paid_title()} } else { {lang.waiting_title()} } }
            if waits {
                p { class: "state wait", {lang.state_waiting()} }
                p { {lang.waiting_text()} }
            } else {
                p { {lang.waiting_long()} }
            }
        }
        if !waits { button { class: "btn main wide", onclick: move |_| again.call(()), {lang.look_again()} } }
        WayBack { purchase, main: false }
    }
}

/// Back to where it began: the song's sheet, the room, the wallet.
#[component]
fn WayBack(purchase: MyPurchase, main: bool) -> Element {
    let lang = lang();
    let id = purchase.purchase;
    let who = WHO();
    let is_mine = use_resource(use_reactive!(|who| async move {
        matches!(who, Who::Somebody(_)) && api().purchase(id).await.is_ok()
    }));
    let knows_one = !matches!(WHO(), Who::Unknown);
    let is_elsewhere = knows_one && is_mine() == Some(false);
    let class = if main && !is_elsewhere { "btn main wide" } else { "btn wide" };
    if is_elsewhere {
        return rsx! {
            section { class: "banner",
                Icon { name: "phone" }
                div { class: "stack-tight",
                    h2 { {lang.elsewhere_title()} }
                    if purchase.state == PurchaseState::Credited { p { {lang.elsewhere_text()} } }
                }
            }
            a { class, href: "/wallet", {lang.to_the_wallet()} }
        };
    }
    let (path, words) = match (sheet_of(&purchase), purchase.room) {
        (Some(sheet), _) => (sheet, lang.back_to_song()),
        (None, Some(room)) => (Route::Room(room).path(), lang.back_to_room()),
        (None, None) => ("/wallet".into(), lang.to_the_wallet()),
    };
    rsx! { a { class, href: path, {words} } }
}
