//! Whether anybody has the database open. Every open store holds a shared lock, which ends with its process however
//! that ends; what must be alone asks for the lock as a whole.

use super::{Result, StoreError};
use sqlx::{AnyConnection, Connection};
use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
    time::Duration,
};

/// The advisory lock that every connection to PostgreSQL shares.
const LOCK: i64 = 0x6a75_6b65_0003;
/// The file beside the embedded database whose lock is shared.
const FILE: &str = "jukeline.lock";
/// Connections that were closed a moment ago may hold the lock for as many tries.
const TRIES: usize = 20;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(100);

/// Shares the lock on the embedded database of a folder while the value lives. A file system without locks is no
/// reason not to start: then nobody can tell.
pub(super) fn share(folder: &Path) -> Option<File> {
    let file = open(folder).ok()?;
    file.lock_shared().ok()?;
    Some(file)
}

/// Shares the lock while this connection to PostgreSQL lives.
pub(super) async fn share_connection(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT CAST(pg_advisory_lock_shared($1) AS TEXT)").bind(LOCK).execute(connection).await?;
    Ok(())
}

/// The embedded database for oneself; nothing if somebody has it open.
pub(super) async fn alone(folder: &Path) -> Result<Option<File>> {
    let file = open(folder).map_err(|error| StoreError::Database(error.into()))?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
            // Nobody can tell here.
            Err(TryLockError::Error(_)) => return Ok(Some(file)),
        }
    }
    Ok(None)
}

/// A connection to PostgreSQL that has the database for itself; nothing if somebody has it open.
pub(super) async fn alone_connection(url: &str) -> Result<Option<AnyConnection>> {
    let mut connection = AnyConnection::connect(url).await?;
    for _ in 0..TRIES {
        let sql = "SELECT pg_try_advisory_lock($1)";
        if sqlx::query_scalar::<_, bool>(sql).bind(LOCK).fetch_one(&mut connection).await? {
            return Ok(Some(connection));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(None)
}

fn open(folder: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(FILE))
}
