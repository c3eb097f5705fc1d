//! `jukeline snapshot` and `jukeline replay --from-snapshot`: a reader's state as a file, so that it can be built anew
//! where the log no longer holds its start.

mod file;
mod load;
mod take;

pub use load::load;
pub use take::take;

use super::report::ReplayError;
use crate::{log::LogError, store::StoreError};
use std::path::PathBuf;

/// Why there is no snapshot, or none was loaded. What is shown is as it was.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// As for any reader that is built anew.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Nothing was built yet.
    #[error("nothing of {0} is shown yet: there is nothing to take a snapshot of")]
    NothingShown(&'static str),
    /// The file can't be read or written.
    #[error("{}: {error}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file is no snapshot, or not the whole of one.
    #[error("{} is not a whole snapshot: {detail}. Nothing was changed", file.display())]
    Damaged {
        /// Which.
        file: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// It is of something else.
    #[error("the snapshot is of {found}, but {wanted} is wanted. Nothing was changed")]
    Other {
        /// Of what it is.
        found: String,
        /// Of what it should be.
        wanted: String,
    },
    /// The log lacks what came after the snapshot.
    #[error(
        "the snapshot goes on at offset {next} of partition {partition} of {topic}, which begins at {low}: what is between \
         is gone. Take a newer snapshot. Nothing was changed"
    )]
    Gap {
        /// The topic without prefix.
        topic: &'static str,
        /// The partition.
        partition: i64,
        /// The next offset of the snapshot.
        next: i64,
        /// The partition's first offset.
        low: i64,
    },
    /// The log never came to where the snapshot was taken.
    #[error(
        "the snapshot goes on at offset {next} of partition {partition} of {topic}, which has no such place: it is of \
         another log. Nothing was changed"
    )]
    OtherLog {
        /// The topic without prefix.
        topic: String,
        /// The partition.
        partition: i64,
        /// The next offset of the snapshot.
        next: i64,
    },
    /// A replay took its place while it was filled.
    #[error("another replay of {0} was wished for meanwhile, and goes on instead")]
    Superseded(&'static str),
}
