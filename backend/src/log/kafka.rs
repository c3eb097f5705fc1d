//! Apache Kafka: what a network of venues runs on.

mod consumer;
mod floor;
mod goodbye;
mod live;
mod reader;
mod relay;
mod sample;
pub mod tail;
pub mod topic_table;
mod watermarks;

pub use floor::run_floor;
pub use live::run_live;
pub use reader::run_reader;
pub use relay::run_relay;
pub use sample::measure;
pub use watermarks::Watermarks;

use super::{LogError, Outgoing, RequestLog};
use crate::{config::LogConfig, outage::Outage};
use async_trait::async_trait;
use jukeline_app::{events::Request, id::JukeboxId};
use rdkafka::{
    ClientConfig,
    error::KafkaError,
    message::{Header, OwnedHeaders},
    producer::{FutureProducer, FutureRecord, Producer},
    util::Timeout,
};
use std::time::Duration;

/// How long a record may wait for its acknowledgement: below the handlers' timeout, so that a patron who is told
/// "failed" is never charged afterwards.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(4);

/// Settings for every client of this log; what the configuration says goes last.
pub fn client(config: &LogConfig) -> ClientConfig {
    let mut client = ClientConfig::new();
    // Records are small and somebody waits for each.
    client.set("client.id", "jukeline").set("socket.nagle.disable", "true");
    for (key, value) in &config.kafka {
        client.set(key, value);
    }
    client
}

/// A topic's full name.
pub fn topic(config: &LogConfig, name: &str) -> String {
    format!("{}{name}", config.topic_prefix)
}

/// A producer that neither loses nor doubles nor reorders: idempotent, acknowledged by all in-sync replicas.
pub fn producer(config: &LogConfig) -> Result<FutureProducer, LogError> {
    let mut client = client(config);
    client
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("request.timeout.ms", "3000")
        .set("message.timeout.ms", MESSAGE_TIMEOUT.as_millis().to_string())
        // Java's partitioner, so that joins of other tools meet our partitions.
        .set("partitioner", "murmur2_random")
        .set("compression.type", "lz4")
        .set("linger.ms", "0");
    client.create().map_err(not_made)
}

/// A client that can't be made: a setting that Kafka's library doesn't know or take. Its value isn't told, it may be a
/// password.
fn not_made(error: KafkaError) -> LogError {
    match error {
        KafkaError::ClientConfig(_, why, _, _) | KafkaError::ClientCreation(why) => LogError::Refused(why),
        other => unreachable(other),
    }
}

/// Makes missing topics as soon as Kafka is in reach; gives up where waiting doesn't help.
pub async fn make_topics(config: &LogConfig) -> Result<(), LogError> {
    let mut outage = Outage::none("Kafka");
    loop {
        match topic_table::apply(config).await {
            Ok(_) => {
                outage.over();
                return Ok(());
            }
            Err(refused @ LogError::Refused(_)) => return Err(refused),
            Err(error) => tokio::time::sleep(outage.failed(&error)).await,
        }
    }
}

pub(super) fn unreachable(error: impl std::fmt::Display) -> LogError {
    LogError::Unreachable(error.to_string())
}

/// Headers of the CloudEvents Kafka binding, binary mode (CloudEvents 1.0, Kafka protocol binding §3.2).
pub fn cloud_event(id: &str, kind: &str, at_ms: i64) -> OwnedHeaders {
    let time = jukeline_app::hours::rfc3339(jukeline_app::time::Timestamp(at_ms));
    [
        ("ce_specversion", "1.0"),
        ("ce_id", id),
        ("ce_type", kind),
        ("ce_source", "/jukeline"),
        ("ce_time", time.as_str()),
        ("content-type", "application/json"),
    ]
    .into_iter()
    .fold(OwnedHeaders::new(), |headers, (key, value)| headers.insert(Header { key, value: Some(value) }))
}

/// The log of requests on Kafka.
pub struct KafkaLog {
    producer: FutureProducer,
    topic: String,
}

impl KafkaLog {
    /// Makes the producer; the brokers may be out of reach, they are tried again.
    pub fn new(config: &LogConfig) -> Result<KafkaLog, LogError> {
        Ok(KafkaLog { producer: producer(config)?, topic: topic(config, "requests") })
    }
}

#[async_trait]
impl RequestLog for KafkaLog {
    async fn append(&self, jukebox: JukeboxId, request: &Request) -> Result<(), LogError> {
        let record = Outgoing::new(jukebox, request)?;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let headers = cloud_event(&record.id, record.kind, i64::try_from(now.as_millis()).unwrap_or(0));
        let record = FutureRecord::to(&self.topic).key(&record.key).payload(&record.payload).headers(headers);
        match self.producer.send(record, Timeout::After(Duration::from_secs(1))).await {
            Ok(_) => Ok(()),
            Err((error, _)) => Err(unreachable(error)),
        }
    }

    async fn check(&self) -> Result<(), LogError> {
        let (producer, topic) = (self.producer.clone(), self.topic.clone());
        let asked = tokio::task::spawn_blocking(move || {
            let metadata =
                producer.client().fetch_metadata(Some(&topic), Duration::from_secs(2)).map_err(unreachable)?;
            let there = metadata.topics().iter().any(|found| found.name() == topic && found.error().is_none());
            if there { Ok(()) } else { Err(unreachable(format!("no topic {topic}: run `jukeline topics --apply`"))) }
        });
        asked.await.map_err(unreachable)?
    }
}
