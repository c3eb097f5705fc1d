//! The provider's webhook: believed by its signature over the raw body alone.

use crate::{
    context::Context,
    crash,
    http::{
        identity::wall_clock,
        problem::{Answer, ApiProblem},
    },
    payments::{event, is_price, signature},
    store::purchases::{
        self,
        events::{NewEvent, Taken},
    },
};
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use jukeline_app::api::Code;

/// The header with the signature.
const SIGNATURE: &str = "stripe-signature";

pub(super) async fn take(State(context): State<Context>, headers: HeaderMap, body: Bytes) -> Answer<StatusCode> {
    let gateway = context.payments.as_ref().ok_or(ApiProblem::from(Code::NotFound))?;
    let header = headers.get(SIGNATURE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if let Err(unsigned) = signature::verify(header, &body, gateway.webhook_secrets(), wall_clock()) {
        tracing::warn!(%unsigned, "a webhook was refused");
        count("refused");
        return Err(Code::Unsigned.into());
    }
    let read = event::read(&body).map_err(ApiProblem::bad_request)?;
    let Some((event, paid)) = read else {
        count("other");
        return Ok(StatusCode::OK);
    };
    let event = checked(&context, event, paid).await?;
    crash::point("webhook-verified");
    let taken = purchases::events::take(&context.store, &event).await?;
    crash::point("purchase-committed");
    match taken {
        Taken::News => context.live.nudge(),
        Taken::Known => {}
        Taken::Unmatched => {
            tracing::warn!(event = event.id, kind = event.kind, "a webhook belongs to no purchase (yet)")
        }
    }
    count(match taken {
        Taken::News => "news",
        Taken::Known => "known",
        Taken::Unmatched => "unmatched",
    });
    Ok(StatusCode::OK)
}

fn count(outcome: &'static str) {
    metrics::counter!("jukeline_payment_webhooks_total", "outcome" => outcome).increment(1);
}

/// A payment of another amount than the price pays for nothing: the event is noted as nobody's, for a person to look at.
async fn checked(context: &Context, event: NewEvent, paid: Option<(i64, String)>) -> Answer<NewEvent> {
    let (Some((amount, currency)), Some(id)) = (paid, event.purchase) else { return Ok(event) };
    match purchases::find(&context.store, id).await? {
        Some(purchase) if !is_price(&purchase, amount, &currency) => {
            tracing::error!(purchase = %id, event = event.id, "another amount was paid than the price");
            Ok(NewEvent { purchase: None, payment: None, ..event })
        }
        _ => Ok(event),
    }
}
