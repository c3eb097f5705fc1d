//! Tickets: single use, 60 s, for what can carry neither cookie nor token: websockets and sound.

use super::{
    extract::Json,
    identity::{ScreenSession, Session, screen_of, session_of},
    problem::Answer,
};
use crate::{
    context::Context,
    secret,
    store::{
        accounts::{codes, profile},
        screens,
    },
};
use axum::{Router, extract::State, http::HeaderMap, routing::post};
use jukeline_app::{
    api::{AskForTicket, Code, Ticket, TicketUse},
    id::AccountId,
};

/// Who a ticket stands for.
#[derive(Clone, Debug)]
pub enum TicketHolder {
    /// A person.
    Account(AccountId),
    /// A paired screen.
    Screen(ScreenSession),
}

/// `POST /api/tickets`.
pub fn routes() -> Router<Context> {
    Router::new().route("/api/tickets", post(ask))
}

async fn ask(
    State(context): State<Context>,
    headers: HeaderMap,
    Json(ask): Json<AskForTicket>,
) -> Answer<Json<Ticket>> {
    let subject = match session_of(&headers, &context).await? {
        Some(Session { account, .. }) => format!("account:{account}"),
        None => match screen_of(&headers, &context).await? {
            Some(screen) => format!("screen:{}", screen.screen),
            None => return Err(Code::SignInNeeded.into()),
        },
    };
    let ticket = secret::token();
    let now = context.store.now().await?;
    let until = now.plus(codes::TICKET_MS);
    let mut tx = context.store.begin().await?;
    codes::put(&mut tx, purpose(ask.usage), &ticket, &subject, now, until).await?;
    tx.commit().await?;
    Ok(Json(Ticket { ticket, until }))
}

const fn purpose(usage: TicketUse) -> &'static str {
    match usage {
        TicketUse::Websocket => "ticket:websocket",
        TicketUse::Sound => "ticket:sound",
    }
}

/// Takes a ticket: who it stands for, once; nothing when it was used, is too old or never was.
pub async fn redeem(context: &Context, ticket: &str, usage: TicketUse) -> Answer<Option<TicketHolder>> {
    let now = context.store.now().await?;
    let mut tx = context.store.begin().await?;
    let subject = codes::take(&mut tx, purpose(usage), ticket, now).await?;
    tx.commit().await?;
    let Some(subject) = subject else { return Ok(None) };
    if let Some(account) = subject.strip_prefix("account:").and_then(|id| id.parse().ok()) {
        let there = profile(&context.store, account).await?.is_some();
        return Ok(there.then_some(TicketHolder::Account(account)));
    }
    let Some(screen) = subject.strip_prefix("screen:").and_then(|id| id.parse().ok()) else { return Ok(None) };
    Ok(screens::by_id(&context.store, screen).await?.map(TicketHolder::Screen))
}
