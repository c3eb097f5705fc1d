//! Real browsers, driven over WebDriver.

mod axe;
mod chromium;
mod driver;
mod notices;
mod pages;
mod shell;
mod steps;
mod webkit;
mod worker;

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::eventually;
use driver::Driver;

pub use notices::Notices;
pub use pages::Reading;
pub use shell::{App, DESK_PASSWORD, Desk, Monitors, Secrets};
pub use worker::NoNetwork;

/// How long a page may take to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a browser presents itself.
#[derive(Debug, Clone)]
pub struct Look {
    /// The page's size in CSS pixels: width, height.
    pub size: (u32, u32),
    /// Touch, a phone's viewport and two device pixels a CSS pixel (Chromium only).
    pub is_phone: bool,
    /// Sound without a touch, as a kiosk is set up; without it `play()` is refused until the first click.
    pub autoplay: bool,
    /// The first of the browser's languages.
    pub language: String,
    /// Things move as most people see them. Where nothing asks for it they stand still: drawn without a graphics card,
    /// they take half of the machine (Chromium only).
    pub is_moving: bool,
}

impl Look {
    /// A phone of 390 × 844.
    #[must_use]
    pub fn phone() -> Self {
        Self { size: (390, 844), is_phone: true, autoplay: false, language: "en".to_owned(), is_moving: false }
    }

    /// A jukebox's screen of 1280 × 800 whose sound needs no touch.
    #[must_use]
    pub fn screen() -> Self {
        Self { size: (1280, 800), is_phone: false, autoplay: true, ..Self::phone() }
    }

    /// A window of 1280 × 800.
    #[must_use]
    pub fn desktop() -> Self {
        Self { autoplay: false, ..Self::screen() }
    }
}

/// A browser with a fresh profile; it ends with this value.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    driver: Driver,
    session: String,
}

impl Browser {
    /// Starts headless Chromium.
    ///
    /// # Errors
    /// Chromium or its driver is missing or does not start.
    pub async fn chromium(look: &Look) -> Result<Self> {
        chromium::start(look, None).await
    }

    /// Starts Chromium in a window of a desktop's session, with the notifications of that desktop.
    ///
    /// # Errors
    /// Chromium or its driver is missing or does not start.
    pub async fn chromium_at(desk: &Desk, look: &Look) -> Result<Self> {
        chromium::start(look, Some(desk)).await
    }

    /// Starts WebKit's MiniBrowser on a display of its own.
    ///
    /// # Errors
    /// WebKit, its driver or Xvfb is missing or does not start.
    pub async fn webkit(look: &Look) -> Result<Self> {
        webkit::start(look).await
    }

    /// The WebDriver client, for all that is not here.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Opens an address and waits until it is loaded.
    ///
    /// # Errors
    /// Nothing answers there.
    pub async fn goto(&self, url: &str) -> Result<()> {
        self.client.goto(url).await.with_context(|| format!("cannot open {url}"))
    }

    /// The page's title.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn title(&self) -> Result<String> {
        Ok(self.client.title().await?)
    }

    /// Runs a script's body in the page and returns what it returns.
    ///
    /// # Errors
    /// The script throws.
    pub async fn eval(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// Runs a script's body that calls `done(value)` when it is ready, at the latest after the driver's 30 s.
    ///
    /// # Errors
    /// The script throws or takes too long.
    pub async fn eval_async(&self, script: &str) -> Result<Value> {
        let script = format!("const done = arguments[arguments.length - 1];\n{script}");
        Ok(self.client.execute_async(&script, Vec::new()).await?)
    }

    /// Waits until a script's body returns something true, and returns that.
    ///
    /// # Errors
    /// It does not within 20 s.
    pub async fn until(&self, what: &str, script: &str) -> Result<Value> {
        eventually(what, PATIENCE, || async {
            let value = self.eval(script).await?;
            let is_true =
                !matches!(&value, Value::Null | Value::Bool(false)) && value != json!(0) && value != json!("");
            ensure!(is_true, "the page says {value}");
            Ok(value)
        })
        .await
    }

    /// Waits until an element matches this CSS selector.
    ///
    /// # Errors
    /// None does within 20 s.
    pub async fn wait_for(&self, css: &str) -> Result<()> {
        eventually(css, PATIENCE, || async { Ok(self.client.find(Locator::Css(css)).await.map(drop)?) }).await
    }

    /// Waits until the page shows this text, wherever, upper and lower case alike.
    ///
    /// # Errors
    /// It does not within 20 s: the error carries what it shows.
    pub async fn wait_for_text(&self, text: &str) -> Result<()> {
        let wanted = text.to_lowercase();
        eventually(&format!("the text “{text}”"), PATIENCE, || async {
            let shown = self.visible_text().await?;
            ensure!(shown.to_lowercase().contains(&wanted), "the page shows:\n{shown}");
            Ok(())
        })
        .await
    }

    /// What a person could read on the page.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn visible_text(&self) -> Result<String> {
        Ok(self.eval("return document.body.innerText").await?.as_str().unwrap_or_default().to_owned())
    }

    /// The text of the first element that matches, as soon as there is one.
    ///
    /// # Errors
    /// None matches within 20 s.
    pub async fn text(&self, css: &str) -> Result<String> {
        eventually(css, PATIENCE, || async { Ok(self.client.find(Locator::Css(css)).await?.text().await?) }).await
    }

    /// Clicks the first element that matches, as soon as that is possible.
    ///
    /// # Errors
    /// None can be clicked within 20 s.
    pub async fn click(&self, css: &str) -> Result<()> {
        eventually(css, PATIENCE, || self.try_to_click(Locator::Css(css))).await
    }

    /// Clicks the button, link or other element with a role whose visible words or label are these.
    ///
    /// # Errors
    /// None can be clicked within 20 s.
    pub async fn press(&self, words: &str) -> Result<()> {
        let quoted = if words.contains('\'') { format!("\"{words}\"") } else { format!("'{words}'") };
        let path = format!(
            "//*[self::button or self::a or self::summary or self::label or @role]\
             [normalize-space(.)={quoted} or @aria-label={quoted}]"
        );
        eventually(&format!("something to press: “{words}”"), PATIENCE, || self.try_to_click(Locator::XPath(&path)))
            .await
    }

    /// Clicks it, or scrolls it to the middle for the next try: a driver scrolls to the nearest edge, where a bar may lie over
    /// it.
    async fn try_to_click(&self, what: Locator<'_>) -> Result<()> {
        let element = self.client.find(what).await?;
        let Err(error) = element.clone().click().await else { return Ok(()) };
        let middle = "arguments[0].scrollIntoView({ block: 'center' })";
        self.client.execute(middle, vec![serde_json::to_value(element)?]).await?;
        Err(error.into())
    }

    /// Replaces what is in a field by typing.
    ///
    /// # Errors
    /// There is no such field within 20 s.
    pub async fn fill(&self, css: &str, text: &str) -> Result<()> {
        eventually(css, PATIENCE, || async {
            let field = self.client.find(Locator::Css(css)).await?;
            field.clear().await?;
            Ok(field.send_keys(text).await?)
        })
        .await
    }

    /// Writes what the window shows as a PNG; missing folders are made.
    ///
    /// # Errors
    /// The browser is gone or the file cannot be written.
    pub async fn screenshot(&self, path: &Path) -> Result<()> {
        let picture = self.client.screenshot().await?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, picture).with_context(|| path.display().to_string())
    }

    /// Closes the browser in order; dropping it kills it.
    ///
    /// # Errors
    /// The browser is gone already.
    pub async fn close(self) -> Result<()> {
        Ok(self.client.close().await?)
    }
}
