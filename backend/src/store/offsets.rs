//! How far a reader has come, kept with the effect of what it read.

use super::{Result, Store, Tx};
use sqlx::Row;

/// A reader's place in a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The next offset it wants.
    pub next: i64,
    /// `ce_id` of the record before it.
    pub last_id: String,
}

/// Where a reader is; nothing before its first record.
pub async fn read(store: &Store, reader: &str, topic: &str, partition: i64) -> Result<Option<Place>> {
    let sql = "SELECT next, last_id FROM offsets WHERE reader = $1 AND topic = $2 AND partition = $3";
    let row = sqlx::query(sql).bind(reader).bind(topic).bind(partition).fetch_optional(store.read()).await?;
    row.map(|row| Ok(Place { next: row.try_get(0)?, last_id: row.try_get(1)? })).transpose()
}

/// Makes a reader's row at its first record, unless somebody else did.
pub async fn begin_at(store: &Store, reader: &str, topic: &str, partition: i64, first: i64) -> Result<()> {
    let mut tx = store.begin().await?;
    let sql = "INSERT INTO offsets (reader, topic, partition, next) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    sqlx::query(sql).bind(reader).bind(topic).bind(partition).bind(first).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Moves a reader from `first` past `last`; false when it isn't at `first`: somebody else has gone on, roll back.
pub async fn advance(
    tx: &mut Tx,
    reader: &str,
    topic: &str,
    partition: i64,
    first: i64,
    last: i64,
    last_id: &str,
) -> Result<bool> {
    let sql =
        "UPDATE offsets SET next = $1, last_id = $2 WHERE reader = $3 AND topic = $4 AND partition = $5 AND next = $6";
    let done = sqlx::query(sql)
        .bind(last + 1)
        .bind(last_id)
        .bind(reader)
        .bind(topic)
        .bind(partition)
        .bind(first)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Moves a reader over positions that no record has. Only for the table log, whose numbers may have holes.
pub async fn skip_hole(store: &Store, reader: &str, topic: &str, partition: i64, next: i64, first: i64) -> Result<()> {
    let mut tx = store.begin().await?;
    let sql =
        "UPDATE offsets SET next = $1 WHERE reader = $2 AND topic = $3 AND partition = $4 AND next = $5 AND $1 > $5";
    sqlx::query(sql).bind(first).bind(reader).bind(topic).bind(partition).bind(next).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}
