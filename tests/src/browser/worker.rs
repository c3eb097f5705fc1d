//! The network of a whole browser: a page's and its service worker's, each with a line of its own to the DevTools.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use super::Browser;
use crate::eventually;

/// How long the browser may take to start the worker or to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser whose worker has no network as long as this lives.
#[derive(Debug)]
pub struct NoNetwork(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Browser {
    /// Cuts the page and its service worker off the network: what [`Browser::set_offline`] alone doesn't (Chromium only).
    /// [`Browser::back_online`] ends it.
    ///
    /// # Errors
    /// The page has no service worker, or Chromium refuses it.
    pub async fn cut_off(&self) -> Result<NoNetwork> {
        let mut worker = NoNetwork(connect_async(self.worker().await?).await?.0);
        worker.say(1, "Network.enable", json!({})).await?;
        let conditions = json!({ "offline": true, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        worker.say(2, "Network.emulateNetworkConditions", conditions).await?;
        self.set_offline(true).await?;
        Ok(worker)
    }

    /// The network is back.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn back_online(&self, mut worker: NoNetwork) -> Result<()> {
        let conditions = json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        worker.say(3, "Network.emulateNetworkConditions", conditions).await?;
        self.set_offline(false).await
    }

    /// The address of the worker's DevTools. A worker that sleeps is not listed: the page wakes it.
    async fn worker(&self) -> Result<String> {
        let file = self.driver.folder.path().join("profile/DevToolsActivePort");
        let port = std::fs::read_to_string(file)?.lines().next().context("no port")?.to_owned();
        let list = format!("http://127.0.0.1:{port}/json/list");
        eventually("the service worker", PATIENCE, || async {
            self.eval_async("fetch('/ui/boot/patron.js').then(() => done(true), () => done(false))").await?;
            let targets: Vec<Value> = reqwest::get(&list).await?.json().await?;
            let worker = targets.iter().find(|target| target["type"] == "service_worker").context("none runs")?;
            Ok(worker["webSocketDebuggerUrl"].as_str().context("no address")?.to_owned())
        })
        .await
    }
}

impl NoNetwork {
    async fn say(&mut self, id: u32, method: &str, parameters: Value) -> Result<()> {
        let command = json!({ "id": id, "method": method, "params": parameters });
        self.0.send(Message::text(command.to_string())).await?;
        loop {
            let message = tokio::time::timeout(PATIENCE, self.0.next()).await?.context("the worker is gone")??;
            let Ok(text) = message.to_text() else { continue };
            let answer: Value = serde_json::from_str(text).unwrap_or_default();
            if answer["id"] == json!(id) {
                ensure!(answer.get("error").is_none(), "{method}: {answer}");
                return Ok(());
            }
        }
    }
}
