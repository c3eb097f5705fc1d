//! What nobody else brings about: purchases whose webhook never came, refunds that are to be sent, credits that expire,
//! debts that can be paid.

use super::{Gateway, PaymentError};
use crate::{
    context::Context,
    crash,
    store::{
        StoreError,
        purchases::{
            self, Heard, Purchase, debts, events, expiry,
            idle::{self, Work},
            leaving, receipts,
            refunds::{self, Refund, RefundState},
        },
    },
};
use jukeline_app::purchase::Said;
use std::time::Duration;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(2);
/// Purchases at a time.
const AT_A_TIME: i64 = 20;

/// Runs until the server stops.
pub async fn run(context: Context) {
    loop {
        tokio::select! {
            () = context.stopped() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if let Err(error) = sweep(&context).await {
            tracing::warn!(%error, "purchases could not be looked at; trying again");
        }
    }
}

async fn sweep(context: &Context) -> Result<(), StoreError> {
    let store = &context.store;
    let work = idle::work(store).await?;
    if work.to_number {
        receipts::number(store).await?;
    }
    let mut changed = 0;
    if work.to_expire {
        changed += expiry::sweep(store).await?;
    }
    if work.to_match {
        changed += events::sweep(store).await?;
    }
    if work.debts {
        changed += debts::sweep(store).await?;
    }
    if work.left_behind {
        changed += leaving::sweep(store).await?;
    }
    if let Some(gateway) = &context.payments {
        changed += at_provider(context, gateway, &work).await?;
    }
    if changed > 0 {
        context.live.nudge();
    }
    Ok(())
}

async fn at_provider(context: &Context, gateway: &Gateway, work: &Work) -> Result<usize, StoreError> {
    let (store, now) = (&context.store, work.now);
    let mut changed = 0;
    if work.to_send {
        for refund in refunds::to_send(store, now).await? {
            changed += usize::from(send(context, gateway, &refund).await? != RefundState::Decided);
        }
    }
    if work.to_ask {
        for purchase in purchases::to_ask(store, now, now.plus(context.config.payments.ask_ms()), AT_A_TIME).await? {
            changed += usize::from(ask(context, gateway, &purchase).await?);
        }
    }
    Ok(changed)
}

/// Sends a refund now; gives where it stands then.
pub async fn send(context: &Context, gateway: &Gateway, refund: &Refund) -> Result<RefundState, StoreError> {
    let Some(purchase) = purchases::find(&context.store, refund.purchase).await? else {
        return Ok(refund.state.clone());
    };
    match gateway.refund(&purchase, refund).await {
        Ok(()) => {
            crash::point("refund-sent");
            refunds::sent(&context.store, refund).await?;
            Ok(RefundState::Sent)
        }
        Err(error) if error.is_final() => {
            tracing::error!(%error, refund = %refund.id, "a refund was refused for good");
            refunds::refused(&context.store, refund, &error.reason()).await
        }
        Err(error) => {
            tracing::warn!(%error, refund = %refund.id, "a refund was not sent; trying again");
            Ok(refund.state.clone())
        }
    }
}

/// Asks the provider about a purchase and does what follows; true when anything was news.
pub async fn ask(context: &Context, gateway: &Gateway, purchase: &Purchase) -> Result<bool, StoreError> {
    let heard = match gateway.ask(purchase).await {
        Ok(heard) => heard,
        // It doesn't know the checkout (any more), or there never was one.
        Err(PaymentError::Refused { status: 404, .. }) => Heard::default(),
        Err(error) => {
            tracing::warn!(%error, purchase = %purchase.id, "the provider could not be asked");
            return Ok(false);
        }
    };
    let over = heard.said.is_empty() && context.store.now().await? > purchase.expires_at.plus(GRACE_MS);
    let heard = if over { Heard { said: vec![Said::Expired], ..heard } } else { heard };
    let news = purchases::hear(&context.store, purchase.id, &heard).await?;
    if news {
        context.live.nudge();
    }
    Ok(news)
}

/// After its end a checkout that the provider still calls open is over for us: it closes it within this.
const GRACE_MS: i64 = 10 * 60_000;
