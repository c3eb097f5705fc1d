//! The past as rows: what the floor keeps of plays that are over.

use super::{
    cast::{Cast, Place},
    nights::PastPlay,
};
use crate::store::{self, Result, StoreError, Tx, pieces};
use jukeline_app::{id::JukeboxId, play::PlayState, time::Timestamp, version::Version};
use sqlx::AssertSqlSafe;

/// Notes that the past is written; false when it was already.
pub(super) async fn begin(tx: &mut Tx, now: Timestamp) -> Result<bool> {
    let sql = "INSERT INTO settings (name, value) VALUES ('demo.past', $1) ON CONFLICT (name) DO NOTHING";
    Ok(sqlx::query(sql).bind(now.0.to_string()).execute(&mut **tx).await?.rows_affected() == 1)
}

/// Inserts plays that are over and were free.
pub(super) async fn insert(tx: &mut Tx, cast: &Cast, place: &Place, plays: &[&PastPlay]) -> Result<()> {
    for chunk in pieces(plays, 64) {
        let sql = format!(
            "INSERT INTO plays (id, jukebox, account, song, recording, duration_ms, content, state, price, sooner, round, rank, \
             latest, attempt, requested_at, started_at, heard_at, ended_at) VALUES {}",
            store::rows(chunk.len(), 18)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for past in chunk {
            let (account, tune) = (cast.people[past.person].account, &cast.tunes[past.tune]);
            query = query
                .bind(past.play.to_string())
                .bind(place.jukebox.to_string())
                .bind(account.to_string())
                .bind(tune.id.to_string())
                .bind(tune.recording.clone())
                .bind(tune.duration_ms)
                .bind(format!("{account}/{}/0/false", tune.id))
                .bind(PlayState::Finished.word())
                .bind(0_i64)
                .bind(0_i64)
                .bind(0_i64)
                .bind(0_i64)
                .bind(past.started_at.0)
                .bind(1_i64)
                .bind(past.asked_at.0)
                .bind(past.started_at.0)
                .bind(past.heard_at.0)
                .bind(past.ended_at.0);
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

/// Raises a jukebox's version by its facts. It must be locked.
pub(super) async fn raise(tx: &mut Tx, jukebox: JukeboxId, from: Version, facts: usize) -> Result<()> {
    let sql = "UPDATE jukeboxes SET n = n + $1 WHERE id = $2 AND epoch = $3 AND n = $4";
    let facts = i64::try_from(facts).map_err(|error| StoreError::garbled("jukeboxes", error))?;
    let done = sqlx::query(sql).bind(facts).bind(jukebox.to_string()).bind(from.epoch).bind(from.n).execute(&mut **tx);
    match done.await?.rows_affected() {
        1 => Ok(()),
        _ => Err(StoreError::garbled("jukeboxes", "a version moved under the lock")),
    }
}
