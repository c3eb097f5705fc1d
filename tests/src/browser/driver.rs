//! The program between the test and the browser.

use std::{process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use fantoccini::{Client, ClientBuilder, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::Value;
use tempfile::TempDir;

use super::Browser;
use crate::{eventually, ports, process::Process, xvfb::Display};

/// A running WebDriver server, the browser's profile, and its display where it needs one.
#[derive(Debug)]
pub(super) struct Driver {
    pub(super) port: u16,
    // Dropped in this order: nobody writes to the folder any more when it is removed.
    process: Process,
    _display: Option<Display>,
    pub(super) folder: TempDir,
}

impl Driver {
    /// Starts the server; `command` gets its port as `--port=…`.
    pub(super) async fn start(mut command: Command, folder: TempDir, display: Option<Display>) -> Result<Self> {
        let port = ports::free()?;
        command.arg(format!("--port={port}"));
        if let Some(display) = &display {
            command.env("DISPLAY", display.name());
        }
        let process = Process::start(command, &folder.path().join("driver.log"))?;
        let mut driver = Self { port, process, _display: display, folder };
        let url = format!("{}/status", driver.url());
        let client = reqwest::Client::new();
        eventually("the browser's driver", Duration::from_secs(20), || {
            let alive = driver.process.still_runs();
            let request = client.get(&url).send();
            async move {
                alive?;
                ensure!(request.await?.status().is_success(), "it is not ready");
                Ok(())
            }
        })
        .await?;
        Ok(driver)
    }

    /// Its address.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Opens the browser.
    pub(super) async fn open(self, capabilities: Value) -> Result<Browser> {
        let capabilities: Capabilities = serde_json::from_value(capabilities)?;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client: Client =
            builder.capabilities(capabilities).connect(&self.url()).await.with_context(|| self.process.log())?;
        let session = client.session_id().await?.context("no session")?;
        Ok(Browser { client, driver: self, session })
    }
}
