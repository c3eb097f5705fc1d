//! Many listeners of one room in this process: what `bench --listeners N --url …` runs.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use tokio::{
    net::TcpStream,
    sync::mpsc::{UnboundedSender, unbounded_channel},
    task::JoinSet,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{client::IntoClientRequest, protocol::WebSocketConfig},
};

/// Connections that are made at the same time.
const AT_ONCE: usize = 64;

/// When the last listener had a change, and the most bytes that one of them got for it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Seen {
    /// Microseconds since 1970.
    pub last_at_us: u64,
    /// Payload of all messages that came with it.
    pub most_bytes: usize,
}

/// Connects `count` listeners, prints `ready`, then a line of JSON ([`Seen`]) whenever all of them saw a song join the
/// queue; until the server is gone.
///
/// # Errors
/// Not all can connect.
pub async fn run(count: usize, url: &str) -> Result<()> {
    let sockets: Vec<_> =
        stream::iter((0..count).map(|_| connect(url))).buffer_unordered(AT_ONCE).try_collect().await?;
    let (tell, mut sightings) = unbounded_channel();
    let mut listeners: JoinSet<()> = sockets.into_iter().map(|socket| listen(socket, tell.clone())).collect();
    drop(tell);
    println!("ready");
    let mut changes: Vec<(usize, Seen)> = Vec::new();
    while let Some((change, at_us, bytes)) = sightings.recv().await {
        changes.resize(changes.len().max(change + 1), (0, Seen { last_at_us: 0, most_bytes: 0 }));
        let (seen_by, seen) = &mut changes[change];
        *seen_by += 1;
        seen.last_at_us = seen.last_at_us.max(at_us);
        seen.most_bytes = seen.most_bytes.max(bytes);
        if *seen_by == count {
            println!("{}", serde_json::to_string(seen)?);
        }
    }
    listeners.abort_all();
    Ok(())
}

/// Connects and takes in the snapshot.
async fn connect(url: &str) -> Result<WebSocketStream<TcpStream>> {
    let request = url.into_client_request()?;
    let host = request.uri().authority().context("an address without a host")?.as_str().to_owned();
    // Ten thousand of them: small buffers.
    let config = WebSocketConfig::default().read_buffer_size(2048).write_buffer_size(0).max_write_buffer_size(4096);
    let stream = TcpStream::connect(host).await?;
    let (mut socket, _) = client_async_with_config(request, stream, Some(config)).await?;
    socket.next().await.context("no snapshot")??;
    Ok(socket)
}

/// Tells the number of each change that adds a song, when it came, and the bytes that came with it.
async fn listen(mut socket: WebSocketStream<TcpStream>, tell: UnboundedSender<(usize, u64, usize)>) {
    let (mut change, mut bytes) = (0, 0);
    while let Some(Ok(message)) = socket.next().await {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let Ok(text) = message.to_text() else { continue };
        if !text.contains("\"delta\"") {
            continue;
        }
        bytes += text.len();
        if text.contains("\"added\"") {
            // The other side lives as long as this process.
            let _ = tell.send((change, u64::try_from(since.as_micros()).unwrap_or(u64::MAX), bytes));
            (change, bytes) = (change + 1, 0);
        }
    }
}
