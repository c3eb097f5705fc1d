//! The outbox: facts written in the transaction that decided them, published afterwards in order.

use super::{Result, Store, Tx, padded, pieces, to_json};
use jukeline_app::{id::fact_id, time::Timestamp};
use serde::Serialize;
use sqlx::{AssertSqlSafe, Row};

/// A fact on its way to the log.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Where it is in the outbox; 0 before it is there.
    pub seq: i64,
    /// Topic without prefix, such as `plays`.
    pub topic: String,
    /// What it is about.
    pub key: String,
    /// `ce_id`.
    pub id: String,
    /// `ce_type`.
    pub kind: String,
    /// `ce_time`, milliseconds.
    pub at: i64,
    /// JSON.
    pub payload: String,
}

impl Letter {
    /// The fact number `n` of `stream` in `epoch`.
    #[allow(clippy::too_many_arguments, reason = "the columns of one row")]
    pub fn new(
        topic: &str,
        key: &str,
        stream: &str,
        epoch: i64,
        n: i64,
        kind: &str,
        at: Timestamp,
        payload: &impl Serialize,
    ) -> Result<Letter> {
        Ok(Letter {
            seq: 0,
            topic: topic.into(),
            key: key.into(),
            id: fact_id(stream, epoch, n).to_string(),
            kind: kind.into(),
            at: at.0,
            payload: to_json("outbox", payload)?,
        })
    }
}

/// Puts one fact into the outbox.
#[allow(clippy::too_many_arguments, reason = "the columns of one row")]
pub async fn put(
    tx: &mut Tx,
    topic: &str,
    key: &str,
    stream: &str,
    epoch: i64,
    n: i64,
    ce_type: &str,
    at: Timestamp,
    payload: &impl Serialize,
) -> Result<()> {
    put_all(tx, &[Letter::new(topic, key, stream, epoch, n, ce_type, at, payload)?]).await
}

/// Puts facts into the outbox, in order.
pub async fn put_all(tx: &mut Tx, letters: &[Letter]) -> Result<()> {
    for chunk in pieces(letters, 64) {
        let sql = format!(
            "INSERT INTO outbox (topic, key, ce_id, ce_type, ce_time, payload) VALUES {}",
            super::rows(chunk.len(), 6)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for letter in chunk {
            query = query
                .bind(letter.topic.clone())
                .bind(letter.key.clone())
                .bind(letter.id.clone())
                .bind(letter.kind.clone())
                .bind(letter.at)
                .bind(letter.payload.clone());
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

/// Facts that wait to be published, in order. No cursor: rows that commit late are found all the same.
pub async fn unpublished(store: &Store, limit: i64) -> Result<Vec<Letter>> {
    let sql = "SELECT seq, topic, key, ce_id, ce_type, ce_time, payload FROM outbox WHERE published_at IS NULL ORDER BY seq LIMIT $1";
    let rows = sqlx::query(sql).bind(limit).fetch_all(store.read()).await?;
    rows.iter().map(letter).collect()
}

/// Puts a fact into the outbox unless it was put there before.
pub async fn put_once(tx: &mut Tx, letter: &Letter) -> Result<()> {
    let sql = "INSERT INTO outbox (topic, key, ce_id, ce_type, ce_time, payload) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (ce_id) DO NOTHING";
    sqlx::query(sql)
        .bind(letter.topic.clone())
        .bind(letter.key.clone())
        .bind(letter.id.clone())
        .bind(letter.kind.clone())
        .bind(letter.at)
        .bind(letter.payload.clone())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Facts of a topic from a number on, in order: the embedded log's, whose one writer commits in the order of numbers.
pub async fn from(store: &Store, topic: &str, seq: i64, limit: i64) -> Result<Vec<Letter>> {
    let sql = "SELECT seq, topic, key, ce_id, ce_type, ce_time, payload FROM outbox \
               WHERE seq >= $1 AND topic = $2 ORDER BY seq LIMIT $3";
    let rows = sqlx::query(sql).bind(seq).bind(topic).bind(limit).fetch_all(store.read()).await?;
    rows.iter().map(letter).collect()
}

/// The number of a topic's last fact.
pub async fn last(store: &Store, topic: &str) -> Result<Option<i64>> {
    let sql = "SELECT seq FROM outbox WHERE topic = $1 ORDER BY seq DESC LIMIT 1";
    Ok(sqlx::query_scalar(sql).bind(topic).fetch_optional(store.read()).await?)
}

/// Marks facts as published, after the log acknowledged them.
pub async fn mark_published(store: &Store, letters: &[Letter]) -> Result<()> {
    let numbers: Vec<i64> = letters.iter().map(|letter| letter.seq).collect();
    for chunk in padded(&numbers, 512) {
        let sql = format!(
            "UPDATE outbox SET published_at = {} WHERE seq IN ({})",
            store.kind().clock(),
            super::list(1, chunk.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for seq in chunk {
            query = query.bind(seq);
        }
        query.execute(&store.write).await?;
    }
    Ok(())
}

fn letter(row: &sqlx::any::AnyRow) -> Result<Letter> {
    Ok(Letter {
        seq: row.try_get(0)?,
        topic: row.try_get(1)?,
        key: row.try_get(2)?,
        id: row.try_get(3)?,
        kind: row.try_get(4)?,
        at: row.try_get(5)?,
        payload: row.try_get(6)?,
    })
}
