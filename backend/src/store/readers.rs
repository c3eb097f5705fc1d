//! Readers of facts: which generation of their state is shown, which is being built, and which facts each has taken.

use super::{Kind, Result, Store, Tx, json, list, padded, pieces, rows, to_json};
use jukeline_app::time::Timestamp;
use sqlx::{AssertSqlSafe, Row};
use std::{collections::BTreeMap, time::Duration};

pub mod filling;

/// A generation and the version of the fold that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generation {
    /// Its number, from 1.
    pub number: i64,
    /// The fold's version.
    pub version: i64,
}

/// Where a reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What is shown.
    pub live: Option<Generation>,
    /// What is built beside it.
    pub building: Option<Generation>,
}

impl Standing {
    /// Whether nobody needs the generation any more. One that is newer than all of these was begun after they were read.
    pub fn is_stale(&self, generation: i64) -> bool {
        generation < self.newest()
            && ![self.live, self.building].iter().flatten().any(|wanted| wanted.number == generation)
    }

    /// The newest generation's number; 0 where there is none.
    fn newest(&self) -> i64 {
        [self.live, self.building].into_iter().flatten().map(|it| it.number).max().unwrap_or(0)
    }

    /// Whether a generation is being filled from a file.
    fn is_being_filled(&self) -> bool {
        self.building.is_some_and(|building| building.version == filling::FILLING)
    }
}

/// The name of a generation's rows in `offsets` and of its consumer group.
pub fn offsets_name(reader: &str, generation: i64) -> String {
    format!("{reader}.{generation}")
}

/// Where a reader stands; nothing before its first start.
pub async fn standing(store: &Store, reader: &str) -> Result<Option<Standing>> {
    let sql = "SELECT live, live_version, building, building_version FROM readers WHERE name = $1";
    let Some(row) = sqlx::query(sql).bind(reader).fetch_optional(store.read()).await? else { return Ok(None) };
    let live = Generation { number: row.try_get(0)?, version: row.try_get(1)? };
    let building: Option<i64> = row.try_get(2)?;
    let version: Option<i64> = row.try_get(3)?;
    Ok(Some(Standing {
        live: (live.number > 0).then_some(live),
        building: building.zip(version).map(|(number, version)| Generation { number, version }),
    }))
}

/// Where a reader stands; a reader that is new here, or whose fold is newer than what is shown, begins a generation.
pub async fn stand_by(store: &Store, reader: &str, version: i64) -> Result<Standing> {
    if let Some(standing) = standing(store, reader).await? {
        let newest = [standing.live, standing.building].into_iter().flatten().map(|it| it.version).max();
        if newest >= Some(version) || standing.is_being_filled() {
            return Ok(standing);
        }
    }
    let mut tx = store.begin().await?;
    make(&mut tx, reader, version).await?;
    let sql = "UPDATE readers SET building = last + 1, building_version = $2, last = last + 1 \
               WHERE name = $1 AND live_version < $2 \
               AND (building IS NULL OR (building_version < $2 AND building_version <> $3))";
    sqlx::query(sql).bind(reader).bind(version).bind(filling::FILLING).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(standing(store, reader).await?.unwrap_or(Standing { live: None, building: None }))
}

/// Wishes for a new generation; where one is being built already, that one is it. One that is being filled from a file is
/// replaced: whoever filled it may be gone. Gives its number.
pub async fn wish(store: &Store, reader: &str, version: i64) -> Result<i64> {
    let mut tx = store.begin().await?;
    make(&mut tx, reader, version).await?;
    let sql = "UPDATE readers SET building = last + 1, building_version = $2, last = last + 1 \
               WHERE name = $1 AND (building IS NULL OR building_version = $3)";
    sqlx::query(sql).bind(reader).bind(version).bind(filling::FILLING).execute(&mut *tx).await?;
    let sql = "SELECT building FROM readers WHERE name = $1";
    let building: i64 = sqlx::query_scalar(sql).bind(reader).fetch_one(&mut *tx).await?;
    tx.commit().await?;
    Ok(building)
}

async fn make(tx: &mut Tx, reader: &str, version: i64) -> Result<()> {
    let sql =
        "INSERT INTO readers (name, building, building_version, last) VALUES ($1, 1, $2, 1) ON CONFLICT DO NOTHING";
    sqlx::query(sql).bind(reader).bind(version).execute(&mut **tx).await?;
    Ok(())
}

/// Shows what was built; false when somebody else has, or it is no longer wanted, or it is behind what is shown and may
/// not be.
pub async fn flip(store: &Store, reader: &str, generation: i64, may_be_behind: bool) -> Result<bool> {
    let mut tx = store.begin().await?;
    if !may_be_behind && is_behind(&mut tx, store.kind(), reader, generation).await? {
        return Ok(false);
    }
    let sql = "UPDATE readers SET live = building, live_version = building_version, building = NULL, \
               building_version = NULL WHERE name = $1 AND building = $2";
    let done = sqlx::query(sql).bind(reader).bind(generation).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// Whether a generation is behind what is shown in any partition. What is shown stands still until the end of the
/// transaction.
async fn is_behind(tx: &mut Tx, kind: Kind, reader: &str, generation: i64) -> Result<bool> {
    let live: Option<i64> =
        sqlx::query_scalar("SELECT live FROM readers WHERE name = $1").bind(reader).fetch_optional(&mut **tx).await?;
    let (shown, built) = (offsets_name(reader, live.unwrap_or(0)), offsets_name(reader, generation));
    let sql = format!("SELECT next FROM offsets WHERE reader = $1 ORDER BY topic, partition{}", kind.for_update());
    sqlx::query(AssertSqlSafe(sql)).bind(shown.clone()).execute(&mut **tx).await?;
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM offsets l LEFT JOIN offsets b ON b.reader = $2 AND b.topic = l.topic \
               AND b.partition = l.partition WHERE l.reader = $1 AND COALESCE(b.next, 0) < l.next";
    let behind: i64 = sqlx::query_scalar(sql).bind(shown).bind(built).fetch_one(&mut **tx).await?;
    Ok(behind > 0)
}

/// Makes a generation's place in a partition, at the log's beginning; false when nobody needs the generation any more.
pub async fn begin(store: &Store, reader: &str, generation: i64, topic: &str, partition: i64) -> Result<bool> {
    let mut tx = store.begin().await?;
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM readers WHERE name = $1 AND (live = $2 OR building = $2)";
    let wanted: i64 = sqlx::query_scalar(sql).bind(reader).bind(generation).fetch_one(&mut *tx).await?;
    if wanted == 0 {
        return Ok(false);
    }
    let sql = "INSERT INTO offsets (reader, topic, partition, next) VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING";
    sqlx::query(sql).bind(offsets_name(reader, generation)).bind(topic).bind(partition).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(true)
}

/// The next offset of a generation in each partition of a topic that it has begun.
pub async fn places(store: &Store, reader: &str, generation: i64, topic: &str) -> Result<BTreeMap<i64, i64>> {
    let sql = "SELECT partition, next FROM offsets WHERE reader = $1 AND topic = $2";
    let rows = sqlx::query(sql).bind(offsets_name(reader, generation)).bind(topic).fetch_all(store.read()).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Rows that are deleted at once: others want to write in between.
const AT_ONCE: i64 = 1_000;

/// Deletes what is left of generations that nobody needs any more: their places first, so that whoever still folds one
/// finds none and rolls back.
pub async fn forget(store: &Store, reader: &str, tables: &[&str], standing: Standing) -> Result<()> {
    let prefix = format!("{reader}.");
    let names: Vec<String> = sqlx::query_scalar("SELECT DISTINCT reader FROM offsets").fetch_all(store.read()).await?;
    let number = |name: &String| name.strip_prefix(&prefix)?.parse().ok();
    for name in names.iter().filter(|name| number(name).is_some_and(|number| standing.is_stale(number))) {
        let mut tx = store.begin().await?;
        sqlx::query("DELETE FROM offsets WHERE reader = $1").bind(name.clone()).execute(&mut *tx).await?;
        tx.commit().await?;
    }
    let kept = |wanted: Option<Generation>| wanted.map_or(0, |wanted| wanted.number);
    let (live, building) = (kept(standing.live), kept(standing.building));
    let newest = standing.newest();
    delete(store, "reader_seen", &format!("reader = '{reader}' AND"), [live, building, newest]).await?;
    for table in tables {
        delete(store, table, "", [live, building, newest]).await?;
    }
    Ok(())
}

async fn delete(store: &Store, table: &str, of: &str, generations: [i64; 3]) -> Result<()> {
    // Whatever is newer was begun meanwhile, and somebody may be writing it.
    let stale = format!("{of} generation <> $1 AND generation <> $2 AND generation < $3");
    while delete_some(store, table, &stale, &generations).await? > 0 {}
    Ok(())
}

/// Deletes up to [`AT_ONCE`] rows of a table in a transaction of their own; gives how many. Rows that others hold are
/// left for the next time, so that it waits for nobody.
async fn delete_some(store: &Store, table: &str, stale: &str, values: &[i64]) -> Result<u64> {
    let sql = match store.kind() {
        Kind::Sqlite => {
            format!("DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE {stale} LIMIT {AT_ONCE})")
        }
        Kind::Postgres => format!(
            "DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {stale} LIMIT {AT_ONCE} \
             FOR UPDATE SKIP LOCKED))"
        ),
    };
    let mut tx = store.begin().await?;
    if store.kind() == Kind::Postgres {
        // A plan is made once, most likely while the table was small: reading all of it would be best for ever then.
        sqlx::query("SET LOCAL enable_seqscan = off").execute(&mut *tx).await?;
    }
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for value in values {
        query = query.bind(*value);
    }
    let done = query.execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}

/// The newest night of a generation's rows that isn't later than `latest`; nothing where there is none.
pub async fn newest_night(
    store: &Store,
    table: &str,
    column: &str,
    generation: i64,
    latest: u32,
) -> Result<Option<u32>> {
    let sql = format!(
        "SELECT {column} FROM {table} WHERE generation = $1 AND {column} > 0 AND {column} <= $2 \
         ORDER BY {column} DESC LIMIT 1"
    );
    let query = sqlx::query_scalar::<_, i64>(AssertSqlSafe(sql)).bind(generation).bind(i64::from(latest));
    Ok(query.fetch_optional(store.read()).await?.and_then(|night| u32::try_from(night).ok()))
}

/// Deletes some of a generation's rows whose night is before `oldest`; gives how many. Night 0 is all nights and stays.
pub async fn delete_nights(store: &Store, table: &str, column: &str, generation: i64, oldest: u32) -> Result<u64> {
    let stale = format!("generation = $1 AND {column} > 0 AND {column} < $2");
    delete_some(store, table, &stale, &[generation, i64::from(oldest)]).await
}

/// Takes the turn to look for what is too old, for so long; false while somebody else has it. It ends by
/// itself, so that nobody is waited for who is gone.
pub async fn take_turn(store: &Store, reader: &str, now: Timestamp, lease: Duration) -> Result<bool> {
    let mut tx = store.begin().await?;
    let until = now.0.saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX));
    let sql = "UPDATE readers SET prune_at = $1 WHERE name = $2 AND prune_at <= $3";
    let done = sqlx::query(sql).bind(until).bind(reader).bind(now.0).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a turn early, since there is more: anybody may take the next.
pub async fn end_turn(store: &Store, reader: &str) -> Result<()> {
    let mut tx = store.begin().await?;
    sqlx::query("UPDATE readers SET prune_at = 0 WHERE name = $1").bind(reader).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// A stream's life: its key and epoch.
pub type Life = (String, i64);

/// What a generation has taken of these streams, as ranges of numbers.
pub async fn seen(
    tx: &mut Tx,
    reader: &str,
    generation: i64,
    topic: &str,
    streams: &[String],
) -> Result<BTreeMap<Life, Vec<(i64, i64)>>> {
    let mut found = BTreeMap::new();
    for chunk in padded(streams, 128) {
        let sql = format!(
            "SELECT stream, epoch, ranges FROM reader_seen WHERE reader = $1 AND generation = $2 AND topic = $3 \
             AND stream IN ({})",
            list(4, chunk.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(reader.to_owned()).bind(generation).bind(topic.to_owned());
        for stream in chunk {
            query = query.bind(stream);
        }
        for row in query.fetch_all(&mut **tx).await? {
            found.insert((row.try_get(0)?, row.try_get(1)?), json("reader_seen", row.try_get(2)?)?);
        }
    }
    Ok(found)
}

/// Keeps what a generation has taken.
pub async fn save_seen(
    tx: &mut Tx,
    reader: &str,
    generation: i64,
    topic: &str,
    seen: &[(Life, Vec<(i64, i64)>)],
) -> Result<()> {
    for chunk in pieces(seen, 64) {
        let sql = format!(
            "INSERT INTO reader_seen (reader, generation, topic, stream, epoch, ranges) VALUES {} \
             ON CONFLICT (reader, generation, topic, stream, epoch) DO UPDATE SET ranges = excluded.ranges",
            rows(chunk.len(), 6)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for ((stream, epoch), ranges) in chunk {
            query = query
                .bind(reader.to_owned())
                .bind(generation)
                .bind(topic.to_owned())
                .bind(stream.clone())
                .bind(*epoch)
                .bind(to_json("reader_seen", ranges)?);
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}
