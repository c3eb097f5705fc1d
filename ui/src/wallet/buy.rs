//! What is on sale, with one button a pack that leads to the card page. One purchase has one id until its page is open, so
//! that neither a double click nor a lost answer begins a second one.

use crate::{
    patron::{
        find::Failed,
        in_app::InApp,
        state::{self, WHO, Who},
    },
    shared::{
        clock,
        fetch::api,
        format,
        icons::Icon,
        lean,
        listen::Listener,
        platform, storage,
        words::{Lang, lang},
    },
};
use dioxus::prelude::*;
use futures_channel::mpsc::unbounded;
use futures_util::StreamExt;
use jukeline_app::{
    api::{BuyPack, Code, Pack, Problem},
    client::ClientError,
    id::{PurchaseId, SongId},
    time::{MINUTE, Timestamp},
};
use serde::{Deserialize, Serialize};

/// Where the purchase that was begun last is kept.
const KEY: &str = "jukeline.buying";
/// A card page younger than this is opened again rather than a second one, in milliseconds.
const SAME_PAGE_MS: i64 = 25 * MINUTE;

/// A purchase that was begun on this device, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    /// The purchase.
    pub purchase: PurchaseId,
    /// Of which pack.
    pub pack: String,
    /// At which price, in minor units.
    pub minor: i64,
    /// In which room.
    pub room: Option<String>,
    /// At whose sheet.
    pub song: Option<SongId>,
    /// When.
    pub at: Timestamp,
}

/// The purchase that was begun last on this device.
pub(super) fn begun() -> Option<Begun> {
    lean::from_str(&storage::get(KEY)?).ok()
}

/// The packs; `song` is where the person comes back to, in `room`.
#[component]
pub(super) fn Packs(room: Option<String>, song: Option<SongId>) -> Element {
    let lang = lang();
    let mut packs = use_resource(|| async { api().packs().await });
    let mut busy = use_signal(|| None::<String>);
    let mut error = use_signal(|| None::<String>);
    use_hook(|| {
        spawn(async move {
            // Back from the card page the browser shows this page as it was left.
            let (shown, mut again) = unbounded();
            let _listener = Listener::on_window("pageshow", move |_| drop(shown.unbounded_send(())));
            while again.next().await.is_some() {
                busy.set(None);
            }
        })
    });
    let zone = state::zone();
    let value = packs.read();
    let on_sale = match value.as_ref() {
        None => {
            return rsx! {
                ul { class: "packs", aria_busy: true,
                    for n in 0..3 { li { key: "{n}", span { class: "btn priced bone", aria_disabled: true } } }
                }
            };
        }
        Some(Err(error)) => return rsx! { Failed { error: error.clone(), again: move |()| packs.restart() } },
        Some(Ok(on_sale)) if on_sale.packs.is_empty() => {
            return rsx! {
                p { class: "banner", Icon { name: "wallet" } span { {lang.ask_staff()} } }
            };
        }
        Some(Ok(on_sale)) => on_sale,
    };
    let main = on_sale.packs.iter().position(|pack| pack.best_value).unwrap_or(0);
    let buy = use_callback(move |pack: Pack| {
        if busy.peek().is_some() {
            return;
        }
        busy.set(Some(pack.pack.clone()));
        error.set(None);
        let (room, song) = (room.clone(), song);
        spawn(async move {
            match card_page(&pack, room, song).await {
                Ok(address) => platform::leave_for(&address),
                Err(failed) => {
                    busy.set(None);
                    error.set(Some(charge_first(lang, &failed)));
                }
            }
        });
    });
    rsx! {
        InApp {}
        if let Some(words) = error() {
            p { class: "banner warn", role: "alert", Icon { name: "warning" } span { {words} } }
        }
        ul { class: "packs", aria_label: lang.buy_credits(),
            for (n , pack) in on_sale.packs.iter().cloned().enumerate() {
                li { key: "{pack.pack}",
                    button {
                        class: if n == main { "btn main priced" } else { "btn priced" },
                        disabled: busy().is_some(),
                        aria_busy: busy().as_ref() == Some(&pack.pack),
                        onclick: {
                            let pack = pack.clone();
                            move |_| buy.call(pack.clone())
                        },
                        span {
                            {lang.buy_n(pack.credits)}
                            for line in extras(lang, &pack, &zone) { small { {line} } }
                        }
                        span { {format::money(lang, &pack.price)} }
                    }
                }
            }
        }
        if busy().is_some() { p { class: "promise", role: "status", {lang.opening_card_page()} } }
        else if on_sale.sandbox { p { class: "promise", {lang.sandbox_note()} } }
        else { p { class: "promise", {lang.paid_by_card()} } }
    }
}

/// What makes a pack more than its credits.
fn extras(lang: Lang, pack: &Pack, zone: &str) -> Vec<String> {
    let until = pack.bonus_until.map(|at| format::day(lang, at, zone));
    let bonus = (pack.bonus > 0).then(|| lang.bonus_on_top(pack.bonus, until.as_deref()));
    bonus.into_iter().chain(pack.best_value.then(|| lang.best_value().to_string())).collect()
}

/// The address of the card page.
async fn card_page(pack: &Pack, room: Option<String>, song: Option<SongId>) -> Result<String, ClientError> {
    if *WHO.peek() == Who::Unknown {
        state::refresh_me().await;
    }
    state::be_somebody().await?;
    let now = clock::now();
    let is_same = |old: &Begun| {
        (old.pack.as_str(), old.minor, &old.room) == (pack.pack.as_str(), pack.price.minor, &room)
            && now.since(old.at) < SAME_PAGE_MS
    };
    if let Some(old) = begun().filter(is_same) {
        let again = Begun { song, ..old };
        match open(&again).await {
            Ok(Some(address)) => return Ok(address),
            // It is over one way or another, or somebody else's: this is a new purchase.
            Ok(None) => {}
            Err(error) if error.code() == Some(Code::IdInUse) => {}
            Err(error) => return Err(error),
        }
    }
    let purchase = PurchaseId(uuid::Uuid::now_v7());
    let fresh = Begun { purchase, pack: pack.pack.clone(), minor: pack.price.minor, room, song, at: now };
    open(&fresh).await?.ok_or_else(|| ClientError::Problem(Problem::new(Code::ProviderUnavailable)))
}

/// Begins the purchase, or finds it again; no address where there is nothing to pay any more.
async fn open(begun: &Begun) -> Result<Option<String>, ClientError> {
    if let Ok(text) = serde_json::to_string(begun) {
        storage::set(KEY, &text);
    }
    let buy = BuyPack { purchase: begun.purchase, pack: begun.pack.clone(), room: begun.room.clone() };
    Ok(api().buy(&buy).await?.checkout_url)
}

/// What to say where buying failed: the money first.
fn charge_first(lang: Lang, error: &ClientError) -> String {
    let words = lang.client_error(error);
    if error.code() == Some(Code::ProviderUnavailable) { words } else { format!("{} {words}", lang.nothing_charged()) }
}
