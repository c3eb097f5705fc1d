//! The provider's webhook: believed by its signature over the raw body alone.

use crate::{
    context::Context,
    crash,
    http::{
        identity::wall_clock,
        problem::{Answer, ApiProblem},
    },
    payments::{event, signature},
    store::purchases::events::Taken,
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
    let Some(event) = read else {
        count("other");
        return Ok(StatusCode::OK);
    };
    crash::point("webhook-verified");
    let (id, kind) = (event.id.clone(), event.kind.clone());
    let taken = context.events.take(event).await.ok_or(ApiProblem::from(Code::Unavailable))??;
    crash::point("purchase-committed");
    match taken {
        Taken::News => context.live.nudge(),
        Taken::Known => {}
        Taken::Unmatched => tracing::warn!(event = id, kind, "a webhook belongs to no purchase (yet)"),
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
