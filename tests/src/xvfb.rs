//! A display without a screen, for what cannot run headless.

use std::{process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::{eventually, process::Process};

/// A running X server; it ends with this value.
#[derive(Debug)]
pub struct Display {
    name: String,
    _server: Process,
    _folder: TempDir,
}

impl Display {
    /// Starts one of 1280 × 1024 points under a number that is free.
    ///
    /// # Errors
    /// Xvfb is missing or is not ready in time.
    pub async fn start() -> Result<Self> {
        Self::of("1280x1024x24").await
    }

    /// As [`Display::start`], of two monitors side by side: 1280 × 1024 points, and 1920 × 1080.
    ///
    /// # Errors
    /// As [`Display::start`]; xrandr is missing or fails.
    pub async fn start_two() -> Result<Self> {
        let display = Self::of("3200x1080x24").await?;
        // One output can't be split, but what a program sees are monitors: areas of it that have a name.
        for (name, area, output) in
            [("desk", "1280/340x1024/270+0+0", "screen"), ("room", "1920/510x1080/290+1280+0", "none")]
        {
            let mut command = Command::new("xrandr");
            command.args(["--display", &display.name, "--setmonitor", name, area, output]);
            ensure!(command.status().context("xrandr")?.success(), "no monitor {name}");
        }
        Ok(display)
    }

    async fn of(size: &str) -> Result<Self> {
        let folder = TempDir::new()?;
        let log = folder.path().join("xvfb.log");
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", size, "-nolisten", "tcp"]);
        let mut server = Process::start(command, &log)?;
        let name = eventually("a display", Duration::from_secs(20), || {
            // Xvfb prints the number it took on a line of its own, once it is ready.
            let alive = server.still_runs();
            let number = server.log().lines().find_map(|line| line.trim().parse::<u32>().ok());
            async move {
                alive?;
                Ok(format!(":{}", number.context("no number yet")?))
            }
        })
        .await?;
        Ok(Self { name, _server: server, _folder: folder })
    }

    /// What `DISPLAY` must be.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
