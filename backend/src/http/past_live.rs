//! The websocket of what was heard: a chart whole first, then each of its changes.

use super::{
    charts::{self, KeptChart},
    extract::{Path, Query},
    live::{BEAT, Gone, encode, send},
    problem::{Answer, ApiProblem},
    shared::Shared,
};
use crate::{
    context::Context,
    readers::{Mark, Projection, charts::Charts},
};
use axum::{
    Extension, Router,
    body::Bytes,
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    response::Response,
    routing::get,
};
use jukeline_app::api::{Chart, ChartChange, ChartQuery, PastMessage, PastQuery};
use std::time::Instant;
use tokio::{sync::watch, time::sleep_until};

/// `GET /api/rooms/{room}/past/live`
pub fn routes() -> Router<Context> {
    Router::new().route("/api/rooms/{room}/past/live", get(past_live))
}

async fn past_live(
    State(context): State<Context>,
    Extension(shared): Extension<Shared>,
    Path(room): Path<String>,
    Query(query): Query<PastQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer<Response> {
    let query = chart_of(query)?;
    // What stands in its way is told before the upgrade; the listener finds the same chart kept.
    charts::kept(&context, &shared, &room, &query).await?;
    let upgrade = upgrade.map_err(|_| ApiProblem::bad_request("a websocket upgrade is expected"))?;
    let upgrade = upgrade.read_buffer_size(4096).write_buffer_size(0).max_message_size(4096);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let listener = Listener { socket, beat_at: Instant::now() + BEAT };
        if let Err(gone) = serve(&context, &shared, &room, &query, listener).await {
            tracing::debug!(%gone, "a chart's listener left");
        }
    }))
}

/// The chart that is asked for.
fn chart_of(query: PastQuery) -> Answer<ChartQuery> {
    if query.elsewhere.is_some() {
        return Err(ApiProblem::invalid("elsewhere", "not yet: only charts are told here"));
    }
    let window = query.window.ok_or_else(|| ApiProblem::invalid("window", "needed, with scope"))?;
    let scope = query.scope.ok_or_else(|| ApiProblem::invalid("scope", "needed, with window"))?;
    let query = ChartQuery { window, scope, genre: query.genre };
    charts::check(&query)?;
    Ok(query)
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

async fn serve(
    context: &Context,
    shared: &Shared,
    room: &str,
    query: &ChartQuery,
    mut listener: Listener,
) -> Result<(), Gone> {
    let mut marks = context.readers.marks(Charts::NAME);
    let (mut told, mut shown) = (Bytes::new(), Vec::new());
    loop {
        marks.borrow_and_update();
        // Whoever comes back is told why by a refusal.
        let kept = charts::kept(context, shared, room, query).await.map_err(|_| Gone::Closed)?;
        if kept.body != told {
            let chart: Chart = serde_json::from_slice(&kept.body).map_err(|_| Gone::Closed)?;
            let change = ChartChange::between(&shown, &chart);
            listener.tell(&PastMessage::Chart(Box::new(change))).await?;
            (told, shown) = (kept.body.clone(), chart.entries);
        }
        if !until_it_may_be_another(context, &kept, &mut marks, &mut listener).await? {
            return Ok(());
        }
    }
}

/// Waits until the chart may be another than `kept`; false when the server stops.
async fn until_it_may_be_another(
    context: &Context,
    kept: &KeptChart,
    marks: &mut watch::Receiver<Option<Mark>>,
    listener: &mut Listener,
) -> Result<bool, Gone> {
    loop {
        tokio::select! {
            // One that is behind the mark already is made anew when it is old enough, whatever comes meanwhile.
            moved = marks.changed(), if kept.is_current => return moved.map(|()| true).map_err(|_| Gone::Closed),
            () = sleep_until(kept.good_until.into()) => return Ok(true),
            received = listener.socket.recv() => match received {
                Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return Err(Gone::Closed),
                // Listeners have nothing to say.
                Some(Ok(_)) => {}
            },
            () = sleep_until(listener.beat_at.into()) => {
                let beat = PastMessage::Beat { server_now: context.store.now().await? };
                listener.tell(&beat).await?;
            }
            () = context.stopped() => return Ok(false),
        }
    }
}
