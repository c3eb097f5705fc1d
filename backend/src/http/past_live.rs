//! The websocket of what was heard: a chart whole first, then each of its changes; and what was heard elsewhere.

mod feeds;

use super::{
    charts,
    extract::{Path, Query},
    live::{BEAT, Gone, encode, send},
    problem::{Answer, ApiProblem},
    shared::Shared,
};
use crate::context::Context;
use axum::{
    Extension, Router,
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    response::Response,
    routing::get,
};
use feeds::{ChartFeed, ElsewhereFeed, Place};
use jukeline_app::api::{ChartQuery, ElsewhereScope, PastMessage, PastQuery};
use std::time::Instant;
use tokio::time::sleep_until;

/// `GET /api/rooms/{room}/past/live`
pub fn routes() -> Router<Context> {
    Router::new().route("/api/rooms/{room}/past/live", get(past_live))
}

/// What a listener asked for: one of them at least.
struct Asked {
    chart: Option<ChartQuery>,
    elsewhere: Option<ElsewhereScope>,
}

async fn past_live(
    State(context): State<Context>,
    Extension(shared): Extension<Shared>,
    Path(room): Path<String>,
    Query(query): Query<PastQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer<Response> {
    let asked = asked(query)?;
    let place = Place { context, shared, room };
    // What stands in its way is told before the upgrade; the listener finds the same answers kept.
    if let Some(query) = &asked.chart {
        place.chart(query).await?;
    }
    if let Some(scope) = asked.elsewhere {
        place.elsewhere(scope).await?;
    }
    let upgrade = upgrade.map_err(|_| ApiProblem::bad_request("a websocket upgrade is expected"))?;
    let upgrade = upgrade.read_buffer_size(4096).write_buffer_size(0).max_message_size(4096);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let listener = Listener { socket, beat_at: Instant::now() + BEAT };
        if let Err(gone) = serve(&place, asked, listener).await {
            tracing::debug!(%gone, "a listener of the past left");
        }
    }))
}

fn asked(query: PastQuery) -> Answer<Asked> {
    let chart = match (query.window, query.scope, query.elsewhere) {
        (Some(window), Some(scope), _) => Some(ChartQuery { window, scope, genre: query.genre }),
        (None, None, Some(_)) if query.genre.is_none() => None,
        (None, ..) => return Err(ApiProblem::invalid("window", "needed, with scope, unless elsewhere is asked for")),
        (_, None, _) => return Err(ApiProblem::invalid("scope", "needed, with window")),
    };
    if let Some(chart) = &chart {
        charts::check(chart)?;
    }
    Ok(Asked { chart, elsewhere: query.elsewhere })
}

struct Listener {
    socket: WebSocket,
    /// When it has been silent for too long. Looks that find nothing new don't move it.
    beat_at: Instant,
}

impl Listener {
    async fn tell(&mut self, message: &PastMessage) -> Result<(), Gone> {
        send(&mut self.socket, encode(message)?).await?;
        self.beat_at = Instant::now() + BEAT;
        Ok(())
    }
}

async fn serve(place: &Place, asked: Asked, mut listener: Listener) -> Result<(), Gone> {
    let mut chart = asked.chart.map(|query| ChartFeed::new(place, query));
    let mut elsewhere = asked.elsewhere.map(|scope| ElsewhereFeed::new(place, scope));
    loop {
        let message = tokio::select! {
            news = news_of(chart.as_mut().map(|feed| feed.news(place))) => news?,
            news = news_of(elsewhere.as_mut().map(|feed| feed.news(place))) => news?,
            received = listener.socket.recv() => match received {
                Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return Err(Gone::Closed),
                // Listeners have nothing to say.
                Some(Ok(_)) => continue,
            },
            () = sleep_until(listener.beat_at.into()) => {
                PastMessage::Beat { server_now: place.context.store.now().await? }
            }
            () = place.context.stopped() => return Ok(()),
        };
        listener.tell(&message).await?;
    }
}

/// What wasn't asked for has no news.
async fn news_of(news: Option<impl Future<Output = Result<PastMessage, Gone>>>) -> Result<PastMessage, Gone> {
    match news {
        Some(news) => news.await,
        None => std::future::pending().await,
    }
}
