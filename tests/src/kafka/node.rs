//! One node that is broker and controller, without encryption: what most tests need.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use rdkafka::ClientConfig;
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::{START, brokers, java};
use crate::{eventually, ports, process::Process};

/// A broker's settings by their Kafka names.
pub type Settings = BTreeMap<String, String>;

/// A program tries once to have the classes of a broker.
static ARCHIVED: OnceCell<()> = OnceCell::const_new();
/// How often a broker is started at the most.
const TRIES: usize = 3;

/// What suits a broker that lives for minutes: small, quick to rebalance, no topics by accident.
const SMALL: [(&str, &str); 14] = [
    ("num.partitions", "1"),
    ("auto.create.topics.enable", "false"),
    ("offsets.topic.num.partitions", "4"),
    ("offsets.topic.replication.factor", "1"),
    ("transaction.state.log.num.partitions", "4"),
    ("transaction.state.log.replication.factor", "1"),
    ("transaction.state.log.min.isr", "1"),
    ("share.coordinator.state.topic.num.partitions", "1"),
    ("share.coordinator.state.topic.replication.factor", "1"),
    ("share.coordinator.state.topic.min.isr", "1"),
    ("group.initial.rebalance.delay.ms", "0"),
    ("log.cleaner.dedupe.buffer.size", "16777216"),
    ("log.index.size.max.bytes", "1048576"),
    ("controller.quorum.election.backoff.max.ms", "100"),
];

/// The settings that all nodes of the tests have in common.
pub(super) fn small() -> Settings {
    SMALL.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Settings as a properties file.
pub(super) fn properties(settings: &Settings) -> String {
    settings.iter().map(|(name, value)| format!("{name}={value}\n")).collect()
}

/// A running broker on loopback.
#[derive(Debug)]
pub struct Kafka {
    port: u16,
    folder: TempDir,
    broker: Process,
}

impl Kafka {
    /// Starts one with an empty log. Where another program takes a port between its choice and the broker's start, it is
    /// started again on others.
    ///
    /// # Errors
    /// Java or Kafka is missing, or it is not ready in time.
    pub async fn start() -> Result<Self> {
        Self::start_on(ports::free).await
    }

    /// [`Kafka::start`] on the first port that `choose` gives and nobody else has.
    ///
    /// # Errors
    /// Java or Kafka is missing, or it is not ready in time.
    pub async fn start_on(mut choose: impl FnMut() -> Result<u16>) -> Result<Self> {
        for _ in 1..TRIES {
            match Self::start_with(choose()?, |_| {}).await {
                Err(error) if ports::is_taken(&error) => {}
                started => return started,
            }
        }
        Self::start_with(choose()?, |_| {}).await
    }

    /// Starts one that listens on `port`, with settings of one's own: behind a proxy set `advertised.listeners`.
    ///
    /// # Errors
    /// Java or Kafka is missing, the settings are refused, or it is not ready in time.
    pub async fn start_with(port: u16, change: impl FnOnce(&mut Settings)) -> Result<Self> {
        if java::STARTS_SOON && !java::archive()?.exists() {
            // Without them it only takes longer.
            ARCHIVED.get_or_init(|| async { drop(Self::leave_classes().await) }).await;
        }
        Self::begin(port, change, None).await
    }

    /// Runs one for the classes that it leaves.
    async fn leave_classes() -> Result<()> {
        let archive = java::archive()?;
        let folder = tempfile::tempdir_in(archive.parent().context("no folder for classes")?)?;
        let part = folder.path().join("part");
        Self::begin(ports::free()?, |_| {}, Some(&part)).await?.stop().await?;
        Ok(fs::rename(part, archive)?)
    }

    async fn begin(port: u16, change: impl FnOnce(&mut Settings), leaves: Option<&Path>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("jukeline-kafka-").tempdir()?;
        let mut settings = one_node(&folder, port, ports::free()?);
        change(&mut settings);
        let path = folder.path().join("server.properties");
        fs::write(&path, properties(&settings))?;
        java::format(&path, &["--standalone".to_owned()]).await?;
        let mut kafka = Self { port, broker: launch(&folder, leaves)?, folder };
        kafka.wait().await?;
        Ok(kafka)
    }

    /// Its address: `bootstrap.servers`.
    #[must_use]
    pub fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A client's configuration that reaches it.
    #[must_use]
    pub fn client(&self) -> ClientConfig {
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", self.bootstrap());
        client
    }

    /// Makes a topic with one replica.
    ///
    /// # Errors
    /// It exists, or the broker is down.
    pub async fn create_topic(&self, name: &str, partitions: i32) -> Result<()> {
        super::create_topic(&self.client(), name, partitions, 1).await
    }

    /// Removes a topic with all its records.
    ///
    /// # Errors
    /// It does not exist, or the broker is down.
    pub async fn delete_topic(&self, name: &str) -> Result<()> {
        super::delete_topic(&self.client(), name).await
    }

    /// Stops it in order.
    ///
    /// # Errors
    /// It does not end within 30 s.
    pub async fn stop(&mut self) -> Result<()> {
        self.broker.end(Signal::TERM, Duration::from_secs(30)).await.map(drop)
    }

    /// Kills it as a power cut would.
    pub fn kill9(&mut self) {
        self.broker.kill9();
    }

    /// Freezes it: connections stay open and nothing answers. [`Kafka::thaw`] lets it go on.
    pub fn freeze(&self) {
        self.broker.signal(Signal::STOP);
    }

    /// Lets it go on after [`Kafka::freeze`].
    pub fn thaw(&self) {
        self.broker.signal(Signal::CONT);
    }

    /// Starts it again with its log, on the same port.
    ///
    /// # Errors
    /// It is not ready in time.
    pub async fn restart(&mut self) -> Result<()> {
        self.broker.kill9();
        self.broker = launch(&self.folder, None)?;
        self.wait().await
    }

    async fn wait(&mut self) -> Result<()> {
        // Straight to its own port: what it advertises may be a proxy that is not there yet.
        let client = self.client();
        let broker = &mut self.broker;
        eventually("Kafka", START, || {
            let alive = broker.still_runs();
            let client = &client;
            async move {
                alive?;
                ensure!(brokers(client).await? == 1, "no broker yet");
                Ok(())
            }
        })
        .await
        .context("Kafka does not start")
    }
}

fn launch(folder: &TempDir, leaves: Option<&Path>) -> Result<Process> {
    let command = java::broker(&folder.path().join("server.properties"), "512m", leaves)?;
    Process::start(command, &folder.path().join("kafka.log"))
}

fn one_node(folder: &TempDir, port: u16, controller: u16) -> Settings {
    let mut settings = small();
    let own = [
        ("process.roles", "broker,controller".to_owned()),
        ("node.id", "1".to_owned()),
        ("controller.quorum.bootstrap.servers", format!("127.0.0.1:{controller}")),
        ("listeners", format!("PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}")),
        ("advertised.listeners", format!("PLAINTEXT://127.0.0.1:{port}")),
        ("controller.listener.names", "CONTROLLER".to_owned()),
        ("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT".to_owned()),
        ("log.dirs", folder.path().join("data").display().to_string()),
    ];
    settings.extend(own.map(|(name, value)| (name.to_owned(), value)));
    settings
}
