//! All that a handler wants to know before it asks the log, in one statement.

use super::{COLUMNS, Loaded, jukebox, read_snapshot};
use crate::store::{Result, Store};
use jukeline_app::{
    id::{AccountId, PlayId},
    time::{MINUTE, Timestamp},
};
use sqlx::{AssertSqlSafe, Row};

/// Who asks, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'r> {
    /// Who, if it is known.
    pub account: Option<AccountId>,
    /// The play that it would be.
    pub play: Option<PlayId>,
    /// The recording that is wanted; see [`jukeline_app::song::Recording`].
    pub recording: &'r str,
}

/// A room as an asker finds it. The floor decides again under its locks: this is advice.
#[derive(Clone, Debug)]
pub struct Glance {
    /// The jukebox with its entries.
    pub loaded: Loaded,
    /// The venue's name.
    pub venue_name: String,
    /// The database's clock.
    pub now: Timestamp,
    /// When the recording last started here.
    pub last_started: Option<Timestamp>,
    /// The highest round of the asker's plays here that weren't returned.
    pub last_round: Option<i64>,
    /// Free songs of the asker in the last hour here that weren't returned.
    pub free_this_hour: u32,
    /// What the asker can spend.
    pub credits: i64,
    /// A play of that id exists.
    pub known: bool,
}

/// Looks at a room by its name; nothing when there is none.
pub async fn glance(store: &Store, room: &str, asker: Asker<'_>) -> Result<Option<Glance>> {
    let clock = store.kind().clock();
    let sql = format!(
        "SELECT {COLUMNS}, {clock}, v.name, \
         (SELECT MAX(p.started_at) FROM plays p WHERE p.jukebox = j.id AND p.recording = $2), \
         (SELECT MAX(p.round) FROM plays p WHERE p.jukebox = j.id AND p.account = $3 AND p.state NOT IN ('declined', 'returned')), \
         (SELECT CAST(COUNT(*) AS BIGINT) FROM plays p WHERE p.jukebox = j.id AND p.account = $3 AND p.price = 0 \
          AND p.requested_at > {clock} - $4 AND p.state NOT IN ('declined', 'returned')), \
         (SELECT CAST(COALESCE(SUM(l.balance), 0) AS BIGINT) FROM lots l WHERE l.account = $3 \
          AND NOT EXISTS (SELECT 1 FROM purchases o WHERE o.account = $3 AND o.owed > 0)), \
         (SELECT CAST(COUNT(*) AS BIGINT) FROM plays p WHERE p.id = $5) \
         FROM jukeboxes j JOIN venues v ON v.id = j.venue WHERE j.room = $1"
    );
    let found = sqlx::query(AssertSqlSafe(sql))
        .bind(room)
        .bind(asker.recording)
        .bind(asker.account.map(|account| account.to_string()))
        .bind(60 * MINUTE)
        .bind(asker.play.map(|play| play.to_string()))
        .fetch_optional(store.read())
        .await?;
    let Some(row) = found else { return Ok(None) };
    let mut loaded = jukebox(&row)?;
    if !loaded.add_known_entries(&store.lines) {
        let Some(later) = read_snapshot(store, loaded.floor.jukebox).await? else { return Ok(None) };
        loaded = later;
    }
    Ok(Some(Glance {
        loaded,
        venue_name: row.try_get(16)?,
        now: Timestamp(row.try_get(15)?),
        last_started: row.try_get::<Option<i64>, _>(17)?.map(Timestamp),
        last_round: row.try_get(18)?,
        free_this_hour: u32::try_from(row.try_get::<i64, _>(19)?).unwrap_or(u32::MAX),
        credits: row.try_get(20)?,
        known: row.try_get::<i64, _>(21)? > 0,
    }))
}
