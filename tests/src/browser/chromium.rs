//! Chromium, and what only its own protocol can do: positions, permissions, a cut network, the console.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{Browser, Desk, Look, driver::Driver};
use crate::machine;

/// Quiet and alone.
const ARGUMENTS: [&str; 9] = [
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--no-first-run",
    // Pages in the background must go on as a screen of its own would.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
];

/// In a window of `desk`, or without any.
pub(super) async fn start(look: &Look, desk: Option<&Desk>) -> Result<Browser> {
    let folder = tempfile::Builder::new().prefix("jukeline-chromium-").tempdir()?;
    let mut command = Command::new("chromedriver");
    command.env("LANGUAGE", &look.language);
    if let Some(desk) = desk {
        desk.is_here(&mut command);
    }
    let driver = Driver::start(command, folder, None).await?;
    let (width, height) = look.size;
    let mut arguments: Vec<String> = ARGUMENTS.map(str::to_owned).into();
    arguments.extend(desk.is_none().then(|| "--headless=new".to_owned()));
    arguments.push(format!("--window-size={width},{height}"));
    arguments.push(format!("--user-data-dir={}", driver.folder.path().join("profile").display()));
    arguments.push(format!("--lang={}", look.language));
    if !look.is_moving {
        arguments.push("--force-prefers-reduced-motion".to_owned());
    }
    if machine::is_root() {
        arguments.push("--no-sandbox".to_owned());
    }
    let policy = if look.autoplay { "no-user-gesture-required" } else { "document-user-activation-required" };
    arguments.push(format!("--autoplay-policy={policy}"));
    let mut options = json!({
        "binary": machine::program("chromium")?,
        "args": arguments,
        "prefs": { "intl.accept_languages": look.language },
    });
    if look.is_phone {
        options["mobileEmulation"] =
            json!({ "deviceMetrics": { "width": width, "height": height, "pixelRatio": 2.0, "touch": true } });
    }
    let capabilities = json!({
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    driver.open(capabilities).await
}

impl Browser {
    /// Sends a command of Chromium's DevTools protocol (Chromium only).
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Result<Value> {
        self.extension("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    /// Says where the device is, in degrees and metres, and lets `origin` ask for it (Chromium only).
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn set_position(&self, origin: &str, latitude: f64, longitude: f64, accuracy: f64) -> Result<()> {
        self.permit(origin, "geolocation", "granted").await?;
        let position = json!({ "latitude": latitude, "longitude": longitude, "accuracy": accuracy });
        self.devtools("Emulation.setGeolocationOverride", position).await.map(drop)
    }

    /// Refuses `origin` the position, as a person would (Chromium only).
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn refuse_position(&self, origin: &str) -> Result<()> {
        self.permit(origin, "geolocation", "denied").await
    }

    /// Decides for a person what `origin` may do, by the name of the permission: `granted`, `denied` or `prompt` (Chromium
    /// only).
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn permit(&self, origin: &str, name: &str, setting: &str) -> Result<()> {
        let permission = json!({ "origin": origin, "permission": { "name": name }, "setting": setting });
        self.devtools("Browser.setPermission", permission).await.map(drop)
    }

    /// Cuts the page off the network, or lets it back (Chromium only). Websockets that are open stay open: stop the
    /// server, or freeze it, to cut those.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn set_offline(&self, offline: bool) -> Result<()> {
        self.devtools("Network.enable", json!({})).await?;
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.devtools("Network.emulateNetworkConditions", conditions).await.map(drop)
    }

    /// What the page wrote to the console since the last call, one line each with its level first (Chromium only).
    ///
    /// # Errors
    /// Chromium is gone.
    pub async fn console(&self) -> Result<Vec<String>> {
        let entries = self.extension("se/log", json!({ "type": "browser" })).await?;
        let line = |entry: &Value| {
            let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
            format!("{} {}", text("level"), text("message"))
        };
        Ok(entries.as_array().context("no log")?.iter().map(line).collect())
    }

    /// A request of the driver's own, beyond WebDriver.
    async fn extension(&self, path: &str, body: Value) -> Result<Value> {
        let url = format!("{}/session/{}/{path}", self.driver.url(), self.session);
        let answer: Value = reqwest::Client::new().post(url).json(&body).send().await?.json().await?;
        match answer.get("value") {
            Some(value) if value.get("error").is_none() => Ok(value.clone()),
            _ => bail!("{path}: {answer}"),
        }
    }
}
