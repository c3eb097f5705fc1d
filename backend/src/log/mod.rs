//! The log: where requests are appended and facts published. One port, two adapters.

pub mod asyncapi;
pub mod cost;
pub mod ends;
#[cfg(feature = "kafka")]
pub mod kafka;
pub mod table;
pub mod topics;

use async_trait::async_trait;
use jukeline_app::{events::Request, id::JukeboxId};
use uuid::Uuid;

/// Why a record was not appended.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Out of reach: nothing was taken.
    #[error("the log is out of reach: {0}")]
    Unreachable(String),
    /// Settings or a password that can't be right: waiting doesn't help.
    #[error("log.kafka: {0}")]
    Refused(String),
    /// A record that can't be written.
    #[error("a record can't be written: {0}")]
    Unwritable(String),
}

/// Where requests go. An append that returned is durable: on every in-sync replica, or on the disk.
#[async_trait]
pub trait RequestLog: Send + Sync {
    /// Appends what was said about a jukebox, behind all that was appended about it before.
    async fn append(&self, jukebox: JukeboxId, request: &Request) -> Result<(), LogError>;

    /// Whether it can be reached now, in words if not.
    async fn check(&self) -> Result<(), LogError>;
}

/// A record as it came from the log.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its offset in the partition.
    pub offset: i64,
    /// `ce_id`.
    pub id: String,
    /// What it is about: for requests a jukebox, if it can be read.
    pub key: String,
    /// JSON.
    pub payload: String,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handled {
    /// Committed.
    Committed,
    /// Somebody else is at `next`: go on from there.
    Elsewhere {
        /// The next offset wanted.
        next: i64,
    },
}

/// A record on its way into the log.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) key: String,
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) payload: String,
}

impl Outgoing {
    pub(crate) fn new(jukebox: JukeboxId, request: &Request) -> Result<Outgoing, LogError> {
        let payload = serde_json::to_string(request).map_err(|e| LogError::Unwritable(e.to_string()))?;
        Ok(Outgoing { key: jukebox.to_string(), id: Uuid::now_v7().to_string(), kind: request.name(), payload })
    }
}
