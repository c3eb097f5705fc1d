//! The wallet: what is there, and each credit's story.

use super::{extract::Json, identity::Session, problem::Answer};
use crate::{context::Context, store::{ledger, purchases}};
use axum::{Router, extract::State, routing::get};
use jukeline_app::api::Wallet;

/// Lines told at a time.
const LINES: i64 = 100;

/// `GET /api/wallet`
pub fn routes() -> Router<Context> {
    Router::new().route("/api/wallet", get(wallet))
}

async fn wallet(State(context): State<Context>, session: Session) -> Answer<Json<Wallet>> {
    let (available, reserved) = ledger::balance(&context.store, session.account).await?;
    let story = ledger::story(&context.store, session.account, LINES).await?;
    let expiring = ledger::expiring(&context.store, session.account).await?;
    let owed = purchases::owed(&context.store, session.account).await?;
    Ok(Json(Wallet { available, reserved, expiring, owed, story }))
}
