//! A room's websocket: the snapshot first, then each change.

use super::{
    extract::Path,
    problem::{Answer, ApiProblem},
};
use crate::{
    context::Context,
    live::{Change, snapshot},
    store::StoreError,
};
use axum::{
    Router,
    extract::{
        State,
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    response::Response,
    routing::get,
};
use jukeline_app::{
    api::{Code, RoomMessage},
    id::JukeboxId,
    version::Version,
};
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// How often a silent connection says that it lives.
pub(super) const BEAT: Duration = Duration::from_secs(15);
/// A client that can't take a message within this is dropped, rather than slowing others.
const SLOW: Duration = Duration::from_secs(5);

/// `GET /api/rooms/{room}/live`
pub fn routes() -> Router<Context> {
    Router::new().route("/api/rooms/{room}/live", get(room_live))
}

async fn room_live(
    State(context): State<Context>,
    Path(room): Path<String>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer<Response> {
    let jukebox = snapshot::jukebox_of(&context.store, &room).await?.ok_or(ApiProblem::from(Code::NotFound))?;
    let upgrade = upgrade.map_err(|_| ApiProblem::bad_request("a websocket upgrade is expected"))?;
    // Ten thousand idle listeners: small buffers.
    let upgrade = upgrade.read_buffer_size(4096).write_buffer_size(0).max_message_size(4096);
    Ok(upgrade.on_upgrade(move |socket| async move {
        if let Err(gone) = serve(&context, jukebox, socket).await {
            tracing::debug!(%gone, "a listener left");
        }
    }))
}

/// Why a listener is gone.
#[derive(Debug, thiserror::Error)]
pub(super) enum Gone {
    #[error("closed")]
    Closed,
    #[error("too slow")]
    Slow,
    #[error(transparent)]
    Store(#[from] StoreError),
}

async fn serve(context: &Context, jukebox: JukeboxId, mut socket: WebSocket) -> Result<(), Gone> {
    let mut changes = context.live.subscribe(jukebox);
    let mut version = send_snapshot(context, jukebox, &mut socket).await?;
    loop {
        tokio::select! {
            change = next(&mut changes, &mut version) => match change {
                Some(change) => send(&mut socket, change.encoded).await?,
                None => version = send_snapshot(context, jukebox, &mut socket).await?,
            },
            received = socket.recv() => match received {
                Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return Err(Gone::Closed),
                // Listeners have nothing to say.
                Some(Ok(_)) => {}
            },
            () = tokio::time::sleep(BEAT) => {
                let beat = RoomMessage::Beat { server_now: context.store.now().await? };
                send(&mut socket, encode(&beat)?).await?;
            }
            () = context.stopped() => return Ok(()),
        }
    }
}

/// The next change that follows `version`; nothing when one was missed and the snapshot must be read again.
pub(super) async fn next(changes: &mut Receiver<Change>, version: &mut Version) -> Option<Change> {
    loop {
        match changes.recv().await {
            Ok(change) if change.version <= *version => {}
            Ok(change) if change.version.follows(*version) => {
                *version = change.version;
                return Some(change);
            }
            Ok(_) | Err(RecvError::Lagged(_)) => return None,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

async fn send_snapshot(context: &Context, jukebox: JukeboxId, socket: &mut WebSocket) -> Result<Version, Gone> {
    let snapshot = snapshot::of_jukebox(context, jukebox).await?.ok_or(Gone::Closed)?;
    let version = snapshot.version;
    send(socket, encode(&RoomMessage::Snapshot(Box::new(snapshot)))?).await?;
    Ok(version)
}

pub(super) fn encode(message: &impl serde::Serialize) -> Result<Utf8Bytes, Gone> {
    Ok(crate::store::to_json("live", message)?.into())
}

pub(super) async fn send(socket: &mut WebSocket, text: Utf8Bytes) -> Result<(), Gone> {
    match tokio::time::timeout(SLOW, socket.send(Message::Text(text))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Gone::Closed),
        Err(_) => Err(Gone::Slow),
    }
}
