//! The product's own pages: the player that sounds, and a picture of every state.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};
use fantoccini::{Locator, key::Key};
use jukeline_app::api::ScreenRole;
use serde::Deserialize;

use super::{Browser, Look};
use crate::{
    eventually,
    house::House,
    machine::{self, Need},
    wait::always,
};

/// How long a sound may take to begin or to be taken over.
const SOUND: Duration = Duration::from_secs(20);
/// How long a page may take until something of it is drawn.
const DRAWN: Duration = Duration::from_secs(10);
/// A picture of nothing but the page's ground has fewer bytes.
const BLANK: u64 = 5_000;

/// What the player's page says of its sound.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reading {
    /// The play that sounds.
    pub play: Option<String>,
    /// The player's clock in seconds, renewed four times a second.
    pub current_time: f64,
    /// It stands still.
    pub paused: bool,
    /// It has sounded.
    pub started: bool,
    /// Seconds of the `<audio>` element that runs; nothing while none does.
    pub audio: Option<f64>,
}

/// The page's own account beside the clock of the element that runs.
const READING: &str = "const running = [...document.querySelectorAll('audio')].find(a => !a.paused && !a.ended);
    return { ...window.jukeline, audio: running ? running.currentTime : null };";

impl Browser {
    /// Pairs this window as a player of `house` through the address that the setup page gives.
    ///
    /// # Errors
    /// The server makes no code or the page doesn't get past it.
    pub async fn pair_player(&self, house: &House, base: &str) -> Result<()> {
        let code = house.operator.pairing_code(house.jukebox, ScreenRole::Player).await?.code;
        self.goto(&format!("{base}/screen?pair={code}")).await?;
        self.wait_for(".screen .stage").await
    }

    /// A new browser with a paired player that needs no touch; it has claimed the jukebox.
    ///
    /// # Errors
    /// As [`Browser::pair_player`].
    pub async fn player(house: &House, base: &str) -> Result<Browser> {
        let browser = Browser::chromium(&Look::screen()).await?;
        browser.pair_player(house, base).await?;
        browser.until("the claim", "return window.jukeline && window.jukeline.epoch !== null").await?;
        Ok(browser)
    }

    /// The six digits under the QR code of a player's page.
    ///
    /// # Errors
    /// None are shown within 20 s.
    pub async fn room_code(&self) -> Result<String> {
        let shown = self.text(".room-code").await?;
        let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
        ensure!(digits.len() == 6, "the screen shows {shown:?}");
        Ok(digits)
    }

    /// What a player's page says of its sound.
    ///
    /// # Errors
    /// It is no player's page.
    pub async fn reading(&self) -> Result<Reading> {
        serde_json::from_value(self.eval(READING).await?).context("no player here")
    }

    /// Waits until the song is heard: by the player's clock and the audio element's, both going on by a second.
    ///
    /// # Errors
    /// It isn't within 20 s.
    pub async fn hear(&self) -> Result<Reading> {
        let begun = eventually("a sound", SOUND, || async {
            let reading = self.reading().await?;
            ensure!(reading.play.is_some() && reading.started && reading.audio.is_some(), "{reading:?}");
            Ok(reading)
        })
        .await?;
        eventually("the sound to go on", SOUND, || async {
            let now = self.reading().await?;
            ensure!(now.play == begun.play, "another song: {now:?} after {begun:?}");
            ensure!(
                now.current_time >= begun.current_time + 1.0 && now.audio >= begun.audio.map(|at| at + 1.0),
                "{now:?}"
            );
            Ok(now)
        })
        .await
    }

    /// Waits until no element sounds, and sees that it stays so for a second.
    ///
    /// # Errors
    /// Something sounds after 20 s, or again.
    pub async fn hear_nothing(&self) -> Result<()> {
        let silent = || async { Ok(self.reading().await?.audio.is_none()) };
        eventually("silence", SOUND, || async {
            ensure!(silent().await?, "it sounds");
            Ok(())
        })
        .await?;
        always("silence", Duration::from_secs(1), silent).await
    }

    /// Presses a key on what has the focus.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn key(&self, key: Key) -> Result<()> {
        Ok(self.client.active_element().await?.send_keys(&key.to_string()).await?)
    }

    /// Opens one more window of this browser and turns to it.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn open_window(&self) -> Result<()> {
        let window = self.client.new_window(false).await?;
        Ok(self.client.switch_to_window(window.handle).await?)
    }

    /// Minimises the window.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn minimise(&self) -> Result<()> {
        Ok(self.client.minimize_window().await?)
    }

    /// Turns to the window opened as the `nth`, as soon as it is there.
    ///
    /// # Errors
    /// There is none within 20 s.
    pub async fn turn_to_window(&self, nth: usize) -> Result<()> {
        eventually("a window", SOUND, || async {
            let window = self.client.windows().await?.into_iter().nth(nth).context("not open yet")?;
            Ok(self.client.switch_to_window(window).await?)
        })
        .await
    }

    /// True if an element matches now.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn shows(&self, css: &str) -> Result<bool> {
        Ok(!self.client.find_all(Locator::Css(css)).await?.is_empty())
    }

    /// Waits until no element matches any more.
    ///
    /// # Errors
    /// One does after 20 s.
    pub async fn wait_until_gone(&self, css: &str) -> Result<()> {
        eventually(css, SOUND, || async {
            ensure!(!self.shows(css).await?, "still there");
            Ok(())
        })
        .await
    }

    /// Keeps what the window shows as `screenshots/<name>.png` of the target folder. A state that is worth a picture is
    /// also judged, where axe-core is there.
    ///
    /// # Errors
    /// The browser is gone, the file cannot be written, or the page has a barrier.
    pub async fn keep_picture(&self, name: &str) -> Result<()> {
        // WebKit's picture may be of the frame before what was waited for; a page that isn't seen draws none.
        let drawn =
            "document.hidden ? done(true) : requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
        self.eval_async(drawn).await?;
        let file = pictures()?.join(format!("{name}.png"));
        eventually(&format!("{name} to be drawn"), DRAWN, || async {
            self.screenshot(&file).await?;
            let bytes = std::fs::metadata(&file)?.len();
            ensure!(bytes > BLANK, "{bytes} bytes of nothing");
            Ok(())
        })
        .await?;
        if Need::Axe.is_there() { self.is_accessible(name).await } else { Ok(()) }
    }
}

/// `screenshots` in the target folder.
fn pictures() -> Result<PathBuf> {
    Ok(machine::target()?.join("screenshots"))
}
