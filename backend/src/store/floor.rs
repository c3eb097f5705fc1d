//! Reading a jukebox as the conductor sees it, and writing back what it decided.

use super::{Kind, Result, Store, StoreError, Tx, id, json, to_json};
use jukeline_app::{
    api::PlayerStatus,
    conductor::{End, Entry, Floor, Outcome, Player, Stage},
    id::{JukeboxId, PlayId},
    time::Timestamp,
    version::Version,
};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};
use std::collections::BTreeMap;

/// A jukebox as read, with its venue's time zone.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The floor.
    pub floor: Floor,
    /// IANA time zone.
    pub timezone: String,
    /// What it was when it was read: a jukebox that didn't change isn't written.
    pub read_version: Version,
}

const COLUMNS: &str = "j.id, j.venue, j.epoch, j.n, j.round, j.paused, j.volume, j.rules, j.player_epoch, j.player_screen, \
                       j.player_status, j.player_seen_at, j.player_codecs, v.timezone";

/// Locks jukeboxes in the order of their ids and reads them with their live entries.
pub async fn lock(tx: &mut Tx, kind: Kind, jukeboxes: &[JukeboxId]) -> Result<BTreeMap<JukeboxId, Loaded>> {
    let suffix = match kind {
        Kind::Sqlite => "",
        Kind::Postgres => " FOR UPDATE OF j",
    };
    load(tx, jukeboxes, suffix).await
}

/// Reads one jukebox without locking it, entries and version from one snapshot.
pub async fn read(store: &Store, jukebox: JukeboxId) -> Result<Option<Floor>> {
    Ok(read_loaded(store, jukebox).await?.map(|loaded| loaded.floor))
}

/// Reads one jukebox with its time zone, without locking it.
pub async fn read_loaded(store: &Store, jukebox: JukeboxId) -> Result<Option<Loaded>> {
    let begin = match store.kind() {
        Kind::Sqlite => "BEGIN DEFERRED",
        Kind::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    let mut tx = store.read().begin_with(begin).await?;
    let loaded = load(&mut tx, &[jukebox], "").await?.remove(&jukebox);
    tx.commit().await?;
    Ok(loaded)
}

async fn load(
    connection: &mut AnyConnection,
    jukeboxes: &[JukeboxId],
    suffix: &str,
) -> Result<BTreeMap<JukeboxId, Loaded>> {
    let mut sorted = jukeboxes.to_vec();
    sorted.sort();
    sorted.dedup();
    let mut floors = BTreeMap::new();
    for chunk in sorted.chunks(128) {
        let list = super::list(1, chunk.len());
        let sql = format!(
            "SELECT {COLUMNS} FROM jukeboxes j JOIN venues v ON v.id = j.venue WHERE j.id IN ({list}) ORDER BY j.id{suffix}"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for jukebox in chunk {
            query = query.bind(jukebox.to_string());
        }
        for row in query.fetch_all(&mut *connection).await? {
            let loaded = jukebox(&row)?;
            floors.insert(loaded.floor.jukebox, loaded);
        }
        let sql = format!(
            "SELECT {ENTRY} FROM plays WHERE jukebox IN ({list}) AND state IN ('queued', 'handed', 'started') ORDER BY rank"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for jukebox in chunk {
            query = query.bind(jukebox.to_string());
        }
        for row in query.fetch_all(&mut *connection).await? {
            let jukebox = id("plays", row.try_get(0)?)?;
            let entry = entry(&row)?;
            if let Some(loaded) = floors.get_mut(&jukebox) {
                loaded.floor.entries.push(entry);
            }
        }
    }
    for loaded in floors.values_mut() {
        loaded.floor.entries.sort_by_key(|entry| (!entry.sounds(), entry.rank));
    }
    Ok(floors)
}

fn jukebox(row: &AnyRow) -> Result<Loaded> {
    let version = Version { epoch: row.try_get(2)?, n: row.try_get(3)? };
    let screen: Option<String> = row.try_get(9)?;
    let player = Player {
        epoch: row.try_get(8)?,
        screen: screen.map(|screen| id("jukeboxes", &screen)).transpose()?,
        seen_at: Timestamp(row.try_get(11)?),
        status: json("jukeboxes", &format!("\"{}\"", row.try_get::<String, _>(10)?))?,
        codecs: json("jukeboxes", row.try_get(12)?)?,
    };
    let floor = Floor {
        jukebox: id("jukeboxes", row.try_get(0)?)?,
        venue: id("jukeboxes", row.try_get(1)?)?,
        version,
        round: row.try_get(4)?,
        paused: row.try_get::<i64, _>(5)? != 0,
        volume: small(row.try_get(6)?)?,
        player,
        rules: json("jukeboxes", row.try_get(7)?)?,
        entries: Vec::new(),
        outcome: Outcome::default(),
    };
    Ok(Loaded { floor, timezone: row.try_get(13)?, read_version: version })
}

const ENTRY: &str = "jukebox, id, account, song, recording, duration_ms, price, sooner, round, rank, passed_by_jumps, passed_by_turns, \
                     latest, attempt, stage";

fn entry(row: &AnyRow) -> Result<Entry> {
    Ok(Entry {
        play: id("plays", row.try_get(1)?)?,
        account: id("plays", row.try_get(2)?)?,
        song: id("plays", row.try_get(3)?)?,
        recording: row.try_get(4)?,
        duration_ms: row.try_get(5)?,
        price: u32::try_from(row.try_get::<i64, _>(6)?).map_err(|e| StoreError::garbled("plays", e))?,
        sooner: row.try_get::<i64, _>(7)? != 0,
        round: row.try_get(8)?,
        rank: row.try_get(9)?,
        passed_by_jumps: small(row.try_get(10)?)?,
        passed_by_turns: small(row.try_get(11)?)?,
        latest: Timestamp(row.try_get(12)?),
        attempt: row.try_get(13)?,
        stage: json("plays", row.try_get(14)?)?,
        changed: false,
    })
}

fn small(value: i64) -> Result<u8> {
    u8::try_from(value).map_err(|e| StoreError::garbled("jukeboxes", e))
}

fn status_word(status: PlayerStatus) -> &'static str {
    match status {
        PlayerStatus::None => "none",
        PlayerStatus::Online => "online",
        PlayerStatus::Silent => "silent",
    }
}

/// Writes a jukebox's own row. Its version must be what was read, or the transaction fails.
pub async fn save(tx: &mut Tx, loaded: &Loaded, wake_at: Option<Timestamp>) -> Result<()> {
    let floor = &loaded.floor;
    let sql = "UPDATE jukeboxes SET n = $1, round = $2, paused = $3, volume = $4, player_epoch = $5, player_screen = $6, \
               player_status = $7, player_codecs = $8, wake_at = $9, \
               player_seen_at = CASE WHEN player_epoch = $5 THEN player_seen_at ELSE $10 END \
               WHERE id = $11 AND epoch = $12 AND n = $13";
    let done = sqlx::query(sql)
        .bind(floor.version.n)
        .bind(floor.round)
        .bind(i64::from(floor.paused))
        .bind(i64::from(floor.volume))
        .bind(floor.player.epoch)
        .bind(floor.player.screen.map(|screen| screen.to_string()))
        .bind(status_word(floor.player.status))
        .bind(to_json("jukeboxes", &floor.player.codecs)?)
        .bind(wake_at.map(|at| at.0))
        .bind(floor.player.seen_at.0)
        .bind(floor.jukebox.to_string())
        .bind(loaded.read_version.epoch)
        .bind(loaded.read_version.n)
        .execute(&mut **tx)
        .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(StoreError::garbled("jukeboxes", "its version moved under the lock"))
    }
}

/// A play that was decided just now, before it has a row.
#[derive(Clone, Debug)]
pub struct NewPlay {
    /// The entry; a declined one never waits.
    pub entry: Entry,
    /// What makes two requests the same.
    pub content: String,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Why it was declined, as JSON.
    pub declined: Option<String>,
}

/// Inserts decided plays.
pub async fn insert_plays(tx: &mut Tx, jukebox: JukeboxId, plays: &[NewPlay]) -> Result<()> {
    for chunk in plays.chunks(32) {
        let sql = format!(
            "INSERT INTO plays (id, jukebox, account, song, recording, duration_ms, content, state, price, sooner, round, rank, \
             passed_by_jumps, passed_by_turns, latest, attempt, stage, requested_at, ended_at, reason) VALUES {}",
            super::rows(chunk.len(), 20)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for play in chunk {
            let entry = &play.entry;
            let state = if play.declined.is_some() { "declined" } else { entry.state().word() };
            query = query
                .bind(entry.play.to_string())
                .bind(jukebox.to_string())
                .bind(entry.account.to_string())
                .bind(entry.song.to_string())
                .bind(entry.recording.clone())
                .bind(entry.duration_ms)
                .bind(play.content.clone())
                .bind(state)
                .bind(i64::from(entry.price))
                .bind(i64::from(entry.sooner))
                .bind(entry.round)
                .bind(entry.rank)
                .bind(i64::from(entry.passed_by_jumps))
                .bind(i64::from(entry.passed_by_turns))
                .bind(entry.latest.0)
                .bind(entry.attempt)
                .bind(to_json("plays", &entry.stage)?)
                .bind(play.requested_at.0)
                .bind(play.declined.as_ref().map(|_| play.requested_at.0))
                .bind(play.declined.clone());
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

/// Writes entries that changed, in one statement a chunk.
pub async fn update_entries(tx: &mut Tx, entries: &[&Entry]) -> Result<()> {
    for chunk in entries.chunks(64) {
        let sql = format!(
            "UPDATE plays SET state = v.column2, rank = v.column3, passed_by_jumps = v.column4, passed_by_turns = v.column5, \
             attempt = v.column6, stage = v.column7, started_at = COALESCE(v.column8, plays.started_at) FROM (VALUES {}) AS v \
             WHERE plays.id = v.column1 AND plays.state IN ('queued', 'handed', 'started')",
            super::rows(chunk.len(), 8)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for entry in chunk {
            query = query
                .bind(entry.play.to_string())
                .bind(entry.state().word())
                .bind(entry.rank)
                .bind(i64::from(entry.passed_by_jumps))
                .bind(i64::from(entry.passed_by_turns))
                .bind(entry.attempt)
                .bind(to_json("plays", &entry.stage)?)
                .bind(started(entry));
        }
        let done = query.execute(&mut **tx).await?;
        if done.rows_affected() != chunk.len() as u64 {
            return Err(StoreError::garbled("plays", "a live play had ended"));
        }
    }
    Ok(())
}

fn started(entry: &Entry) -> Option<i64> {
    match entry.stage {
        Stage::Started { anchor, .. } => Some(anchor.0),
        _ => None,
    }
}

/// Notes when 30 s of a play had been heard.
pub async fn heard(tx: &mut Tx, play: PlayId, at: Timestamp) -> Result<()> {
    sqlx::query("UPDATE plays SET heard_at = $1 WHERE id = $2")
        .bind(at.0)
        .bind(play.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends plays. Each of them must be live: a second end fails the transaction.
pub async fn end_plays(tx: &mut Tx, ended: &[(Entry, End)], at: Timestamp) -> Result<()> {
    for (entry, end) in ended {
        let (state, reason) = match end {
            End::Finished => ("finished", None),
            End::Returned(reason) => ("returned", Some(to_json("plays", reason)?)),
        };
        let sql = "UPDATE plays SET state = $1, reason = $2, ended_at = $3, started_at = COALESCE($4, started_at), \
                   stage = '' WHERE id = $5 AND state IN ('queued', 'handed', 'started')";
        let done = sqlx::query(sql)
            .bind(state)
            .bind(reason)
            .bind(at.0)
            .bind(started(entry))
            .bind(entry.play.to_string())
            .execute(&mut **tx)
            .await?;
        if done.rows_affected() != 1 {
            return Err(StoreError::garbled("plays", "a play would have ended twice"));
        }
    }
    Ok(())
}

/// Says that the player of `epoch` is there. False when another epoch holds the jukebox or it is silent by now.
pub async fn player_seen(store: &Store, jukebox: JukeboxId, epoch: i64) -> Result<bool> {
    let mut tx = store.begin().await?;
    let now = super::now(store.kind(), &mut tx).await?;
    let sql =
        "UPDATE jukeboxes SET player_seen_at = $1 WHERE id = $2 AND player_epoch = $3 AND player_status = 'online'";
    let done = sqlx::query(sql).bind(now.0).bind(jukebox.to_string()).bind(epoch).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// Jukeboxes whose deadline has passed.
pub async fn due(store: &Store, now: Timestamp) -> Result<Vec<JukeboxId>> {
    let sql = "SELECT id FROM jukeboxes WHERE wake_at <= $1 ORDER BY wake_at LIMIT 50";
    let rows: Vec<String> = sqlx::query_scalar(sql).bind(now.0).fetch_all(store.read()).await?;
    rows.iter().map(|text| id("jukeboxes", text)).collect()
}
