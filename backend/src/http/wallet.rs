//! The wallet: what is there, each credit's story, and word of every change.

use super::{
    extract::{Json, Query},
    identity::{Session, session_of},
    live::{BEAT, Gone, encode, send},
    problem::{Answer, ApiProblem},
    tickets::{TicketHolder, redeem},
};
use crate::{
    context::Context,
    store::{ledger, purchases},
};
use axum::{
    Router,
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::HeaderMap,
    response::Response,
    routing::get,
};
use jukeline_app::{
    api::{Code, TicketUse, Wallet, WalletMessage},
    id::AccountId,
};
use serde::Deserialize;

/// Lines told at a time.
const LINES: i64 = 100;

/// `GET /api/wallet` and its websocket.
pub fn routes() -> Router<Context> {
    Router::new().route("/api/wallet", get(wallet)).route("/api/wallet/live", get(live))
}

async fn wallet(State(context): State<Context>, session: Session) -> Answer<Json<Wallet>> {
    let (available, reserved) = ledger::balance(&context.store, session.account).await?;
    let expiring = ledger::expiring(&context.store, session.account).await?;
    let owed = purchases::owed(&context.store, session.account).await?;
    let story = ledger::story(&context.store, session.account, LINES).await?;
    Ok(Json(Wallet { available, reserved, expiring, owed, story }))
}

/// A ticket in the query, for clients that can send neither cookie nor token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WithTicket {
    #[serde(default)]
    ticket: Option<String>,
}

async fn live(
    State(context): State<Context>,
    headers: HeaderMap,
    Query(query): Query<WithTicket>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer<Response> {
    let account = match (session_of(&headers, &context).await?, query.ticket) {
        (Some(session), _) => session.account,
        (None, Some(ticket)) => match redeem(&context, &ticket, TicketUse::Websocket).await? {
            Some(TicketHolder::Account(account)) => account,
            Some(TicketHolder::Screen(_)) => return Err(Code::Forbidden.into()),
            None => return Err(Code::SignInNeeded.into()),
        },
        (None, None) => return Err(Code::SignInNeeded.into()),
    };
    let upgrade = upgrade.map_err(|_| ApiProblem::bad_request("a websocket upgrade is expected"))?;
    let upgrade = upgrade.read_buffer_size(4096).write_buffer_size(0).max_message_size(4096);
    Ok(upgrade.on_upgrade(move |socket| async move {
        if let Err(gone) = serve(&context, account, socket).await {
            tracing::debug!(%gone, "a wallet's listener left");
        }
    }))
}

/// The balance now, and again after every change.
async fn serve(context: &Context, account: AccountId, mut socket: WebSocket) -> Result<(), Gone> {
    let mut versions = context.live.wallets().watch(account);
    let mut told = None;
    loop {
        versions.borrow_and_update();
        let (available, reserved) = ledger::balance(&context.store, account).await?;
        let owed = purchases::owed(&context.store, account).await?;
        let balance = WalletMessage::Balance { available, reserved, owed };
        // Not all that raises an account's version is about its credits.
        if told.as_ref() != Some(&balance) {
            send(&mut socket, encode(&balance)?).await?;
            told = Some(balance);
        }
        if !changed(context, &mut versions, &mut socket).await? {
            return Ok(());
        }
    }
}

/// Waits for a change; false when the server stops.
async fn changed(
    context: &Context,
    versions: &mut tokio::sync::watch::Receiver<i64>,
    socket: &mut WebSocket,
) -> Result<bool, Gone> {
    loop {
        tokio::select! {
            changed = versions.changed() => return changed.map(|()| true).map_err(|_| Gone::Closed),
            received = socket.recv() => match received {
                Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return Err(Gone::Closed),
                // Listeners have nothing to say.
                Some(Ok(_)) => {}
            },
            () = tokio::time::sleep(BEAT) => {
                let beat = WalletMessage::Beat { server_now: context.store.now().await? };
                send(socket, encode(&beat)?).await?;
            }
            () = context.stopped() => return Ok(false),
        }
    }
}
