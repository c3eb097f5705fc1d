//! Where a topic's partitions begin and end.

#[cfg(feature = "kafka")]
use super::kafka;
use super::{LogError, table};
use crate::{
    config::{LogConfig, LogKind},
    store::{Store, outbox},
};

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
}
