//! Giving money back: the operator's.

use super::view;
use crate::{
    context::Context,
    crash,
    http::{
        extract::{Json, Path},
        identity::{self, Session},
        problem::{Answer, ApiProblem},
    },
    payments::sweep,
    store::purchases::{
        self,
        refunds::{self, RefundState},
    },
};
use axum::{extract::State, http::StatusCode};
use jukeline_app::{
    api::{Code, RefundDone, RefundPurchase},
    id::PurchaseId,
};

/// Decides a refund and sends it at once; if the provider is out of reach it is sent later.
pub(super) async fn refund(
    State(context): State<Context>,
    Path(purchase): Path<PurchaseId>,
    session: Session,
    Json(ask): Json<RefundPurchase>,
) -> Answer<(StatusCode, Json<RefundDone>)> {
    identity::require_operator(&context, session.account).await?;
    let store = &context.store;
    let found = purchases::find(store, purchase).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let decided = refunds::decide(store, purchase, ask.refund, ask.part, Some(session.account)).await?;
    let refund = decided.ok_or(ApiProblem::from(Code::NothingToRefund))?;
    crash::point("refund-decided");
    context.live.nudge();
    let state = match &context.payments {
        Some(gateway) if refund.state == RefundState::Decided => sweep::send(&context, gateway, &refund).await?,
        _ => refund.state,
    };
    let (sent, refused) = match state {
        RefundState::Decided => (false, None),
        RefundState::Sent => (true, None),
        RefundState::Refused(reason) | RefundState::Owed(reason) => (false, Some(reason)),
    };
    let amount = view::price(refund.amount_minor, &found.currency);
    let (credits, bonus) = (refund.taken.credits, refund.taken.bonus);
    Ok((StatusCode::CREATED, Json(RefundDone { refund: refund.id, amount, credits, bonus, sent, refused })))
}
