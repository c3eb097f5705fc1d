//! How large the newest records of a topic are.

use super::{client, not_made, topic, unreachable};
use crate::{
    config::LogConfig,
    log::{
        LogError,
        cost::{Measured, Sample},
        topics::TOPICS,
    },
};
use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    message::{BorrowedMessage, Headers},
};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

/// Records that are read of each partition at the most.
const NEWEST: i64 = 200;
/// How long a broker may take for an answer, and how long a topic's records may.
const PATIENCE: Duration = Duration::from_secs(5);

/// Measures every topic that is there.
pub async fn measure(config: &LogConfig) -> Result<Vec<Measured<'static>>, LogError> {
    let config = config.clone();
    let asked = tokio::task::spawn_blocking(move || {
        TOPICS.iter().map(|known| Ok((known, one(&config, &topic(&config, known.name))?))).collect()
    });
    asked.await.map_err(unreachable)?
}

fn one(config: &LogConfig, name: &str) -> Result<Option<Sample>, LogError> {
    let consumer: BaseConsumer = client(config)
        // Partitions are assigned by hand: the group has no members and commits nothing.
        .set("group.id", format!("{}topics", config.topic_prefix))
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .create()
        .map_err(not_made)?;
    let metadata = consumer.fetch_metadata(Some(name), PATIENCE).map_err(unreachable)?;
    let partitions: Vec<i32> =
        metadata.topics().iter().flat_map(|found| found.partitions()).map(|partition| partition.id()).collect();
    if partitions.is_empty() {
        return Ok(None);
    }
    let mut sample = Sample { partitions: i64::try_from(partitions.len()).unwrap_or(i64::MAX), ..Sample::default() };
    let (mut wanted, mut unread) = (TopicPartitionList::new(), BTreeSet::new());
    for partition in partitions {
        let (low, high) = consumer.fetch_watermarks(name, partition, PATIENCE).map_err(unreachable)?;
        sample.appended += high;
        sample.held += high - low;
        if high > low {
            let from = Offset::Offset(low.max(high - NEWEST));
            wanted.add_partition_offset(name, partition, from).map_err(unreachable)?;
            unread.insert(partition);
        }
    }
    consumer.assign(&wanted).map_err(unreachable)?;
    let deadline = Instant::now() + PATIENCE;
    while !unread.is_empty() && Instant::now() < deadline {
        match consumer.poll(Duration::from_millis(200)) {
            None => {}
            Some(Ok(message)) => add(&mut sample, &message),
            Some(Err(rdkafka::error::KafkaError::PartitionEOF(partition))) => drop(unread.remove(&partition)),
            Some(Err(error)) => return Err(unreachable(error)),
        }
    }
    Ok(Some(sample))
}

fn add(sample: &mut Sample, message: &BorrowedMessage<'_>) {
    let length = |bytes: Option<&[u8]>| bytes.map_or(0, <[u8]>::len);
    let headers = || message.headers().into_iter().flat_map(Headers::iter);
    let bytes = length(message.key())
        + length(message.payload())
        + headers().map(|header| header.key.len() + length(header.value)).sum::<usize>();
    sample.records += 1;
    sample.bytes += i64::try_from(bytes).unwrap_or(0);
    sample.heard += i64::from(headers().any(|header| header.key == "ce_type" && header.value == Some(b"Heard")));
}
