//! The books for operators: the same tables as `jukeline ledger` prints.

use super::{
    extract::{Path, Query},
    identity::{Session, require_operator},
    problem::{Answer, ApiProblem},
};
use crate::{
    books::{self, BooksError, Command, Format, Month},
    context::Context,
};
use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use jukeline_app::{
    api::Code,
    id::{AccountId, PurchaseId},
};
use serde::Deserialize;

/// How far back reconciliation looks, in days.
const DAYS: u32 = 30;
/// The longest that it looks back.
const MOST_DAYS: u32 = 400;

/// `/api/books/…`
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/api/books/balance", get(balance))
        .route("/api/books/accounts/{account}", get(account))
        .route("/api/books/purchases/{purchase}", get(purchase))
        .route("/api/books/settlements/{month}", get(settlement))
        .route("/api/books/reconciliation", get(reconciliation))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Printed {
    #[serde(default)]
    format: Option<Format>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    #[serde(default)]
    format: Option<Format>,
    #[serde(default)]
    days: Option<u32>,
}

async fn balance(State(context): State<Context>, session: Session, Query(printed): Query<Printed>) -> Answer<Response> {
    read(&context, &session, &Command::Balance, printed.format).await
}

async fn account(
    State(context): State<Context>,
    Path(account): Path<AccountId>,
    session: Session,
    Query(printed): Query<Printed>,
) -> Answer<Response> {
    read(&context, &session, &Command::Account { account }, printed.format).await
}

async fn purchase(
    State(context): State<Context>,
    Path(purchase): Path<PurchaseId>,
    session: Session,
    Query(printed): Query<Printed>,
) -> Answer<Response> {
    read(&context, &session, &Command::Purchase { purchase }, printed.format).await
}

async fn settlement(
    State(context): State<Context>,
    Path(month): Path<String>,
    session: Session,
    Query(printed): Query<Printed>,
) -> Answer<Response> {
    require_operator(&context, session.account).await?;
    let month: Month = month.parse().map_err(|right| ApiProblem::invalid("month", right))?;
    read(&context, &session, &Command::Settle { month }, printed.format).await
}

async fn reconciliation(
    State(context): State<Context>,
    session: Session,
    Query(span): Query<Span>,
) -> Answer<Response> {
    require_operator(&context, session.account).await?;
    let days = span.days.unwrap_or(DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(ApiProblem::invalid("days", format!("1 to {MOST_DAYS}")));
    }
    read(&context, &session, &Command::Reconcile { days }, span.format).await
}

async fn read(context: &Context, session: &Session, command: &Command, format: Option<Format>) -> Answer<Response> {
    require_operator(context, session.account).await?;
    let format = format.unwrap_or(Format::Json);
    let (text, _) = books::read(&context.config, &context.store, command, format).await.map_err(problem)?;
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8; header=present",
        Format::Json => "application/json",
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], text).into_response())
}

fn problem(error: BooksError) -> ApiProblem {
    match error {
        BooksError::Store(error) => error.into(),
        BooksError::Missing(_) => Code::NotFound.into(),
        BooksError::NoProvider => Code::NotOnSale.into(),
        BooksError::Payments(error) => {
            tracing::warn!(%error, "the provider's list of payments could not be read");
            Code::ProviderUnavailable.into()
        }
    }
}
