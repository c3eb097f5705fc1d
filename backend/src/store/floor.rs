//! Reading a jukebox as the conductor sees it, and writing back what it decided.

mod glance;

pub use glance::{Asker, Glance, glance};

use super::{Kind, Result, Store, StoreError, Tx, id, json, lines::Lines, padded, pieces, to_json};
use jukeline_app::{
    api::PlayerStatus,
    conductor::{End, Entry, Floor, Outcome, Player, Stage},
    hold::Hold,
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
    /// What it was when it was read.
    pub read_version: Version,
    /// The number of its line when it was read.
    line: i64,
}

const COLUMNS: &str = "j.id, j.venue, j.epoch, j.n, j.round, j.paused, j.volume, j.rules, j.player_epoch, j.player_screen, \
                       j.player_status, j.player_seen_at, j.player_codecs, v.timezone, j.line";

/// Locks jukeboxes in the order of their ids and reads them with their live entries. With the clock as it was when the
/// last of them was locked; nothing where there is none of them.
pub async fn lock(
    tx: &mut Tx,
    store: &Store,
    jukeboxes: &[JukeboxId],
) -> Result<(BTreeMap<JukeboxId, Loaded>, Option<Timestamp>)> {
    let suffix = match store.kind() {
        Kind::Sqlite => "",
        Kind::Postgres => " FOR UPDATE OF j",
    };
    let (mut floors, now) = rows(tx, store.kind(), jukeboxes, suffix).await?;
    add_entries(tx, &store.lines, &mut floors).await?;
    Ok((floors, now))
}

/// Reads one jukebox without locking it, entries and version of one moment.
pub async fn read(store: &Store, jukebox: JukeboxId) -> Result<Option<Floor>> {
    Ok(read_loaded(store, jukebox).await?.map(|loaded| loaded.floor))
}

/// Reads one jukebox with its time zone, without locking it.
pub async fn read_loaded(store: &Store, jukebox: JukeboxId) -> Result<Option<Loaded>> {
    let mut connection = store.read().acquire().await?;
    let (mut floors, _) = rows(&mut connection, store.kind(), &[jukebox], "").await?;
    let Some(mut loaded) = floors.remove(&jukebox) else { return Ok(None) };
    if loaded.add_known_entries(&store.lines) {
        return Ok(Some(loaded));
    }
    drop(connection);
    read_snapshot(store, jukebox).await
}

/// Row and entries from one snapshot: read apart, the entries could be those of a later row.
async fn read_snapshot(store: &Store, jukebox: JukeboxId) -> Result<Option<Loaded>> {
    let begin = match store.kind() {
        Kind::Sqlite => "BEGIN DEFERRED",
        Kind::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    let mut tx = store.read().begin_with(begin).await?;
    let (mut floors, _) = rows(&mut tx, store.kind(), &[jukebox], "").await?;
    add_entries(&mut tx, &store.lines, &mut floors).await?;
    tx.commit().await?;
    Ok(floors.remove(&jukebox))
}

/// Jukeboxes without their entries, with the latest clock of their rows. A row that waited for its lock is read, and
/// the clock with it, once it has the lock (PostgreSQL re-evaluates a row that changed meanwhile).
async fn rows(
    connection: &mut AnyConnection,
    kind: Kind,
    jukeboxes: &[JukeboxId],
    suffix: &str,
) -> Result<(BTreeMap<JukeboxId, Loaded>, Option<Timestamp>)> {
    let mut sorted = jukeboxes.to_vec();
    sorted.sort();
    sorted.dedup();
    let mut floors = BTreeMap::new();
    let mut now = None;
    for chunk in padded(&sorted, 128) {
        let sql = format!(
            "SELECT {COLUMNS}, {} FROM jukeboxes j JOIN venues v ON v.id = j.venue WHERE j.id IN ({}) ORDER BY j.id{suffix}",
            kind.clock(),
            super::list(1, chunk.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for jukebox in &chunk {
            query = query.bind(jukebox.to_string());
        }
        for row in query.fetch_all(&mut *connection).await? {
            let loaded = jukebox(&row)?;
            now = now.max(Some(Timestamp(row.try_get(15)?)));
            floors.insert(loaded.floor.jukebox, loaded);
        }
    }
    Ok((floors, now))
}

/// Adds the live entries of jukeboxes that were read under a lock or in a snapshot; reads those that aren't known.
async fn add_entries(
    connection: &mut AnyConnection,
    lines: &Lines,
    floors: &mut BTreeMap<JukeboxId, Loaded>,
) -> Result<()> {
    let unknown: Vec<JukeboxId> = floors
        .values_mut()
        .filter_map(|loaded| (!loaded.add_known_entries(lines)).then_some(loaded.floor.jukebox))
        .collect();
    for chunk in padded(&unknown, 128) {
        let sql = format!(
            "SELECT {ENTRY} FROM plays WHERE jukebox IN ({}) AND state IN ('queued', 'handed', 'started') ORDER BY rank",
            super::list(1, chunk.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for jukebox in &chunk {
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
    for jukebox in unknown {
        let Some(loaded) = floors.get_mut(&jukebox) else { continue };
        in_order(&mut loaded.floor.entries);
        lines.put(jukebox, loaded.line, &loaded.floor.entries);
    }
    Ok(())
}

/// What sounds is first.
fn in_order(entries: &mut [Entry]) {
    entries.sort_by_key(|entry| (!entry.sounds(), entry.rank));
}

impl Loaded {
    /// Adds the entries if this process has them; whether it has.
    fn add_known_entries(&mut self, lines: &Lines) -> bool {
        let Some(entries) = lines.get(self.floor.jukebox, self.line) else { return false };
        self.floor.entries = entries.to_vec();
        true
    }
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
        hold: hold(row.try_get(5)?)?,
        volume: small(row.try_get(6)?)?,
        player,
        rules: json("jukeboxes", row.try_get(7)?)?,
        entries: Vec::new(),
        outcome: Outcome::default(),
    };
    Ok(Loaded { floor, timezone: row.try_get(13)?, read_version: version, line: row.try_get(14)? })
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

/// The number in the column `paused`, which was once a yes or no.
fn hold_number(hold: Hold) -> i64 {
    match hold {
        Hold::Free => 0,
        Hold::Paused => 1,
        Hold::SoundOff => 2,
        Hold::AfterSong => 3,
    }
}

fn hold(number: i64) -> Result<Hold> {
    let all = [Hold::Free, Hold::Paused, Hold::SoundOff, Hold::AfterSong];
    all.into_iter()
        .find(|hold| hold_number(*hold) == number)
        .ok_or_else(|| StoreError::garbled("jukeboxes", format!("paused is {number}")))
}

fn status_word(status: PlayerStatus) -> &'static str {
    match status {
        PlayerStatus::None => "none",
        PlayerStatus::Online => "online",
        PlayerStatus::Silent => "silent",
    }
}

/// A jukebox that was decided about, to be written.
#[derive(Debug)]
pub struct Saved<'l> {
    /// As it is to be.
    pub loaded: &'l Loaded,
    /// When it must be looked at again.
    pub wake_at: Option<Timestamp>,
    /// Whether a live entry came, changed or went.
    pub line_moved: bool,
}

impl Saved<'_> {
    fn line(&self) -> i64 {
        self.loaded.line + i64::from(self.line_moved)
    }
}

/// Writes jukeboxes' own rows. Their versions must be what was read, or the transaction fails.
pub async fn save(tx: &mut Tx, jukeboxes: &[Saved<'_>]) -> Result<()> {
    for chunk in pieces(jukeboxes, 32) {
        let sql = format!(
            "UPDATE jukeboxes SET n = v.column4, round = v.column5, paused = v.column6, volume = v.column7, player_epoch = v.column8, \
             player_screen = v.column9, player_status = v.column10, player_codecs = v.column11, wake_at = v.column12, \
             player_seen_at = CASE WHEN jukeboxes.player_epoch = v.column8 THEN jukeboxes.player_seen_at ELSE v.column13 END, \
             line = v.column14 FROM (VALUES {}) AS v \
             WHERE jukeboxes.id = v.column1 AND jukeboxes.epoch = v.column2 AND jukeboxes.n = v.column3",
            super::rows(chunk.len(), 14)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for saved in chunk {
            let (floor, read) = (&saved.loaded.floor, saved.loaded.read_version);
            query = query
                .bind(floor.jukebox.to_string())
                .bind(read.epoch)
                .bind(read.n)
                .bind(floor.version.n)
                .bind(floor.round)
                .bind(hold_number(floor.hold))
                .bind(i64::from(floor.volume))
                .bind(floor.player.epoch)
                .bind(floor.player.screen.map(|screen| screen.to_string()))
                .bind(status_word(floor.player.status))
                .bind(to_json("jukeboxes", &floor.player.codecs)?)
                .bind(saved.wake_at.map(|at| at.0))
                .bind(floor.player.seen_at.0)
                .bind(saved.line());
        }
        let done = query.execute(&mut **tx).await?;
        if done.rows_affected() != chunk.len() as u64 {
            return Err(StoreError::garbled("jukeboxes", "a version moved under the lock"));
        }
    }
    Ok(())
}

/// Lines that a transaction wrote, to be kept once it is committed.
#[derive(Debug, Default)]
#[must_use]
pub struct Written(Vec<(JukeboxId, i64, Vec<Entry>)>);

impl Written {
    /// The line of a jukebox as it was saved.
    pub fn add(&mut self, saved: &Saved<'_>) {
        let mut entries = saved.loaded.floor.entries.clone();
        entries.iter_mut().for_each(|entry| entry.changed = false);
        in_order(&mut entries);
        self.0.push((saved.loaded.floor.jukebox, saved.line(), entries));
    }

    /// To be called after the commit, and only then.
    pub fn committed(self, store: &Store) {
        for (jukebox, line, entries) in self.0 {
            store.lines.put(jukebox, line, &entries);
        }
    }
}

/// A play that was decided just now, before it has a row.
#[derive(Clone, Debug)]
pub struct NewPlay {
    /// Where.
    pub jukebox: JukeboxId,
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
pub async fn insert_plays(tx: &mut Tx, plays: &[NewPlay]) -> Result<()> {
    for chunk in pieces(plays, 32) {
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
                .bind(play.jukebox.to_string())
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
    for chunk in pieces(entries, 64) {
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

/// A play that ended, with how and when.
pub type Ended = (Entry, End, Timestamp);

/// Ends plays. Each of them must be live: a second end fails the transaction.
pub async fn end_plays(tx: &mut Tx, ended: &[Ended]) -> Result<()> {
    for chunk in pieces(ended, 64) {
        let sql = format!(
            "UPDATE plays SET state = v.column2, reason = v.column3, ended_at = v.column4, \
             started_at = COALESCE(v.column5, plays.started_at), stage = '' FROM (VALUES {}) AS v \
             WHERE plays.id = v.column1 AND plays.state IN ('queued', 'handed', 'started')",
            super::rows(chunk.len(), 5)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (entry, end, at) in chunk {
            let (state, reason) = match end {
                End::Finished => ("finished", None),
                End::Returned(reason) => ("returned", Some(to_json("plays", reason)?)),
            };
            query = query.bind(entry.play.to_string()).bind(state).bind(reason).bind(at.0).bind(started(entry));
        }
        let done = query.execute(&mut **tx).await?;
        if done.rows_affected() != chunk.len() as u64 {
            return Err(StoreError::garbled("plays", "a play would have ended twice"));
        }
    }
    Ok(())
}

/// Says that the player of `epoch` is there. False when another epoch holds the jukebox or it is silent by now.
pub async fn player_seen(store: &Store, jukebox: JukeboxId, epoch: i64) -> Result<bool> {
    let sql = format!(
        "UPDATE jukeboxes SET player_seen_at = {} WHERE id = $1 AND player_epoch = $2 AND player_status = 'online'",
        store.kind().clock()
    );
    let done = sqlx::query(AssertSqlSafe(sql)).bind(jukebox.to_string()).bind(epoch).execute(&store.write).await?;
    Ok(done.rows_affected() == 1)
}

/// Jukeboxes whose deadline has passed.
pub async fn due(store: &Store, now: Timestamp) -> Result<Vec<JukeboxId>> {
    let sql = "SELECT id FROM jukeboxes WHERE wake_at <= $1 ORDER BY wake_at LIMIT 50";
    let rows: Vec<String> = sqlx::query_scalar(sql).bind(now.0).fetch_all(store.read()).await?;
    rows.iter().map(|text| id("jukeboxes", text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_the_sound_is_held_is_read_as_it_was_written() {
        for held in [Hold::Free, Hold::AfterSong, Hold::Paused, Hold::SoundOff] {
            assert_eq!(hold(hold_number(held)).ok(), Some(held));
        }
        // As the column was when it was a yes or no.
        assert_eq!((hold(0).ok(), hold(1).ok()), (Some(Hold::Free), Some(Hold::Paused)));
        assert!(hold(9).is_err());
    }
}
