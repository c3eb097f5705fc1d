//! A mail server that keeps what it gets.

use std::{net::TcpStream, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context, Result};
use serde::Deserialize;
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
        Self::start_at(ports::free()?).await
    }

    /// Starts one at a port that was free, without mail in it.
    ///
    /// # Errors
    /// aiosmtpd is missing or is not ready in time.
    pub async fn start_at(port: u16) -> Result<Self> {
        let folder = TempDir::new()?;
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

    /// All messages so far as Python's library reads them, oldest first.
    ///
    /// # Errors
    /// They cannot be read, or one is not as RFC 5322 and MIME have it.
    pub async fn letters(&self) -> Result<Vec<Letter>> {
        let mut letters = Vec::new();
        for (n, message) in self.messages()?.iter().enumerate() {
            let (raw, pdf) = (self.folder.path().join(format!("{n}.eml")), self.folder.path().join(format!("{n}.pdf")));
            std::fs::write(&raw, message)?;
            let mut python = Command::new(machine::python_program("python")?);
            python.arg("-c").arg(READ).arg(&raw).arg(&pdf);
            let printed = machine::run(python).await?;
            letters.push(serde_json::from_str(&printed).with_context(|| message.clone())?);
        }
        Ok(letters)
    }
}

/// A message as a library reads it.
#[derive(Clone, Debug, Deserialize)]
pub struct Letter {
    /// The sender.
    pub from: String,
    /// The recipient.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// Its id.
    pub id: String,
    /// The text.
    pub text: String,
    /// The name of the PDF that is attached.
    pub pdf_name: Option<String>,
    /// Where that was put.
    pub pdf: Option<PathBuf>,
}

/// Reads a message strictly; a header that must be there once is there once.
const READ: &str = r#"
import email, email.policy, json, sys
raw = open(sys.argv[1], 'rb').read()
m = email.message_from_bytes(raw, policy=email.policy.default)
defects = [str(d) for part in m.walk() for d in list(part.defects) + [d for h in part.values() for d in h.defects]]
assert not defects, defects
head = raw.replace(b'\r\n', b'\n').split(b'\n\n')[0]
assert head.isascii() and all(len(line) <= 998 for line in raw.splitlines()), 'raw'
for name in ('Date', 'From', 'To', 'Subject', 'Message-ID', 'MIME-Version', 'Auto-Submitted'):
    assert len(m.get_all(name, [])) == 1, name
assert m['Date'].datetime is not None
pdf = next((a for a in m.iter_attachments() if a.get_content_type() == 'application/pdf'), None)
if pdf: open(sys.argv[2], 'wb').write(pdf.get_content())
print(json.dumps({'from': m['From'], 'to': m['To'], 'subject': m['Subject'], 'id': m['Message-ID'],
  'text': m.get_body(('plain',)).get_content(), 'pdf_name': pdf and pdf.get_filename(), 'pdf': pdf and sys.argv[2]}))
"#;
