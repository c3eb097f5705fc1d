//! Songs that people asked for and that aren't in the catalogue: how many people asked for which words.
//!
//! Who asked is kept to count nobody twice, for `KEPT_MS` at most, and goes with their account; the counts stay.

use super::{Result, Store, settings};
use jukeline_app::{
    api::Wish,
    id::{AccountId, JukeboxId},
    time::{MINUTE, Timestamp},
};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

/// How long somebody who asks again isn't counted again: 90 days.
const KEPT_MS: i64 = 90 * 24 * 60 * MINUTE;
/// How often those are forgotten who asked longer ago.
const FORGOTTEN_EVERY_MS: i64 = 60 * MINUTE;

/// What became of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Asked {
    /// It is counted, now or before.
    Counted,
    /// Nothing changed: the account was deleted, or became part of another, a moment ago.
    Gone,
}

/// Counts that somebody in a room asked for these folded words, once a person. Behind the account's lock, like merges and
/// deletions: no row is left with somebody who is gone.
pub async fn ask(store: &Store, account: AccountId, jukebox: JukeboxId, words: &str, now: Timestamp) -> Result<Asked> {
    let mut tx = store.begin().await?;
    let alive = format!(
        "SELECT id FROM accounts WHERE id = $1 AND deleted_at IS NULL AND merged_into IS NULL{}",
        store.kind().for_update()
    );
    if sqlx::query(AssertSqlSafe(alive)).bind(account.to_string()).fetch_optional(&mut *tx).await?.is_none() {
        return Ok(Asked::Gone);
    }
    let first = "INSERT INTO wish_people (account, words, asked_at) VALUES ($1, $2, $3) ON CONFLICT (account, words) \
                 DO UPDATE SET asked_at = excluded.asked_at WHERE wish_people.asked_at < $4";
    let first = sqlx::query(first)
        .bind(account.to_string())
        .bind(words.to_owned())
        .bind(now.0)
        .bind(now.plus(-KEPT_MS).0)
        .execute(&mut *tx)
        .await?;
    let people = i64::from(first.rows_affected() == 1);
    let counted = "INSERT INTO wishes (words, people, last_at) VALUES ($1, $2, $3) ON CONFLICT (words) \
                   DO UPDATE SET people = wishes.people + excluded.people, last_at = excluded.last_at";
    sqlx::query(counted).bind(words.to_owned()).bind(people).bind(now.0).execute(&mut *tx).await?;
    sqlx::query("INSERT INTO wish_rooms (words, jukebox) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(words.to_owned())
        .bind(jukebox.to_string())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    forget(store, now).await?;
    Ok(Asked::Counted)
}

/// Forgets who asked long ago, one process at a time.
async fn forget(store: &Store, now: Timestamp) -> Result<()> {
    if !settings::lease(store, "wishes.forgotten", now, now.plus(FORGOTTEN_EVERY_MS)).await? {
        return Ok(());
    }
    let mut tx = store.begin().await?;
    sqlx::query("DELETE FROM wish_people WHERE asked_at < $1").bind(now.plus(-KEPT_MS).0).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// What most people asked for, then what was asked for last.
pub async fn most(store: &Store, at_most: i64) -> Result<Vec<Wish>> {
    let sql = "SELECT w.words, w.people, (SELECT CAST(COUNT(*) AS BIGINT) FROM wish_rooms r WHERE r.words = w.words), \
               w.last_at FROM wishes w ORDER BY w.people DESC, w.last_at DESC, w.words LIMIT $1";
    let rows = sqlx::query(sql).bind(at_most).fetch_all(store.read()).await?;
    let count = |row: &AnyRow, column: usize| {
        row.try_get::<i64, _>(column).map(|count| u32::try_from(count.max(0)).unwrap_or(u32::MAX))
    };
    let wish = |row: &AnyRow| {
        Ok(Wish {
            words: row.try_get(0)?,
            people: count(row, 1)?,
            rooms: count(row, 2)?,
            last_at: Timestamp(row.try_get(3)?),
        })
    };
    rows.iter().map(wish).collect()
}
