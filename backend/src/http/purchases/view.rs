//! A purchase as whoever made it sees it.

use super::tokens;
use crate::{context::Context, store::purchases::Purchase};
use jukeline_app::{
    api::{MyPurchase, Price, ReceiptBrief},
    money::Currency,
    purchase::{PurchaseState, Refunded},
};

/// An amount in minor units.
pub(crate) fn price(minor: i64, code: &str) -> Price {
    let decimals = Currency::from_code(code).map_or(2, Currency::decimals);
    Price { minor, currency: code.to_owned(), decimals }
}

/// What the provider's page and the receipt call it.
pub(crate) fn title(purchase: &Purchase) -> String {
    match purchase.bonus {
        0 => format!("{} jukebox credits", purchase.credits),
        bonus => format!("{} jukebox credits + {bonus} bonus", purchase.credits),
    }
}

pub(super) fn purchase(context: &Context, purchase: &Purchase) -> MyPurchase {
    let open = purchase.done.state == PurchaseState::Created && !purchase.known.paid;
    let from = purchase.credited_at;
    MyPurchase {
        purchase: purchase.id,
        state: purchase.done.state,
        price: price(purchase.price_minor, &purchase.currency),
        credits: purchase.credits,
        bonus: purchase.bonus,
        bonus_until: from.zip(purchase.bonus_ms).filter(|_| purchase.bonus > 0).map(|(at, ms)| at.plus(ms)),
        checkout_url: purchase.checkout_url.clone().filter(|_| open),
        declined: purchase.declined.clone().filter(|_| !purchase.known.paid),
        room: purchase.room.clone(),
        refunded: Refunded::of(purchase.done.refunded, purchase.price_minor),
        dispute: purchase.done.dispute,
        receipt: purchase.receipt.map(|number| ReceiptBrief {
            number,
            path: format!("/receipts/{}", tokens::token(&context.secrets, purchase.id)),
            claim_code: tokens::grouped(&tokens::claim_code(&context.secrets, purchase.id)),
        }),
        created_at: purchase.created_at,
        credited_at: purchase.credited_at,
    }
}
