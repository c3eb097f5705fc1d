//! A desktop's notification server, dunst: what it shows, and a touch on it.

use std::{os::unix::fs::PermissionsExt, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};

use super::shell::Desk;
use crate::{eventually, machine, process::Process};

const PATIENCE: Duration = Duration::from_secs(60);
/// What dunst runs for each notification: it becomes a line of a file.
const SCRIPT: &str = "#!/bin/sh\n{ printf '%s' \"$1|$2|$3|$4\" | tr '\\n' ' '; echo; } >> SHOWN\n";

/// The server in a [`Desk`]; it ends with this value.
#[derive(Debug)]
pub struct Notices<'a> {
    desk: &'a Desk,
    shown: PathBuf,
    _server: Process,
}

impl Desk {
    /// Starts a notification server in this session.
    ///
    /// # Errors
    /// dunst is missing or isn't ready in time.
    pub async fn notices(&self) -> Result<Notices<'_>> {
        let (shown, script, config) = (self.file("shown"), self.file("bin/shown"), self.file("dunstrc"));
        std::fs::write(&shown, "")?;
        std::fs::write(&script, SCRIPT.replace("SHOWN", &shown.display().to_string()))?;
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))?;
        // They stay until they are touched.
        let rules = format!("[global]\nidle_threshold = 0\n[all]\nscript = {}\ntimeout = 0\n", script.display());
        std::fs::write(&config, rules)?;
        let mut command = Command::new("dunst");
        command.arg("-config").arg(&config);
        self.is_here(&mut command);
        let server = Process::start(command, &self.file("dunst.log"))?;
        let notices = Notices { desk: self, shown, _server: server };
        eventually("a notification server", PATIENCE, || async { notices.control(&["is-paused"]).await.map(drop) })
            .await?;
        Ok(notices)
    }
}

impl Notices<'_> {
    /// What was shown so far: application, title, text and icon with `|` between.
    ///
    /// # Errors
    /// The file of it can't be read.
    pub fn shown(&self) -> Result<Vec<String>> {
        Ok(std::fs::read_to_string(&self.shown)?.lines().map(str::to_owned).collect())
    }

    /// Waits for the first notification.
    ///
    /// # Errors
    /// None is shown in time.
    pub async fn first(&self) -> Result<String> {
        eventually("a notification", PATIENCE, || async { self.shown()?.into_iter().next().context("none yet") }).await
    }

    /// Touches the one that is shown.
    ///
    /// # Errors
    /// None is, or it leads nowhere.
    pub async fn touch(&self) -> Result<()> {
        let shown = self.control(&["count", "displayed"]).await?;
        ensure!(shown.trim() == "1", "{shown} are shown");
        self.control(&["action"]).await.map(drop)
    }

    async fn control(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("dunstctl");
        command.args(arguments);
        self.desk.is_here(&mut command);
        machine::run(command).await
    }
}
