//! A receipt to print and to keep: no script, nothing loaded, nothing personal.

use super::{
    extract::Path,
    problem::{Answer, ApiProblem},
    purchases::tokens,
};
use crate::{
    context::Context,
    receipt::{Receipt, html, pdf},
    store::purchases,
};
use axum::{
    Router,
    extract::State,
    http::{HeaderName, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use jukeline_app::api::Code;

/// `GET /receipts/{token}` and the same as PDF.
pub fn routes() -> Router<Context> {
    Router::new().route("/receipts/{token}", get(page)).route("/receipts/{token}/pdf", get(document))
}

/// Whoever has the address has the receipt: it is kept nowhere and passed on nowhere.
const PRIVATE: [(HeaderName, &str); 2] =
    [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")];

async fn page(State(context): State<Context>, Path(token): Path<String>) -> Answer<Response> {
    let receipt = find(&context, &token).await?;
    Ok((PRIVATE, Html(html::page(&receipt, &format!("/receipts/{token}/pdf")))).into_response())
}

async fn document(State(context): State<Context>, Path(token): Path<String>) -> Answer<Response> {
    let receipt = find(&context, &token).await?;
    let bytes = pdf::document(&receipt).map_err(|error| {
        tracing::error!(%error, "a receipt could not be written as PDF");
        ApiProblem::from(Code::Internal)
    })?;
    let name = format!("inline; filename=\"receipt-{}.pdf\"", receipt.number);
    let kind = [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((PRIVATE, kind, bytes).into_response())
}

async fn find(context: &Context, token: &str) -> Answer<Receipt> {
    let missing = || ApiProblem::from(Code::NotFound);
    let id = tokens::purchase_of(&context.secrets, token).ok_or_else(missing)?;
    let purchase = purchases::find(&context.store, id).await?.ok_or_else(missing)?;
    Receipt::of(&context.config.payments, &context.secrets, &purchase).ok_or_else(missing)
}
