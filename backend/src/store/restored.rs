//! After a backup was restored: whatever was decided since the backup is void, and whoever saw it must be able to tell.

use super::{Result, Store, StoreError, in_use, now, sqlite_url};
use sqlx::{AnyConnection, Connection};
use std::path::Path;

/// What was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raised {
    /// How many jukeboxes.
    pub jukeboxes: u64,
    /// How many accounts.
    pub accounts: u64,
}

/// Why nothing was raised.
#[derive(Debug, thiserror::Error)]
pub enum RestoredError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is in use.
    #[error("a server, or another command, has the database open: stop it first")]
    InUse,
}

/// Raises the epochs of all jukeboxes and accounts of the database at `url` (`sqlite`: the one in `data`). Facts that
/// are decided anew then carry other ids than the lost ones, and are newer than them to every reader.
pub async fn restored(url: &str, data: &Path) -> Result<Raised, RestoredError> {
    // The backup may be older than this program.
    let store = if url == "sqlite" { Store::open_sqlite(data).await? } else { Store::open_postgres(url).await? };
    let kind = store.kind();
    store.close().await;
    drop(store);
    // Held to the end.
    let mut _file = None;
    let mut connection = if url == "sqlite" {
        _file = Some(in_use::alone(data).await?.ok_or(RestoredError::InUse)?);
        AnyConnection::connect(&sqlite_url(data)).await.map_err(StoreError::from)?
    } else {
        in_use::alone_connection(url).await?.ok_or(RestoredError::InUse)?
    };
    let now = now(kind, &mut connection).await?;
    let raised = raise(&mut connection, now.0).await?;
    connection.close().await.map_err(StoreError::from)?;
    Ok(raised)
}

/// The moment is the epoch, so that one backup that is restored twice gets two.
async fn raise(connection: &mut AnyConnection, epoch: i64) -> Result<Raised> {
    let mut tx = connection.begin().await?;
    let jukeboxes = "UPDATE jukeboxes SET epoch = CASE WHEN epoch < $1 THEN $1 ELSE epoch + 1 END";
    let accounts = "UPDATE accounts SET epoch = CASE WHEN epoch < $1 THEN $1 ELSE epoch + 1 END";
    let raised = Raised {
        jukeboxes: sqlx::query(jukeboxes).bind(epoch).execute(&mut *tx).await?.rows_affected(),
        accounts: sqlx::query(accounts).bind(epoch).execute(&mut *tx).await?.rows_affected(),
    };
    tx.commit().await?;
    Ok(raised)
}
