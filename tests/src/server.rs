//! The server under test: the real binary with a configuration of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;
use tempfile::TempDir;
use toml::{Table, Value};

use crate::{eventually, kafka::Kafka, machine, ports, process::Process};

mod judge;

use judge::Judgement;

/// How long a start may take, migrations and the first connection to Kafka included.
const START: Duration = Duration::from_secs(60);
/// How long the shutdown may take to drain.
const STOP: Duration = Duration::from_secs(20);

/// What a server is started with. Without more said it is the embedded one: SQLite and the table as its log.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    settings: Table,
    data: Option<PathBuf>,
    port: Option<u16>,
    arguments: Vec<String>,
    unjudged: bool,
}

impl Setup {
    /// The embedded server.
    #[must_use]
    pub fn embedded() -> Self {
        Self::default()
    }

    /// A process of a network of venues, on this broker and database.
    #[must_use]
    pub fn network(kafka: &Kafka, store: &str) -> Self {
        Self::embedded()
            .set(&["store", "url"], store)
            .set(&["log", "kind"], "kafka")
            .set(&["log", "kafka", "bootstrap.servers"], kafka.bootstrap())
            .set(&["log", "replication"], 1)
            .set(&["log", "partitions"], 4)
    }

    /// Sets one key of the configuration; each level is an element: `&["floor", "lease_seconds"]`.
    #[must_use]
    pub fn set(mut self, key: &[&str], value: impl Into<Value>) -> Self {
        if let Some((last, levels)) = key.split_last() {
            let mut table = &mut self.settings;
            for level in levels {
                let next = table.entry(*level).or_insert_with(|| Value::Table(Table::new()));
                if !next.is_table() {
                    *next = Value::Table(Table::new());
                }
                match next {
                    Value::Table(inner) => table = inner,
                    _ => return self,
                }
            }
            table.insert((*last).to_owned(), value.into());
        }
        self
    }

    /// Uses this data folder and leaves it there; without it the folder is temporary.
    #[must_use]
    pub fn data(mut self, folder: &Path) -> Self {
        self.data = Some(folder.to_owned());
        self
    }

    /// Listens on this loopback port; without it on a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Runs this instead of `serve`, with the same configuration: `&["demo", "--no-open"]`.
    #[must_use]
    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        self
    }

    /// Spares it the judgement at its end: for what is damaged or left broken on purpose, and for benches.
    #[must_use]
    pub fn unjudged(mut self) -> Self {
        self.unjudged = true;
        self
    }

    /// The configuration file's text.
    ///
    /// # Errors
    /// Port or data folder is not set.
    pub fn to_toml(self) -> Result<String> {
        let port = self.port.context("no port")?;
        let data = self.data.context("no data folder")?;
        Ok(toml::to_string(&settings(self.settings, port, &data))?)
    }

    /// Starts the server and waits until `/readyz` says yes.
    ///
    /// # Errors
    /// The binary is missing, or the server ends or is not ready in time: the error carries the end of its log.
    pub async fn start(self) -> Result<Server> {
        let mut server = self.launch()?;
        server.wait().await?;
        Ok(server)
    }

    /// Starts the server and does not wait: for one that cannot get ready.
    ///
    /// # Errors
    /// The binary is missing.
    pub fn launch(self) -> Result<Server> {
        let port = self.port.map_or_else(ports::free, Ok)?;
        let folder = tempfile::Builder::new().prefix("jukeline-server-").tempdir()?;
        let data = self.data.clone().unwrap_or_else(|| folder.path().join("data"));
        fs::create_dir_all(&data)?;
        let settings = self.clone().port(port).data(&data).to_toml()?;
        fs::write(folder.path().join("jukeline.toml"), settings)?;
        let arguments = if self.arguments.is_empty() { vec!["serve".to_owned()] } else { self.arguments };
        let process = run(folder.path(), &arguments)?;
        let judgement = if self.unjudged { Judgement::Spared } else { Judgement::NotYet };
        Ok(Server { port, data, process, arguments, judgement, folder })
    }
}

/// A running server; it ends with this value, after `doctor` has judged it: that nothing was lost, doubled or invented
/// holds after every test.
#[derive(Debug)]
pub struct Server {
    port: u16,
    data: PathBuf,
    process: Process,
    arguments: Vec<String>,
    judgement: Judgement,
    folder: TempDir,
}

impl Server {
    /// Its address without a slash at the end: `http://127.0.0.1:…`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The address of a path on it as a websocket: `ws://127.0.0.1:…`.
    #[must_use]
    pub fn websocket_url(&self, path: &str) -> String {
        format!("ws://127.0.0.1:{}{path}", self.port)
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Everything that it printed, over all its starts.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// The running process, for its id and its memory.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Another subcommand of the same binary with the same configuration: `command(&["doctor"])`.
    ///
    /// # Errors
    /// The binary is missing.
    pub fn command(&self, arguments: &[&str]) -> Result<Command> {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        command(self.folder.path(), &arguments)
    }

    /// Kills it as a power cut would.
    pub fn kill9(&mut self) {
        self.process.kill9();
    }

    /// Freezes it, so that it is there but does nothing: what a long pause makes a zombie of. [`Server::thaw`] ends it.
    pub fn freeze(&self) {
        self.process.signal(Signal::STOP);
    }

    /// Lets it go on after [`Server::freeze`].
    pub fn thaw(&self) {
        self.process.signal(Signal::CONT);
    }

    /// Asks it to shut down and waits until it has drained.
    ///
    /// # Errors
    /// It does not end within 20 s.
    pub async fn stop(&mut self) -> Result<ExitStatus> {
        self.process.end(Signal::TERM, STOP).await
    }

    /// Waits until it ends by itself: for one that cannot start.
    ///
    /// # Errors
    /// It still runs after 60 s.
    pub async fn ended(&mut self) -> Result<ExitStatus> {
        self.process.ended(START).await
    }

    /// Starts it again with the same configuration, data and port, and waits until it is ready. One that still runs is
    /// killed first.
    ///
    /// # Errors
    /// It ends or is not ready in time.
    pub async fn restart(&mut self) -> Result<()> {
        self.restart_at(None).await
    }

    /// Starts it again, to end at this point as in a power cut (a server with the feature `fail-points`).
    ///
    /// # Errors
    /// It ends or is not ready in time.
    pub async fn restart_at(&mut self, crash_point: Option<&str>) -> Result<()> {
        self.process.kill9();
        let mut command = command(self.folder.path(), &self.arguments)?;
        command.envs(crash_point.map(|point| ("FAILPOINTS", format!("{point}=return"))));
        self.process = Process::start(command, &self.folder.path().join("server.log"))?;
        self.wait().await
    }

    /// Waits until `/readyz` says yes.
    ///
    /// # Errors
    /// It ends or is not ready in time.
    pub async fn wait(&mut self) -> Result<()> {
        let url = format!("{}/readyz", self.url());
        let client = reqwest::Client::new();
        let process = &mut self.process;
        let ready = eventually("the server to be ready", START, || {
            let alive = process.still_runs();
            let request = client.get(&url).timeout(Duration::from_secs(2)).send();
            async move {
                alive?;
                let answer = request.await?;
                let status = answer.status();
                ensure!(status.is_success(), "/readyz says {status}: {}", answer.text().await?);
                Ok(())
            }
        })
        .await;
        ready.with_context(|| self.process.log())?;
        self.judgement.is_due();
        Ok(())
    }
}

/// What every server needs, below what the test set.
fn settings(own: Table, port: u16, data: &Path) -> Table {
    let mut setup = Setup::embedded()
        .set(&["public_url"], format!("http://127.0.0.1:{port}"))
        .set(&["http", "bind"], format!("127.0.0.1:{port}"))
        .set(&["data"], data.display().to_string())
        .set(&["store", "url"], "sqlite")
        .set(&["log", "kind"], "table");
    if let Ok(pages) = machine::pages() {
        setup = setup.set(&["http", "ui"], pages.display().to_string());
    }
    merge(&mut setup.settings, own);
    setup.settings
}

fn merge(below: &mut Table, above: Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(value)) => merge(inner, value),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

fn run(folder: &Path, arguments: &[String]) -> Result<Process> {
    Process::start(command(folder, arguments)?, &folder.join("server.log"))
}

fn command(folder: &Path, arguments: &[String]) -> Result<Command> {
    let mut command = Command::new(machine::server()?);
    command.args(arguments).arg("--config").arg(folder.join("jukeline.toml")).current_dir(folder);
    // The harness's own variables are not the server's configuration.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("JUKELINE_") {
            command.env_remove(name);
        }
    }
    Ok(command)
}
