//! Where the partitions of a topic begin and end, by the brokers.

use super::{client, not_made, topic, unreachable};
use crate::{
    config::LogConfig,
    log::{LogError, ends::End},
};
use rdkafka::consumer::{BaseConsumer, Consumer};
use std::{sync::Arc, time::Duration};

/// How long a broker may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A client that asks for watermarks and reads nothing.
#[derive(Clone)]
pub struct Watermarks {
    consumer: Arc<BaseConsumer>,
    config: LogConfig,
}

impl Watermarks {
    /// The brokers may be out of reach.
    pub(in crate::log) fn new(config: &LogConfig) -> Result<Watermarks, LogError> {
        let consumer = Arc::new(client(config).create().map_err(not_made)?);
        Ok(Watermarks { consumer, config: config.clone() })
    }

    pub(in crate::log) async fn of(&self, name: &str) -> Result<Vec<End>, LogError> {
        let (consumer, topic) = (self.consumer.clone(), topic(&self.config, name));
        tokio::task::spawn_blocking(move || ask(&consumer, &topic)).await.map_err(unreachable)?
    }

    /// The cluster's id, if its brokers tell one.
    pub(in crate::log) async fn cluster(&self) -> Result<Option<String>, LogError> {
        let consumer = self.consumer.clone();
        let asked = tokio::task::spawn_blocking(move || {
            // Brokers that are out of reach would be taken for some that tell none.
            consumer.fetch_metadata(None, PATIENCE).map_err(unreachable)?;
            Ok(consumer.client().fetch_cluster_id(PATIENCE))
        });
        asked.await.map_err(unreachable)?
    }
}

fn ask(consumer: &BaseConsumer, topic: &str) -> Result<Vec<End>, LogError> {
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).map_err(unreachable)?;
    let partitions = metadata.topics().iter().flat_map(|found| found.partitions());
    let end = |partition: i32| {
        let (low, high) = consumer.fetch_watermarks(topic, partition, PATIENCE).map_err(unreachable)?;
        Ok(End { partition: i64::from(partition), low, high })
    };
    let ends: Vec<End> = partitions.map(|partition| end(partition.id())).collect::<Result<_, LogError>>()?;
    if ends.is_empty() {
        return Err(unreachable(format!("no topic {topic}: run `jukeline topics --apply`")));
    }
    Ok(ends)
}
