//! PostgreSQL, made for the test and removed after it.

use std::{
    fs,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::Result;
use rustix::process::Signal;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::{certificates::Certificates, machine, ports, process::Process, wait::Hopeless, wait::eventually};

/// How long a start may take.
const START: Duration = Duration::from_secs(60);
/// The user `nobody` and its group on Debian: PostgreSQL refuses to run as root.
const NOBODY: u32 = 65534;
/// What its log says too rarely or too often by default, and what the tests want from it.
const SETTINGS: [&str; 6] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "wal_level=logical",
    "max_connections=300",
    "shared_buffers=128MB",
    "log_min_messages=warning",
];

/// A running PostgreSQL. It writes to disk for real (`fsync` is on): a kill -9 loses nothing committed.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    folder: TempDir,
    server: Process,
    /// What an address needs behind the database's name.
    parameters: String,
}

impl Postgres {
    /// Makes a cluster and starts it.
    ///
    /// # Errors
    /// PostgreSQL is missing or is not ready in time.
    pub async fn start() -> Result<Self> {
        let folder = initialised().await?;
        Self::launched(folder, String::new()).await
    }

    /// One that speaks TLS only, with this certificate; its addresses verify it.
    ///
    /// # Errors
    /// PostgreSQL is missing or is not ready in time.
    pub async fn start_encrypted(files: &Certificates) -> Result<Self> {
        let folder = initialised().await?;
        let data = data(&folder);
        for (file, name) in [(&files.certificate, "server.crt"), (&files.key, "server.key")] {
            let copy = data.join(name);
            fs::copy(file, &copy)?;
            // PostgreSQL takes a key that nobody else can read.
            fs::set_permissions(&copy, fs::Permissions::from_mode(0o600))?;
            if machine::is_root() {
                chown(&copy, Some(NOBODY), Some(NOBODY))?;
            }
        }
        fs::write(data.join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n")?;
        let settings = data.join("postgresql.conf");
        fs::write(&settings, fs::read_to_string(&settings)? + "\nssl = on\n")?;
        Self::launched(folder, format!("?sslmode=verify-full&sslrootcert={}", files.authority.display())).await
    }

    async fn launched(folder: TempDir, parameters: String) -> Result<Self> {
        let port = ports::free()?;
        let mut postgres = Self { port, server: launch(&folder, port)?, folder, parameters };
        postgres.wait().await?;
        Ok(postgres)
    }

    /// The address of a database as the configuration takes it.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://app@127.0.0.1:{}/{database}{}", self.port, self.parameters)
    }

    /// The port, for a proxy between.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Makes an empty database and returns its address.
    ///
    /// # Errors
    /// It exists already, or PostgreSQL is down.
    pub async fn create_database(&self, name: &str) -> Result<String> {
        let mut connection = PgConnection::connect(&self.url("postgres")).await?;
        // A name cannot be a parameter; it comes from a test.
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE \"{name}\""))).execute(&mut connection).await?;
        connection.close().await?;
        Ok(self.url(name))
    }

    /// Makes a copy of a database that nobody uses and returns its address.
    ///
    /// # Errors
    /// Somebody is connected to it, or PostgreSQL is down.
    pub async fn copy_database(&self, name: &str, copy: &str) -> Result<String> {
        let mut connection = PgConnection::connect(&self.url("postgres")).await?;
        let sql = format!("CREATE DATABASE \"{copy}\" TEMPLATE \"{name}\"");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await?;
        connection.close().await?;
        Ok(self.url(copy))
    }

    /// Stops it in order, ending its clients.
    ///
    /// # Errors
    /// It does not end within 30 s.
    pub async fn stop(&mut self) -> Result<()> {
        self.server.end(Signal::INT, Duration::from_secs(30)).await.map(drop)
    }

    /// The running process, for its processor time.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.server
    }

    /// Kills it as a power cut would.
    pub fn kill9(&mut self) {
        self.server.kill9();
    }

    /// Starts it again on the same data and port.
    ///
    /// # Errors
    /// It is not ready in time.
    pub async fn restart(&mut self) -> Result<()> {
        let deadline = Instant::now() + START;
        self.server.kill9();
        loop {
            self.server = launch(&self.folder, self.port)?;
            match self.wait().await {
                // Its children notice a loss and let go of the data a moment later; a new one refuses until then.
                Err(error) if error.is::<Hopeless>() && Instant::now() < deadline => {}
                outcome => return outcome,
            }
        }
    }

    async fn wait(&mut self) -> Result<()> {
        let url = self.url("postgres");
        let server = &mut self.server;
        eventually("PostgreSQL", START, || {
            let alive = server.still_runs();
            let url = url.clone();
            async move {
                alive?;
                Ok(PgConnection::connect(&url).await?.close().await?)
            }
        })
        .await
    }
}

/// A folder with an empty cluster.
async fn initialised() -> Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("jukeline-postgres-").tempdir()?;
    if machine::is_root() {
        chown(folder.path(), Some(NOBODY), Some(NOBODY))?;
    }
    let mut initdb = command("initdb", folder.path())?;
    initdb.args(["-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"]);
    initdb.arg(data(&folder));
    machine::run(initdb).await?;
    Ok(folder)
}

fn data(folder: &TempDir) -> PathBuf {
    folder.path().join("data")
}

fn launch(folder: &TempDir, port: u16) -> Result<Process> {
    let mut server = command("postgres", folder.path())?;
    server.arg("-D").arg(data(folder)).args(["-p", &port.to_string()]);
    for setting in SETTINGS {
        server.args(["-c", setting]);
    }
    Process::start(server, &folder.path().join("postgres.log"))
}

/// A program of PostgreSQL that runs as a user it accepts.
fn command(name: &str, folder: &Path) -> Result<Command> {
    let mut command = Command::new(machine::postgres_program(name)?);
    command.current_dir(folder);
    if machine::is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    Ok(command)
}
