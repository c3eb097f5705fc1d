//! What was bought: how it stands, its receipt, and "What is this charge?".

use crate::{
    patron::state,
    shared::{
        fetch::api,
        format,
        link_out::LinkOut,
        words::{Lang, lang},
    },
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{MyPurchase, Packs},
    purchase::{Dispute, PurchaseState, Refunded},
    time::Timestamp,
};

/// One's purchases, newest first.
#[component]
pub(super) fn Purchases(purchases: Vec<MyPurchase>) -> Element {
    let packs = use_resource(|| async { api().packs().await });
    let seller = Seller::of(packs.read().as_ref().and_then(|packs| packs.as_ref().ok()));
    rsx! {
        section {
            h2 { {lang().purchases()} }
            ul {
                for purchase in purchases {
                    Bought { key: "{purchase.purchase}", purchase, seller: seller.clone() }
                }
            }
        }
    }
}

/// Who sells, and what their payments are called on a statement.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seller {
    name: String,
    statement: Option<String>,
}

impl Seller {
    fn of(packs: Option<&Packs>) -> Seller {
        packs.map(|packs| Seller { name: packs.seller.clone(), statement: packs.statement.clone() }).unwrap_or_default()
    }
}

#[component]
fn Bought(purchase: MyPurchase, seller: Seller) -> Element {
    let lang = lang();
    let (class, words) = standing(lang, &purchase);
    let price = format::money(lang, &purchase.price);
    rsx! {
        li { class: "purchase", id: "purchase-{purchase.purchase}",
            div { class: "split",
                h3 { {lang.pack_name(purchase.credits, purchase.bonus)} }
                span { class: "sum", {price} }
            }
            p { class: "state {class}", {words} }
            if let Some(address) = purchase.checkout_url.clone() {
                p { class: "actions", LinkOut { class: "btn main", href: address, {lang.go_on_paying()} } }
            }
            Charge { purchase: purchase.clone(), seller }
        }
    }
}

/// What a line on the card statement is, and whom to ask.
#[component]
fn Charge(purchase: MyPurchase, seller: Seller) -> Element {
    let lang = lang();
    rsx! {
        details { class: "charge",
            summary { {lang.what_is_this_charge()} }
            dl { class: "facts",
                div { dt { {lang.charge_what()} } dd { {lang.pack_name(purchase.credits, purchase.bonus)} } }
                div { dt { {lang.charge_when()} } dd { {moment(lang, purchase.credited_at.unwrap_or(purchase.created_at))} } }
                div { dt { {lang.charge_amount()} } dd { {format::money(lang, &purchase.price)} } }
                if let Some(room) = &purchase.room {
                    div { dt { {lang.charge_where()} } dd { a { href: "/r/{room}", {room.clone()} } } }
                }
                if !seller.name.is_empty() {
                    div { dt { {lang.charge_seller()} } dd { dir: "auto", {seller.name} } }
                }
                if let Some(statement) = seller.statement {
                    div { dt { {lang.charge_statement()} } dd { {statement} } }
                }
                if let Some(receipt) = &purchase.receipt {
                    div { dt { {lang.claim_code()} } dd { class: "code-text", {receipt.claim_code.clone()} } }
                }
            }
            if let Some(receipt) = &purchase.receipt {
                p { class: "actions", LinkOut { class: "btn", href: receipt.path.clone(), {lang.receipt_n(receipt.number)} } }
            }
            p { class: "hint", {lang.help_note()} }
        }
    }
}

/// The class and the words of how a purchase stands.
pub(super) fn standing(lang: Lang, purchase: &MyPurchase) -> (&'static str, String) {
    match (purchase.dispute, purchase.refunded, purchase.state) {
        (Some(Dispute::Open), ..) => ("bad", lang.state_disputed().into()),
        (Some(Dispute::Lost), ..) => ("bad", lang.state_dispute_lost().into()),
        (_, Refunded::Whole, _) => ("", lang.state_refunded().into()),
        (_, Refunded::Part, _) => ("", lang.state_refunded_part().into()),
        (Some(Dispute::Won), ..) => ("ok", lang.state_dispute_won().into()),
        (.., PurchaseState::Credited) => {
            ("ok", lang.paid_on(&moment(lang, purchase.credited_at.unwrap_or(purchase.created_at))))
        }
        (.., PurchaseState::Paid) => ("wait", lang.state_paid().into()),
        (.., PurchaseState::Failed) => ("bad", lang.state_failed().into()),
        (.., PurchaseState::Expired) => ("", lang.state_expired().into()),
        (.., PurchaseState::Created) => match (&purchase.declined, &purchase.checkout_url) {
            (Some(code), _) => ("bad", lang.state_declined(code)),
            (None, Some(_)) => ("wait", lang.state_open().into()),
            (None, None) => ("wait", lang.state_waiting().into()),
        },
    }
}

/// `Friday, 27 March, 21:04`
pub(super) fn moment(lang: Lang, at: Timestamp) -> String {
    let zone = state::zone();
    format!("{}, {}", format::day(lang, at, &zone), format::time(lang, at, &zone))
}
