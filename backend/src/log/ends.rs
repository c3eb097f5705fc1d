//! Where a topic's partitions begin and end.

#[cfg(feature = "kafka")]
use super::kafka;
use super::{LogError, table};
use crate::{
    config::{LogConfig, LogKind},
    store::{Store, offsets::Place, outbox},
};
use serde::{Deserialize, Serialize};

/// A partition with its span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The partition.
    pub partition: i64,
    /// The first offset that it still holds.
    pub low: i64,
    /// The offset that comes next.
    pub high: i64,
}

/// Which log it is: an offset means something only there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LogName {
    /// Rows of an embedded database.
    Table,
    /// Topics of a cluster.
    Kafka {
        /// The cluster's id, if its brokers tell one.
        cluster: Option<String>,
        /// Put before each topic's name.
        topic_prefix: String,
    },
}

impl std::fmt::Display for LogName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LogName::Table => f.write_str("an embedded log"),
            LogName::Kafka { cluster, topic_prefix } => {
                let cluster = cluster.as_deref().unwrap_or("without an id");
                write!(f, "the topics {topic_prefix}* of the cluster {cluster}")
            }
        }
    }
}

/// Asks a log for its ends.
pub enum Ends {
    /// Rows of the store: one partition, whose start is never gone.
    Table,
    /// Brokers.
    #[cfg(feature = "kafka")]
    Kafka(kafka::Watermarks),
}

impl Ends {
    /// By the configuration; Kafka may be out of reach.
    pub fn open(config: &LogConfig) -> Result<Ends, LogError> {
        match config.kind {
            LogKind::Table => Ok(Ends::Table),
            #[cfg(feature = "kafka")]
            LogKind::Kafka => Ok(Ends::Kafka(kafka::Watermarks::new(config)?)),
            #[cfg(not(feature = "kafka"))]
            LogKind::Kafka => Err(LogError::Refused("this program was built without Kafka".into())),
        }
    }

    /// Every partition of a topic of facts.
    pub async fn of(&self, store: &Store, topic: &str) -> Result<Vec<End>, LogError> {
        match self {
            Ends::Table => {
                let last = outbox::last(store, topic).await.map_err(|e| LogError::Unreachable(e.to_string()))?;
                Ok(vec![End { partition: table::PARTITION, low: 0, high: last.map_or(0, |last| last + 1) }])
            }
            #[cfg(feature = "kafka")]
            Ends::Kafka(watermarks) => watermarks.of(topic).await,
        }
    }

    /// Which log it is.
    #[cfg_attr(not(feature = "kafka"), allow(unused_variables, reason = "only Kafka's has a name"))]
    pub async fn name(&self, config: &LogConfig) -> Result<LogName, LogError> {
        match self {
            Ends::Table => Ok(LogName::Table),
            #[cfg(feature = "kafka")]
            Ends::Kafka(watermarks) => {
                let cluster = watermarks.cluster().await?;
                Ok(LogName::Kafka { cluster, topic_prefix: config.topic_prefix.clone() })
            }
        }
    }

    /// Whether the record before a place is the one that was read there last. A member of a group compares that by itself
    /// as it goes on, so that brokers aren't asked here.
    pub async fn follows(&self, store: &Store, topic: &str, place: &Place) -> Result<bool, LogError> {
        match self {
            Ends::Table if place.next == 0 || place.last_id.is_empty() => Ok(true),
            Ends::Table => {
                let found = outbox::from(store, topic, place.next - 1, 1).await;
                let found = found.map_err(|e| LogError::Unreachable(e.to_string()))?;
                Ok(found.first().is_some_and(|letter| letter.seq == place.next - 1 && letter.id == place.last_id))
            }
            #[cfg(feature = "kafka")]
            Ends::Kafka(_) => Ok(true),
        }
    }
}
