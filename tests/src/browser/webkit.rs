//! WebKit: MiniBrowser through WebKitWebDriver, on a virtual display.

use std::process::Command;

use anyhow::Result;
use serde_json::json;

use super::{Browser, Look, driver::Driver};
use crate::{machine, xvfb::Display};

pub(super) async fn start(look: &Look) -> Result<Browser> {
    let display = Display::start().await?;
    let folder = tempfile::Builder::new().prefix("jukeline-webkit-").tempdir()?;
    let mut command = Command::new("WebKitWebDriver");
    command.arg("--host=127.0.0.1").env("HOME", folder.path()).env("LANGUAGE", &look.language);
    for (variable, kind) in [("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")] {
        command.env(variable, folder.path().join(kind));
    }
    let driver = Driver::start(command, folder, Some(display)).await?;
    let mut arguments = vec!["--automation".to_owned()];
    if look.autoplay {
        arguments.push("--autoplay-policy=allow".to_owned());
    }
    let capabilities = json!({
        "browserName": "MiniBrowser",
        "webkitgtk:browserOptions": { "binary": machine::mini_browser()?, "args": arguments },
    });
    let browser = driver.open(capabilities).await?;
    let (width, height) = look.size;
    browser.client.set_window_size(width, height).await?;
    Ok(browser)
}
