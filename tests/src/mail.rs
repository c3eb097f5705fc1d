//! A mail server that keeps what it gets.

use std::{net::TcpStream, process::Command, time::Duration};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{eventually, machine, ports, process::Process};

/// A running SMTP server; mail to any address is kept.
#[derive(Debug)]
pub struct Mailbox {
    port: u16,
    folder: TempDir,
    _server: Process,
}

impl Mailbox {
    /// Starts one without mail in it.
    ///
    /// # Errors
    /// aiosmtpd is missing or is not ready in time.
    pub async fn start() -> Result<Self> {
        let folder = TempDir::new()?;
        let port = ports::free()?;
        let mut command = Command::new(machine::python_program("aiosmtpd")?);
        command.args(["-n", "-c", "aiosmtpd.handlers.Mailbox"]).arg(folder.path().join("mail"));
        command.args(["-l", &format!("127.0.0.1:{port}")]);
        let mut server = Process::start(command, &folder.path().join("smtp.log"))?;
        eventually("the mail server", Duration::from_secs(20), || {
            let alive = server.still_runs();
            async move {
                alive?;
                TcpStream::connect(("127.0.0.1", port)).map(drop).context("it does not listen yet")
            }
        })
        .await?;
        Ok(Self { port, folder, _server: server })
    }

    /// What the server's `mail.smtp` must be.
    #[must_use]
    pub fn smtp(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// All messages so far with their headers, oldest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn messages(&self) -> Result<Vec<String>> {
        let inbox = self.folder.path().join("mail/new");
        if !inbox.exists() {
            return Ok(Vec::new());
        }
        let mut files = std::fs::read_dir(inbox)?.collect::<std::io::Result<Vec<_>>>()?;
        files.sort_by_key(|file| file.metadata().and_then(|data| data.modified()).ok());
        files.iter().map(|file| Ok(String::from_utf8_lossy(&std::fs::read(file.path())?).into_owned())).collect()
    }

    /// Waits for the newest message to this address.
    ///
    /// # Errors
    /// None comes within 10 s.
    pub async fn message_to(&self, address: &str) -> Result<String> {
        eventually(&format!("mail to {address}"), Duration::from_secs(10), || async {
            let to =
                |message: &&String| message.lines().any(|line| line.starts_with("X-RcptTo:") && line.contains(address));
            self.messages()?.iter().rev().find(to).cloned().context("none yet")
        })
        .await
    }
}
