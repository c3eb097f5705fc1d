//! Three nodes with encryption, passwords and access rules: what a network of venues runs.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use rdkafka::ClientConfig;
use rustix::process::Signal;
use tempfile::TempDir;

use super::{
    START, acl, brokers, java,
    node::{Settings, properties, small},
};
use crate::{
    certificates::{self, Certificates},
    eventually, ports,
    process::Process,
};

/// How many nodes there are: the smallest number that survives the loss of one.
const NODES: usize = 3;
/// The user whom all rules let through.
pub(super) const ADMIN: (&str, &str) = ("admin", "admin-password");
/// How the brokers sign in to each other.
const BROKER: (&str, &str) = ("broker", "broker-password");
/// How the controllers sign in to each other: they cannot use SCRAM, whose passwords they keep.
const CONTROLLER: (&str, &str) = ("controller", "controller-password");
/// Each node's data folder has an id of its own: 16 bytes in base64.
const DIRECTORIES: [&str; NODES] = ["JukelineTestsDataNo11A", "JukelineTestsDataNo22A", "JukelineTestsDataNo33A"];

/// A running cluster: SASL_SSL with SCRAM-SHA-512, every right by an explicit rule.
#[derive(Debug)]
pub struct SecureCluster {
    folder: TempDir,
    certificates: Certificates,
    ports: Vec<u16>,
    nodes: Vec<Process>,
}

impl SecureCluster {
    /// Starts one with an empty log and no users beside the admin.
    ///
    /// # Errors
    /// Java, Kafka or openssl is missing, or not all nodes are ready in time.
    pub async fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("jukeline-kafka-").tempdir()?;
        let certificates = certificates::make(folder.path()).await?;
        let ports = (0..NODES).map(|_| ports::free()).collect::<Result<Vec<_>>>()?;
        let controllers = (0..NODES).map(|_| ports::free()).collect::<Result<Vec<_>>>()?;
        for node in 0..NODES {
            let home = folder.path().join(node.to_string());
            fs::create_dir(&home)?;
            let settings = node_settings(node, &home, &certificates, &ports, &controllers);
            fs::write(home.join("server.properties"), properties(&settings))?;
        }
        let more = format_arguments(&controllers);
        let formats = (0..NODES).map(|node| folder.path().join(node.to_string()).join("server.properties"));
        futures_util::future::try_join_all(formats.map(|path| {
            let more = &more;
            async move { java::format(&path, more).await }
        }))
        .await?;
        let nodes = (0..NODES).map(|node| launch(folder.path(), node)).collect::<Result<Vec<_>>>()?;
        let mut cluster = Self { folder, certificates, ports, nodes };
        acl::write_admin_properties(cluster.folder.path(), &cluster.certificates)?;
        cluster.wait().await?;
        Ok(cluster)
    }

    /// The addresses of all nodes: `bootstrap.servers`.
    #[must_use]
    pub fn bootstrap(&self) -> String {
        let addresses: Vec<String> = self.ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
        addresses.join(",")
    }

    /// The certificate to trust: `ssl.ca.location`.
    #[must_use]
    pub fn authority(&self) -> &Path {
        &self.certificates.authority
    }

    /// A client's configuration for this user.
    #[must_use]
    pub fn client(&self, user: &str, password: &str) -> ClientConfig {
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", self.bootstrap());
        client.set("security.protocol", "sasl_ssl").set("sasl.mechanism", "SCRAM-SHA-512");
        client.set("sasl.username", user).set("sasl.password", password);
        client.set("ssl.ca.location", self.authority().display().to_string());
        client
    }

    /// The admin's configuration: for topics.
    #[must_use]
    pub fn admin(&self) -> ClientConfig {
        self.client(ADMIN.0, ADMIN.1)
    }

    /// Makes a user; it may do nothing yet.
    ///
    /// # Errors
    /// The cluster refuses.
    pub async fn create_user(&self, name: &str, password: &str) -> Result<()> {
        acl::create_user(self.folder.path(), &self.bootstrap(), name, password).await
    }

    /// Lets a user do something: `allow("floor", &["Read", "Describe"], "topic", "jukeline.")` covers every topic (or
    /// `group`, `transactional-id`) whose name begins so.
    ///
    /// # Errors
    /// The cluster refuses.
    pub async fn allow(&self, user: &str, operations: &[&str], kind: &str, prefix: &str) -> Result<()> {
        acl::allow(self.folder.path(), &self.bootstrap(), user, operations, kind, prefix).await
    }

    /// Makes a topic on all three nodes.
    ///
    /// # Errors
    /// It exists, or too few nodes are up.
    pub async fn create_topic(&self, name: &str, partitions: i32) -> Result<()> {
        super::create_topic(&self.admin(), name, partitions, 3).await
    }

    /// Kills a node (0, 1 or 2) as a power cut would.
    pub fn kill9(&mut self, node: usize) {
        self.nodes[node].kill9();
    }

    /// Stops a node in order.
    ///
    /// # Errors
    /// It does not end within 60 s.
    pub async fn stop(&mut self, node: usize) -> Result<()> {
        self.nodes[node].end(Signal::TERM, Duration::from_secs(60)).await.map(drop)
    }

    /// Starts a node again with its log and waits until all three are there.
    ///
    /// # Errors
    /// They are not ready in time.
    pub async fn restart(&mut self, node: usize) -> Result<()> {
        self.nodes[node].kill9();
        self.nodes[node] = launch(self.folder.path(), node)?;
        self.wait().await
    }

    async fn wait(&mut self) -> Result<()> {
        let admin = self.admin();
        let nodes = &mut self.nodes;
        eventually("all nodes of Kafka", START, || {
            let alive = nodes.iter_mut().try_for_each(Process::still_runs);
            let admin = &admin;
            async move {
                alive?;
                let there = brokers(admin).await?;
                ensure!(there == NODES, "{there} of {NODES} nodes");
                Ok(())
            }
        })
        .await
        .context("Kafka does not start")
    }
}

fn launch(folder: &Path, node: usize) -> Result<Process> {
    let home = folder.join(node.to_string());
    let command = java::broker(&home.join("server.properties"), "384m", None)?;
    Process::start(command, &home.join("kafka.log"))
}

/// The quorum and the users that have to exist before anyone can sign in.
fn format_arguments(controllers: &[u16]) -> Vec<String> {
    let voters: Vec<String> = controllers
        .iter()
        .zip(DIRECTORIES)
        .enumerate()
        .map(|(node, (port, directory))| format!("{}@127.0.0.1:{port}:{directory}", node + 1))
        .collect();
    let mut arguments = vec!["--initial-controllers".to_owned(), voters.join(",")];
    for (name, password) in [BROKER, ADMIN] {
        arguments.extend(["--add-scram".to_owned(), format!("SCRAM-SHA-512=[name={name},password={password}]")]);
    }
    arguments
}

fn node_settings(
    node: usize,
    home: &Path,
    certificates: &Certificates,
    ports: &[u16],
    controllers: &[u16],
) -> Settings {
    let (port, controller) = (ports[node], controllers[node]);
    let quorum: Vec<String> = controllers.iter().map(|port| format!("127.0.0.1:{port}")).collect();
    let plain = "org.apache.kafka.common.security.plain.PlainLoginModule";
    let scram = "org.apache.kafka.common.security.scram.ScramLoginModule";
    let own = [
        ("process.roles", "broker,controller".to_owned()),
        ("node.id", (node + 1).to_string()),
        ("controller.quorum.bootstrap.servers", quorum.join(",")),
        ("listeners", format!("CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}")),
        ("advertised.listeners", format!("CLIENTS://127.0.0.1:{port}")),
        ("controller.listener.names", "CONTROLLER".to_owned()),
        ("inter.broker.listener.name", "CLIENTS".to_owned()),
        ("listener.security.protocol.map", "CLIENTS:SASL_SSL,CONTROLLER:SASL_SSL".to_owned()),
        ("log.dirs", home.join("data").display().to_string()),
        ("ssl.keystore.type", "PEM".to_owned()),
        ("ssl.keystore.location", certificates.both.display().to_string()),
        ("ssl.truststore.type", "PEM".to_owned()),
        ("ssl.truststore.location", certificates.authority.display().to_string()),
        ("sasl.enabled.mechanisms", "SCRAM-SHA-512".to_owned()),
        ("sasl.mechanism.inter.broker.protocol", "SCRAM-SHA-512".to_owned()),
        ("sasl.mechanism.controller.protocol", "PLAIN".to_owned()),
        ("listener.name.controller.sasl.enabled.mechanisms", "PLAIN".to_owned()),
        (
            "listener.name.controller.plain.sasl.jaas.config",
            format!("{plain} required username=\"{0}\" password=\"{1}\" user_{0}=\"{1}\";", CONTROLLER.0, CONTROLLER.1),
        ),
        (
            "listener.name.clients.scram-sha-512.sasl.jaas.config",
            format!("{scram} required username=\"{}\" password=\"{}\";", BROKER.0, BROKER.1),
        ),
        ("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer".to_owned()),
        ("super.users", format!("User:{};User:{};User:{}", BROKER.0, CONTROLLER.0, ADMIN.0)),
        ("default.replication.factor", "3".to_owned()),
        ("min.insync.replicas", "2".to_owned()),
        ("offsets.topic.replication.factor", "3".to_owned()),
    ];
    let mut settings = small();
    settings.extend(own.map(|(name, value)| (name.to_owned(), value)));
    settings
}
