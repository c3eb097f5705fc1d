//! The topics as any other program sees them.

use anyhow::{Context as _, Result, bail};
use jukeline_backend::config::LogConfig;
use jukeline_tests::kafka::Kafka;
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    message::{Header, Headers, OwnedHeaders},
    producer::{FutureProducer, FutureRecord},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

/// A record as read.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    /// Key.
    pub(crate) key: String,
    /// Payload.
    pub(crate) payload: String,
    /// Headers.
    pub(crate) headers: BTreeMap<String, String>,
    /// Its partition.
    pub(crate) partition: i32,
}

impl Read {
    /// `ce_id`.
    pub(crate) fn id(&self) -> String {
        self.headers.get("ce_id").cloned().unwrap_or_default()
    }
}

/// Produces what the server would not; returns the partition. Without a partition the key decides, as in the server.
pub(crate) async fn produce(
    kafka: &Kafka,
    topic: &str,
    partition: Option<i32>,
    key: &[u8],
    id: Option<&str>,
    payload: &[u8],
) -> Result<i32> {
    let producer: FutureProducer = kafka.client().set("acks", "all").set("partitioner", "murmur2_random").create()?;
    let mut record = FutureRecord::to(topic).key(key).payload(payload);
    if let Some(partition) = partition {
        record = record.partition(partition);
    }
    if let Some(id) = id {
        record = record.headers(OwnedHeaders::new().insert(Header { key: "ce_id", value: Some(id) }));
    }
    let delivered = producer.send(record, Duration::from_secs(10)).await.map_err(|(error, _)| error)?;
    Ok(delivered.partition)
}

/// Reads a topic from its beginning until all of `ids` were seen; returns every record up to then.
pub(crate) async fn read_until(kafka: &Kafka, topic: &str, mut ids: BTreeSet<String>) -> Result<Vec<Read>> {
    let (client, topic) = (kafka.client(), topic.to_owned());
    let done = move |read: &[Read]| {
        if let Some(last) = read.last() {
            ids.remove(&last.id());
        }
        ids.is_empty()
    };
    tokio::task::spawn_blocking(move || read_blocking(&client, &topic, done, super::PATIENCE)).await?
}

/// `done` is asked after each record, and may be asked again.
fn read_blocking(
    client: &ClientConfig,
    topic: &str,
    mut done: impl FnMut(&[Read]) -> bool,
    patience: Duration,
) -> Result<Vec<Read>> {
    let consumer: BaseConsumer = client.clone().set("group.id", super::fresh("reader")).create()?;
    let metadata = consumer.fetch_metadata(Some(topic), Duration::from_secs(10))?;
    let mut list = TopicPartitionList::new();
    for partition in metadata.topics().first().context("no topic")?.partitions() {
        list.add_partition_offset(topic, partition.id(), Offset::Beginning)?;
    }
    consumer.assign(&list)?;
    let deadline = Instant::now() + patience;
    let mut read = Vec::new();
    while !done(&read) {
        if Instant::now() > deadline {
            bail!("some records of {topic} are missing after {} others", read.len());
        }
        let Some(polled) = consumer.poll(Duration::from_millis(200)) else { continue };
        let message = polled?;
        let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
        let headers =
            message.headers().map(|headers| headers.iter().map(|h| (h.key.to_owned(), text(h.value))).collect());
        let record = Read {
            key: text(message.key()),
            payload: text(message.payload()),
            headers: headers.unwrap_or_default(),
            partition: message.partition(),
        };
        read.push(record);
    }
    Ok(read)
}

/// Everything that a topic holds now.
pub(crate) async fn read_all(kafka: &Kafka, topic: &str) -> Result<Vec<Read>> {
    let (client, name) = (kafka.client(), topic.to_owned());
    let records = usize::try_from(count(kafka, topic).await?)?;
    tokio::task::spawn_blocking(move || read_blocking(&client, &name, |read| read.len() >= records, super::PATIENCE))
        .await?
}

/// How many records a topic holds.
pub(crate) async fn count(kafka: &Kafka, topic: &str) -> Result<i64> {
    let (client, topic) = (kafka.client(), topic.to_owned());
    let ask = move || -> Result<i64> {
        let consumer: BaseConsumer = client.create()?;
        let metadata = consumer.fetch_metadata(Some(&topic), Duration::from_secs(10))?;
        let mut records = 0;
        for partition in metadata.topics().first().context("no topic")?.partitions() {
            let (low, high) = consumer.fetch_watermarks(&topic, partition.id(), Duration::from_secs(10))?;
            records += high - low;
        }
        Ok(records)
    };
    tokio::task::spawn_blocking(ask).await?
}

/// Deletes what stands before an offset in those partitions of a topic that have come so far, as a broker does with old
/// records.
pub(crate) async fn delete_records(kafka: &Kafka, topic: &str, before: i64) -> Result<()> {
    let admin: AdminClient<DefaultClientContext> = kafka.client().create()?;
    let consumer: BaseConsumer = kafka.client().create()?;
    let metadata = consumer.fetch_metadata(Some(topic), Duration::from_secs(10))?;
    let mut list = TopicPartitionList::new();
    for partition in metadata.topics().first().context("no topic")?.partitions() {
        let (_, high) = consumer.fetch_watermarks(topic, partition.id(), Duration::from_secs(10))?;
        if high > before {
            list.add_partition_offset(topic, partition.id(), Offset::Offset(before))?;
        }
    }
    anyhow::ensure!(list.count() > 0, "no partition has come to {before}");
    admin.delete_records(&list, &AdminOptions::new()).await?;
    Ok(())
}

/// The server's settings that reach this broker as this client does.
pub(crate) fn settings(log: &mut LogConfig, client: &ClientConfig, names: &[&str]) -> Result<()> {
    for name in names {
        let value = client.get(name).with_context(|| format!("no {name}"))?;
        log.kafka.insert((*name).into(), value.into());
    }
    Ok(())
}
