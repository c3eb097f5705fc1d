//! What is typed or told by hand: vouchers, claim codes from receipts, and "I didn't hear it".

use super::{
    extract::{Json, Path},
    identity::{Device, Session},
    limits::{VOUCHERS_OF_ADDRESS, VOUCHERS_OF_DEVICE},
    problem::{Answer, ApiProblem},
    purchases::tokens,
    shared::{Address, Shared},
};
use crate::{
    context::Context,
    secret,
    store::{self, accounts, complaints, ledger, plays, purchases, vouchers},
};
use axum::{
    Router,
    extract::{FromRequestParts, State},
    http::request::Parts,
    routing::post,
};
use jukeline_app::{
    api::{Code, CodeRedeemed, Goodwill, TypedCode},
    id::PlayId,
    play::PlayState,
};

/// `/api/vouchers/redeem`, `/api/claims` and `/api/plays/{play}/not-heard`.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/vouchers/redeem", post(redeem))
        .route("/api/claims", post(claim))
        .route("/api/plays/{play}/not-heard", post(not_heard))
}

/// Somebody who may still try: wrong codes count, of this device and of this address. 60 bits can't be guessed, but
/// nobody shall try.
struct Tries {
    shared: Shared,
    device: Device,
    address: Address,
}

impl FromRequestParts<Context> for Tries {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, ApiProblem> {
        let shared = Shared::from_request_parts(parts, context).await?;
        let device = Device::from_request_parts(parts, context).await?;
        let Ok(address) = Address::from_request_parts(parts, context).await;
        shared.limits.check(VOUCHERS_OF_DEVICE, &device.name).map_err(ApiProblem::slow_down)?;
        shared.limits.check(VOUCHERS_OF_ADDRESS, &address.key()).map_err(ApiProblem::slow_down)?;
        Ok(Tries { shared, device, address })
    }
}

impl Tries {
    fn wrong(&self) -> ApiProblem {
        let counted = self.shared.limits.count(VOUCHERS_OF_DEVICE, &self.device.name);
        let counted = counted.and(self.shared.limits.count(VOUCHERS_OF_ADDRESS, &self.address.key()));
        counted.map_or_else(ApiProblem::slow_down, |()| Code::LinkSpent.into())
    }
}

async fn redeem(
    State(context): State<Context>,
    session: Session,
    tries: Tries,
    Json(typed): Json<TypedCode>,
) -> Answer<Json<CodeRedeemed>> {
    let code = tokens::typed(&typed.code).ok_or_else(|| tries.wrong())?;
    let credits = vouchers::redeem(&context.store, session.account, &code).await?.ok_or_else(|| tries.wrong())?;
    context.live.nudge();
    let (available, _) = ledger::balance(&context.store, session.account).await?;
    Ok(Json(CodeRedeemed { credits, available }))
}

/// Brings back what a guest had who lost their cookie: the account that bought by the receipt becomes part of this one.
/// An account with an address is signed in to, not claimed.
async fn claim(
    State(context): State<Context>,
    session: Session,
    tries: Tries,
    Json(typed): Json<TypedCode>,
) -> Answer<Json<CodeRedeemed>> {
    let code = tokens::typed(&typed.code).ok_or_else(|| tries.wrong())?;
    let found = purchases::by_claim(&context.store, &secret::hash(&code)).await?;
    let owner = found.ok_or_else(|| tries.wrong())?.account;
    if owner == session.account {
        return Err(Code::AlreadyDone.into());
    }
    let profile = accounts::profile(&context.store, owner).await?.ok_or_else(|| tries.wrong())?;
    if !profile.guest {
        return Err(Code::SignInNeeded.into());
    }
    let (before, _) = ledger::balance(&context.store, session.account).await?;
    let mut tx = context.store.begin().await?;
    let now = store::now(context.store.kind(), &mut tx).await?;
    accounts::merge(&context.store, &mut tx, owner, session.account, now).await?;
    tx.commit().await?;
    context.live.nudge();
    let (available, _) = ledger::balance(&context.store, session.account).await?;
    Ok(Json(CodeRedeemed { credits: available - before, available }))
}

async fn not_heard(
    State(context): State<Context>,
    Path(play): Path<PlayId>,
    session: Session,
) -> Answer<Json<Goodwill>> {
    let row = plays::one(&context.store, play).await?.filter(|row| row.account == session.account);
    let row = row.ok_or(ApiProblem::from(Code::NotFound))?;
    // What didn't play was paid back already; what plays isn't over.
    if row.play.state != PlayState::Finished {
        return Err(Code::AlreadyOver.into());
    }
    let cap = i64::from(context.config.payments.goodwill_credits);
    let price = i64::from(row.play.price);
    let credits = complaints::note(&context.store, session.account, play, price, cap).await?;
    if credits > 0 {
        context.live.nudge();
    }
    Ok(Json(Goodwill { credits }))
}
