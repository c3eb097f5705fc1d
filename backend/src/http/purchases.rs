//! Buying credits: packs, purchases, the page that people come back to, and the provider's webhook.

mod refunds;
pub mod tokens;
pub(crate) mod view;
mod webhook;

use super::{
    extract::{Json, Path},
    identity::Session,
    limits::{self, Limit},
    problem::{Answer, ApiProblem},
    shared::Shared,
};
use crate::{
    context::Context,
    crash,
    payments::{Gateway, NewCheckout, PaymentError, sweep},
    secret,
    store::purchases::{self, NewPurchase, Purchase, receipts},
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use jukeline_app::{
    api::{BuyPack, Code, MyPurchase, MyPurchases, Pack, Packs},
    id::PurchaseId,
    packs::{PackOffer, best_value},
    purchase::PurchaseState,
    time::{MINUTE, Timestamp},
};

/// How long a provider's page stays open: Stripe's shortest is 30 minutes, counted when it gets there.
const PAGE_MS: i64 = 35 * MINUTE;
/// Purchases shown at a time.
const SHOWN: i64 = 50;
/// Milliseconds in a day.
const DAY_MS: i64 = 24 * 60 * MINUTE;
/// Asking the provider because somebody waits for one purchase.
const ASKS: Limit = Limit { name: "purchase-asks", most: 60, seconds: 60 };

/// `/api/packs`, `/api/purchases` and the webhook.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/packs", get(packs))
        .route("/api/purchases", get(mine).post(buy))
        .route("/api/purchases/{purchase}", get(one))
        .route("/api/purchases/{purchase}/refunds", post(refunds::refund))
        .route("/api/purchases/by-token/{token}", get(by_token))
        .route("/api/payments/webhook", post(webhook::take))
}

async fn packs(State(context): State<Context>) -> Answer<Json<Packs>> {
    let now = context.store.now().await?;
    let offers = context.config.payments.offers();
    let best = best_value(&offers);
    let packs = offers.iter().enumerate().map(|(i, offer)| pack(offer, best == Some(i), now)).collect();
    let sandbox = context.payments.as_ref().is_some_and(|gateway| gateway.name() == "sandbox");
    let payments = &context.config.payments;
    Ok(Json(Packs { packs, sandbox, seller: payments.seller.clone(), statement: payments.statement.clone() }))
}

fn pack(offer: &PackOffer, best_value: bool, now: Timestamp) -> Pack {
    Pack {
        pack: offer.id.clone(),
        price: view::price(offer.price.minor, offer.price.currency.code()),
        credits: offer.credits,
        bonus: offer.bonus,
        bonus_until: bonus_ms(offer).filter(|_| offer.bonus > 0).map(|ms| now.plus(ms)),
        best_value,
    }
}

fn bonus_ms(offer: &PackOffer) -> Option<i64> {
    offer.bonus_days.map(|days| i64::from(days) * DAY_MS)
}

/// Begins a purchase and opens the provider's page for it. The same id again gives the same page: a double click, or a
/// phone that lost the answer, is charged once at the most.
async fn buy(
    State(context): State<Context>,
    shared: Shared,
    session: Session,
    Json(buy): Json<BuyPack>,
) -> Answer<(StatusCode, Json<MyPurchase>)> {
    let gateway = context.payments.clone().ok_or(ApiProblem::from(Code::NotOnSale))?;
    if let Some(room) = &buy.room
        && !jukeline_app::venue::is_room_name(room)
    {
        return Err(ApiProblem::invalid("room", "a room's name"));
    }
    let stands = match purchases::find(&context.store, buy.purchase).await? {
        Some(stands) => stands,
        None => {
            let who = session.account.to_string();
            shared.limits.count(limits::PURCHASES, &who).map_err(ApiProblem::slow_down)?;
            let begun = begin(&context, &gateway, &session, &buy).await?;
            crash::point("purchase-begun");
            begun
        }
    };
    if stands.account != session.account || stands.pack != buy.pack {
        return Err(Code::IdInUse.into());
    }
    let opened = if stands.checkout.is_none() && stands.done.state == PurchaseState::Created {
        open_page(&context, &gateway, stands).await?
    } else {
        stands
    };
    Ok((StatusCode::CREATED, Json(view::purchase(&context, &opened))))
}

async fn begin(context: &Context, gateway: &Gateway, session: &Session, buy: &BuyPack) -> Answer<Purchase> {
    let offers = context.config.payments.offers();
    let offer = offers.iter().find(|offer| offer.id == buy.pack).ok_or(ApiProblem::from(Code::NotOnSale))?;
    let now = context.store.now().await?;
    let claim_hash = secret::hash(&tokens::claim_code(&context.secrets, buy.purchase));
    let new = NewPurchase {
        id: buy.purchase,
        account: session.account,
        pack: &offer.id,
        price_minor: offer.price.minor,
        currency: offer.price.currency.code(),
        credits: offer.credits,
        bonus: offer.bonus,
        bonus_ms: bonus_ms(offer),
        room: buy.room.as_deref(),
        provider: gateway.name(),
        expires_at: now.plus(PAGE_MS),
        ask_at: now.plus(context.config.payments.ask_ms()),
        claim_hash: &claim_hash,
    };
    Ok(purchases::begin(&context.store, &new, now).await?)
}

async fn open_page(context: &Context, gateway: &Gateway, purchase: Purchase) -> Answer<Purchase> {
    let token = tokens::token(&context.secrets, purchase.id);
    let new = NewCheckout {
        purchase: &purchase,
        title: &view::title(&purchase),
        paid_url: &context.config.address(&format!("/paid/{token}")),
        left_url: &context.config.address(&format!("/paid/{token}?left=1")),
    };
    let checkout = gateway.open_checkout(&new).await.map_err(unavailable)?;
    crash::point("checkout-opened");
    let store = &context.store;
    purchases::set_checkout(store, purchase.id, &checkout.id, &checkout.url, checkout.expires_at).await?;
    crash::point("checkout-noted");
    purchases::find(store, purchase.id).await?.ok_or(Code::Internal.into())
}

/// Nothing was charged: whoever never saw a page can't have paid.
fn unavailable(error: PaymentError) -> ApiProblem {
    match error {
        PaymentError::Unreachable(_) => tracing::warn!(%error, "a checkout could not be opened"),
        PaymentError::Refused { .. } | PaymentError::Unreadable(_) => {
            tracing::error!(%error, "a checkout could not be opened: look at [payments]");
        }
    }
    Code::ProviderUnavailable.into()
}

async fn mine(State(context): State<Context>, session: Session) -> Answer<Json<MyPurchases>> {
    receipts::number(&context.store).await?;
    let found = purchases::of_account(&context.store, session.account, SHOWN).await?;
    Ok(Json(MyPurchases { purchases: found.iter().map(|purchase| view::purchase(&context, purchase)).collect() }))
}

async fn one(
    State(context): State<Context>,
    Path(purchase): Path<PurchaseId>,
    session: Session,
) -> Answer<Json<MyPurchase>> {
    let found = numbered(&context, purchase).await?.filter(|found| found.account == session.account);
    Ok(Json(view::purchase(&context, &found.ok_or(ApiProblem::from(Code::NotFound))?)))
}

/// The page that the provider sends people back to asks here; it works signed out, as in the browser of a bank's app.
/// The provider is asked at once: no webhook needs to arrive.
async fn by_token(
    State(context): State<Context>,
    shared: Shared,
    Path(token): Path<String>,
) -> Answer<Json<MyPurchase>> {
    let id = tokens::purchase_of(&context.secrets, &token).ok_or(ApiProblem::from(Code::NotFound))?;
    let mut found = purchases::find(&context.store, id).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    if found.done.state == PurchaseState::Created
        && let Some(gateway) = &context.payments
        && shared.limits.count(ASKS, &id.to_string()).is_ok()
        && sweep::ask(&context, gateway, &found).await?
    {
        found = purchases::find(&context.store, id).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    }
    if found.done.state == PurchaseState::Credited && found.receipt.is_none() {
        found = numbered(&context, id).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    }
    Ok(Json(view::purchase(&context, &found)))
}

/// A purchase, with its receipt's number if its credits were given.
async fn numbered(context: &Context, purchase: PurchaseId) -> Answer<Option<Purchase>> {
    let found = purchases::find(&context.store, purchase).await?;
    match &found {
        Some(known) if known.done.state == PurchaseState::Credited && known.receipt.is_none() => {
            receipts::number(&context.store).await?;
            Ok(purchases::find(&context.store, purchase).await?)
        }
        _ => Ok(found),
    }
}
