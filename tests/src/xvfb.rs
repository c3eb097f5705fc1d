//! A display without a screen, for what cannot run headless.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::{eventually, process::Process};

/// A graphics card and monitors that aren't there, which take any mode (xorg.conf(5)).
const NO_CARD: &str = r#"
Section "ServerFlags"
  Option "AutoAddDevices" "false"
EndSection
Section "Device"
  Identifier "none"
  Driver "dummy"
  VideoRam 64000
EndSection
Section "Monitor"
  Identifier "any"
  HorizSync 5-1000
  VertRefresh 5-200
EndSection
Section "Screen"
  Identifier "all"
  Device "none"
  Monitor "any"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Virtual 3200 1080
  EndSubSection
EndSection
"#;

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
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
        Self::of(command, TempDir::new()?).await
    }

    /// As [`Display::start`], of two monitors side by side: 1280 × 1024 points, and 1920 × 1080. Xvfb has one, so it is Xorg
    /// with a graphics card that isn't there.
    ///
    /// # Errors
    /// Xorg or its driver is missing, xrandr fails, or it is not ready in time.
    pub async fn start_two() -> Result<Self> {
        let folder = TempDir::new()?;
        std::fs::write(folder.path().join("xorg.conf"), NO_CARD)?;
        let mut command = Command::new("Xorg");
        command.args(["-displayfd", "1", "-noreset", "-nolisten", "tcp", "-novtswitch", "-sharevts"]);
        command.arg("-config").arg(folder.path().join("xorg.conf"));
        command.arg("-logfile").arg(folder.path().join("xorg.log"));
        let display = Self::of(command, folder).await?;
        for arguments in [
            "--newmode room 148.5 1920 2008 2052 2200 1080 1084 1089 1125",
            "--addmode DUMMY1 room",
            "--output DUMMY0 --mode 1280x1024 --pos 0x0 --primary --output DUMMY1 --mode room --pos 1280x0",
            // The second output counts as connected from the next look on.
            "--query",
        ] {
            let mut command = Command::new("xrandr");
            command.args(["--display", &display.name]).args(arguments.split(' ')).stdout(Stdio::null());
            ensure!(command.status().context("xrandr")?.success(), "xrandr {arguments}");
        }
        Ok(display)
    }

    async fn of(command: Command, folder: TempDir) -> Result<Self> {
        let log = folder.path().join("display.log");
        let mut server = Process::start(command, &log)?;
        let name = eventually("a display", Duration::from_secs(20), || {
            // The server prints the number it took on a line of its own, once it is ready.
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
