//! Apache Kafka, started for the test and removed after it.

mod acl;
mod java;
mod node;
mod secure;
mod streams;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use rdkafka::{
    ClientConfig,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    types::RDKafkaErrorCode,
};

use crate::eventually;
pub use node::{Kafka, Settings};
pub use secure::SecureCluster;
pub use streams::{Counted, Counting, Nights, Place, chart_counts, top10};

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(90);
/// How long one answer of a broker may take.
const ANSWER: Duration = Duration::from_secs(10);

/// Makes a topic and waits until the brokers name all its partitions.
///
/// # Errors
/// It exists, or the brokers are out of reach.
pub async fn create_topic(client: &ClientConfig, name: &str, partitions: i32, replication: i32) -> Result<()> {
    let admin: AdminClient<DefaultClientContext> = client.create()?;
    let topic = NewTopic::new(name, partitions, TopicReplication::Fixed(replication));
    let results = admin.create_topics(&[topic], &AdminOptions::new().operation_timeout(Some(ANSWER))).await?;
    for result in results {
        result.map_err(|(name, code)| anyhow::anyhow!("cannot make {name}: {code}"))?;
    }
    eventually(&format!("the topic {name}"), ANSWER, || async {
        let known = partitions_of(client, name).await?;
        if known == usize::try_from(partitions)? { Ok(()) } else { bail!("{known} of {partitions} partitions") }
    })
    .await
}

/// Removes a topic with all its records.
///
/// # Errors
/// It does not exist, or the brokers are out of reach.
pub async fn delete_topic(client: &ClientConfig, name: &str) -> Result<()> {
    let admin: AdminClient<DefaultClientContext> = client.create()?;
    for result in admin.delete_topics(&[name], &AdminOptions::new().operation_timeout(Some(ANSWER))).await? {
        result.map_err(|(name, code)| anyhow::anyhow!("cannot remove {name}: {code}"))?;
    }
    eventually(&format!("the end of the topic {name}"), ANSWER, || async {
        match partitions_of(client, name).await? {
            0 => Ok(()),
            left => bail!("{left} partitions are left"),
        }
    })
    .await
}

/// How many partitions the brokers name; 0 for a topic that they do not know.
async fn partitions_of(client: &ClientConfig, topic: &str) -> Result<usize> {
    let (client, topic) = (client.clone(), topic.to_owned());
    let count = move || {
        let consumer: BaseConsumer = client.create()?;
        let metadata = consumer.fetch_metadata(Some(&topic), Duration::from_secs(3))?;
        let topic = metadata.topics().first().context("no topic in the metadata")?;
        let unknown = topic.error().map(RDKafkaErrorCode::from) == Some(RDKafkaErrorCode::UnknownTopicOrPartition);
        Ok(if unknown { 0 } else { topic.partitions().len() })
    };
    tokio::task::spawn_blocking(count).await?
}

/// How many brokers answer to this client.
async fn brokers(client: &ClientConfig) -> Result<usize> {
    let client = client.clone();
    let count = move || {
        let consumer: BaseConsumer = client.create()?;
        Ok(consumer.fetch_metadata(None, Duration::from_secs(2))?.brokers().len())
    };
    tokio::task::spawn_blocking(count).await?
}
