//! Favourites: songs that somebody marked with a heart. A setting of theirs: decided here and now, and no fact.

use super::{Result, Store, id};
use jukeline_app::{
    id::{AccountId, SongId},
    time::Timestamp,
};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

/// Favourites that one may have.
pub const MOST: i64 = 500;

/// What became of a wish to add one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Added {
    /// It is one now, or was before.
    Yes,
    /// Nothing changed: there are as many as may be.
    Full,
    /// Nothing changed: the account was deleted, or became part of another, a moment ago.
    Gone,
}

/// Adds a song of the catalogue. Behind the account's lock, like merges and deletions: none is counted past, and none left
/// with somebody who is gone.
pub async fn add(store: &Store, account: AccountId, song: SongId, now: Timestamp) -> Result<Added> {
    let mut tx = store.begin().await?;
    let alive = format!(
        "SELECT id FROM accounts WHERE id = $1 AND deleted_at IS NULL AND merged_into IS NULL{}",
        store.kind().for_update()
    );
    if sqlx::query(AssertSqlSafe(alive)).bind(account.to_string()).fetch_optional(&mut *tx).await?.is_none() {
        return Ok(Added::Gone);
    }
    let counted = "SELECT CAST(COUNT(*) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN song = $2 THEN 1 ELSE 0 END), 0) AS BIGINT) \
                   FROM favourites WHERE account = $1";
    let row = sqlx::query(counted).bind(account.to_string()).bind(song.to_string()).fetch_one(&mut *tx).await?;
    if row.try_get::<i64, _>(1)? > 0 {
        return Ok(Added::Yes);
    }
    if row.try_get::<i64, _>(0)? >= MOST {
        return Ok(Added::Full);
    }
    sqlx::query("INSERT INTO favourites (account, song, since) VALUES ($1, $2, $3)")
        .bind(account.to_string())
        .bind(song.to_string())
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Added::Yes)
}

/// Takes a song out, if it is there.
pub async fn remove(store: &Store, account: AccountId, song: SongId) -> Result<()> {
    let mut tx = store.begin().await?;
    sqlx::query("DELETE FROM favourites WHERE account = $1 AND song = $2")
        .bind(account.to_string())
        .bind(song.to_string())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Whether a song is one.
pub async fn has(store: &Store, account: AccountId, song: SongId) -> Result<bool> {
    let sql = "SELECT song FROM favourites WHERE account = $1 AND song = $2";
    let found = sqlx::query(sql).bind(account.to_string()).bind(song.to_string()).fetch_optional(store.read()).await?;
    Ok(found.is_some())
}

/// All of them with when they were added, newest first. Of somebody who brought some along from being a guest there may be
/// more than [`MOST`]: the older ones are shown again when newer ones go.
pub async fn of_account(store: &Store, account: AccountId) -> Result<Vec<(SongId, Timestamp)>> {
    let sql = "SELECT song, since FROM favourites WHERE account = $1 ORDER BY since DESC, song LIMIT $2";
    let rows = sqlx::query(sql).bind(account.to_string()).bind(MOST).fetch_all(store.read()).await?;
    let favourite = |row: &AnyRow| Ok((id("favourites", row.try_get(0)?)?, Timestamp(row.try_get(1)?)));
    rows.iter().map(favourite).collect()
}
