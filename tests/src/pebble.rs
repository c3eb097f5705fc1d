//! A certificate authority that certificates are ordered from (ACME): Pebble, for servers on this machine.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::{
    certificates::{self, Certificates},
    eventually,
    https::Https,
    machine, ports,
    process::Process,
};

/// A running authority; it ends with this value.
#[derive(Debug)]
pub struct Pebble {
    folder: TempDir,
    own: Certificates,
    port: u16,
    process: Process,
}

impl Pebble {
    /// Starts one that looks for proofs on this port of this machine.
    ///
    /// # Errors
    /// Pebble or openssl is missing, or it isn't ready in time.
    pub async fn start(proof_port: u16) -> Result<Pebble> {
        let folder = tempfile::Builder::new().prefix("jukeline-pebble-").tempdir()?;
        let own = certificates::make(folder.path()).await?;
        let (port, management) = (ports::free()?, ports::free()?);
        let settings = serde_json::json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{port}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": own.certificate,
            "privateKey": own.key,
            "httpPort": ports::free()?,
            "tlsPort": proof_port,
        }});
        let file = folder.path().join("pebble.json");
        fs::write(&file, settings.to_string())?;
        let mut command = Command::new(machine::pebble()?);
        command.arg("-config").arg(&file).current_dir(folder.path());
        // Otherwise it waits up to 15 s before it looks.
        command.env("PEBBLE_VA_NOSLEEP", "1");
        let process = Process::start(command, &folder.path().join("pebble.log"))?;
        let pebble = Pebble { folder, own, port, process };
        pebble.keep_root(management).await.with_context(|| pebble.log())?;
        Ok(pebble)
    }

    /// Waits until it is there and keeps the root that it made at its start.
    async fn keep_root(&self, management: u16) -> Result<()> {
        let client = Https::trusting(&self.own.authority, management)?;
        let root = eventually("Pebble to be ready", Duration::from_secs(20), || async {
            let answer = client.get("/roots/0").await?;
            ensure!(answer.status == 200, "{answer:?}");
            Ok(answer.body)
        });
        Ok(fs::write(self.root(), root.await?)?)
    }

    /// The directory's address.
    #[must_use]
    pub fn directory(&self) -> String {
        format!("https://localhost:{}/dir", self.port)
    }

    /// What the directory's own certificate is signed by.
    #[must_use]
    pub fn directory_ca(&self) -> String {
        self.own.authority.display().to_string()
    }

    /// What ordered certificates are signed by.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    /// Everything that it printed.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }
}
