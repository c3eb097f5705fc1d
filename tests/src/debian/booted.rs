//! A root in which systemd runs.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context, Result};
use rustix::process::Signal;

use super::CleanRoot;
use crate::{machine::run, process::Process};

/// How long the shutdown may take.
const STOP: Duration = Duration::from_secs(120);

/// A container with systemd as its first process, on this machine's network. It ends with this value.
#[derive(Debug)]
pub struct Booted {
    container: Process,
}

impl Booted {
    /// Starts systemd; what it says goes to the file `log`.
    ///
    /// # Errors
    /// It can't be started.
    pub fn boot(root: &CleanRoot, log: &Path) -> Result<Self> {
        let mut nspawn = Command::new("systemd-nspawn");
        // No other part of systemd need run out here.
        nspawn.args(["--quiet", "--boot", "--register=no", "--keep-unit", "--link-journal=no", "--directory"]);
        nspawn.arg(root.folder());
        Ok(Self { container: Process::start(nspawn, log)? })
    }

    /// Runs a program inside and returns what it printed.
    ///
    /// # Errors
    /// It fails, or systemd doesn't run (yet).
    pub async fn run(&self, arguments: &[&str]) -> Result<String> {
        let nspawn = self.container.id();
        let children = std::fs::read_to_string(format!("/proc/{nspawn}/task/{nspawn}/children"))?;
        let first = children.split_whitespace().next().context("nothing runs inside")?;
        let mut enter = Command::new("nsenter");
        enter.args(["--target", first, "--mount", "--uts", "--ipc", "--pid", "--"]).args(arguments);
        run(enter).await
    }

    /// Nothing while it runs.
    ///
    /// # Errors
    /// It ended.
    pub fn still_runs(&mut self) -> Result<()> {
        self.container.still_runs()
    }

    /// All that systemd printed.
    #[must_use]
    pub fn log(&self) -> String {
        self.container.log()
    }

    /// Shuts it down and waits for that.
    ///
    /// # Errors
    /// It doesn't end in time.
    pub async fn shut_down(mut self) -> Result<()> {
        self.container.end(Signal::TERM, STOP).await.map(drop)
    }
}
