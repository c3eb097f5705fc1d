//! Plays as their owners see them, and what the floor needs to know of the past.

use super::{Result, Store, StoreError, Tx, id, json};
use jukeline_app::{
    api::{DeclineReason, MyPlay, SongBrief, SongDetail},
    id::{AccountId, JukeboxId, PlayId, SongId},
    play::PlayState,
    song::{Codec, Recording},
    time::{MINUTE, Timestamp},
};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use std::collections::{HashMap, HashSet};

/// What the rules need to know of songs.
pub async fn recordings(tx: &mut Tx, songs: &[SongId]) -> Result<HashMap<SongId, Recording>> {
    let mut found = HashMap::new();
    for chunk in songs.chunks(128) {
        let sql = format!(
            "SELECT id, recording, artists, duration_ms, explicit, codec FROM songs WHERE id IN ({})",
            super::list(1, chunk.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for song in chunk {
            query = query.bind(song.to_string());
        }
        for row in query.fetch_all(&mut **tx).await? {
            let recording = recording(&row)?;
            found.insert(recording.song, recording);
        }
    }
    Ok(found)
}

/// What the rules need to know of one song.
pub async fn recording_of(store: &Store, song: SongId) -> Result<Option<Recording>> {
    let sql = "SELECT id, recording, artists, duration_ms, explicit, codec FROM songs WHERE id = $1";
    let row = sqlx::query(sql).bind(song.to_string()).fetch_optional(store.read()).await?;
    row.as_ref().map(recording).transpose()
}

fn recording(row: &AnyRow) -> Result<Recording> {
    Ok(Recording {
        song: id("songs", row.try_get(0)?)?,
        recording: row.try_get(1)?,
        artists: json("songs", row.try_get(2)?)?,
        duration_ms: row.try_get(3)?,
        explicit: row.try_get::<i64, _>(4)? != 0,
        codec: Codec::from_word(row.try_get(5)?).ok_or_else(|| StoreError::garbled("songs", "an unknown codec"))?,
    })
}

/// Which of these plays exist already.
pub async fn known(tx: &mut Tx, plays: &[PlayId]) -> Result<HashSet<PlayId>> {
    let mut found = HashSet::new();
    for chunk in plays.chunks(256) {
        let sql = format!("SELECT id FROM plays WHERE id IN ({})", super::list(1, chunk.len()));
        let mut query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql));
        for play in chunk {
            query = query.bind(play.to_string());
        }
        for text in query.fetch_all(&mut **tx).await? {
            found.insert(id("plays", &text)?);
        }
    }
    Ok(found)
}

/// Notes that returned plays sounded after all; gives those for which it is news.
pub async fn played_unpaid(tx: &mut Tx, plays: &[PlayId], at: Timestamp) -> Result<HashSet<PlayId>> {
    let mut news = HashSet::new();
    for play in plays {
        let sql = "UPDATE plays SET heard_at = $1 WHERE id = $2 AND state = 'returned' AND heard_at IS NULL";
        let done = sqlx::query(sql).bind(at.0).bind(play.to_string()).execute(&mut **tx).await?;
        if done.rows_affected() == 1 {
            news.insert(*play);
        }
    }
    Ok(news)
}

/// Patrons' turns and free songs at jukeboxes.
#[derive(Default)]
pub struct History {
    /// The highest round of a patron's plays that weren't returned.
    pub last_rounds: HashMap<(JukeboxId, AccountId), i64>,
    /// Free songs of the last hour that weren't returned.
    pub free_plays: HashMap<(JukeboxId, AccountId), u32>,
}

/// Reads the history of patrons at jukeboxes.
pub async fn history(tx: &mut Tx, pairs: &[(JukeboxId, AccountId)], now: Timestamp) -> Result<History> {
    let mut history = History::default();
    for chunk in pairs.chunks(128) {
        let sql = format!(
            "SELECT jukebox, account, MAX(round), CAST(SUM(CASE WHEN price = 0 AND requested_at > $1 THEN 1 ELSE 0 END) AS BIGINT) \
             FROM plays WHERE (jukebox, account) IN (VALUES {}) AND state NOT IN ('declined', 'returned') GROUP BY jukebox, account",
            (0..chunk.len()).map(|i| format!("(${}, ${})", 2 * i + 2, 2 * i + 3)).collect::<Vec<_>>().join(",")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(now.plus(-60 * MINUTE).0);
        for (jukebox, account) in chunk {
            query = query.bind(jukebox.to_string()).bind(account.to_string());
        }
        for row in query.fetch_all(&mut **tx).await? {
            let pair = (id("plays", row.try_get(0)?)?, id("plays", row.try_get(1)?)?);
            history.last_rounds.insert(pair, row.try_get(2)?);
            history.free_plays.insert(pair, u32::try_from(row.try_get::<i64, _>(3)?).unwrap_or(u32::MAX));
        }
    }
    Ok(history)
}

/// When recordings last started at jukeboxes.
pub async fn last_started(
    tx: &mut Tx,
    pairs: &[(JukeboxId, String)],
) -> Result<HashMap<(JukeboxId, String), Timestamp>> {
    let mut found = HashMap::new();
    for chunk in pairs.chunks(128) {
        let sql = format!(
            "SELECT jukebox, recording, MAX(started_at) FROM plays WHERE (jukebox, recording) IN (VALUES {}) \
             AND started_at IS NOT NULL GROUP BY jukebox, recording",
            super::rows(chunk.len(), 2)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (jukebox, recording) in chunk {
            query = query.bind(jukebox.to_string()).bind(recording.clone());
        }
        for row in query.fetch_all(&mut **tx).await? {
            found.insert((id("plays", row.try_get(0)?)?, row.try_get(1)?), Timestamp(row.try_get(2)?));
        }
    }
    Ok(found)
}

/// What a person has at a jukebox, for a quote: highest round, free songs of this hour, and when a recording last started.
pub async fn standing(
    store: &Store,
    jukebox: JukeboxId,
    account: Option<AccountId>,
    recording: &str,
    now: Timestamp,
) -> Result<Standing> {
    let sql = "SELECT MAX(started_at) FROM plays WHERE jukebox = $1 AND recording = $2";
    let last: Option<i64> =
        sqlx::query_scalar(sql).bind(jukebox.to_string()).bind(recording).fetch_one(store.read()).await?;
    let mut standing = Standing { last_started: last.map(Timestamp), ..Standing::default() };
    if let Some(account) = account {
        let sql = "SELECT MAX(round), CAST(COALESCE(SUM(CASE WHEN price = 0 AND requested_at > $1 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM plays \
                   WHERE jukebox = $2 AND account = $3 AND state NOT IN ('declined', 'returned')";
        let row = sqlx::query(sql)
            .bind(now.plus(-60 * MINUTE).0)
            .bind(jukebox.to_string())
            .bind(account.to_string())
            .fetch_one(store.read())
            .await?;
        standing.last_round = row.try_get(0)?;
        standing.free_this_hour = u32::try_from(row.try_get::<i64, _>(1)?).unwrap_or(u32::MAX);
    }
    Ok(standing)
}

/// See [`standing`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    /// Highest round of plays that weren't returned.
    pub last_round: Option<i64>,
    /// Free songs of this hour.
    pub free_this_hour: u32,
    /// When the recording last started here.
    pub last_started: Option<Timestamp>,
}

/// A play's row as its owner or the floor's answer needs it.
#[derive(Clone, Debug)]
pub struct PlayRow {
    /// The jukebox.
    pub jukebox: JukeboxId,
    /// Whose.
    pub account: AccountId,
    /// What makes two requests the same.
    pub content: String,
    /// All that is shown, but for place and minutes.
    pub play: MyPlay,
}

const MY_PLAY: &str = "SELECT p.id, p.jukebox, p.account, p.content, p.price, p.sooner, p.state, p.reason, p.requested_at, p.started_at, p.ended_at, \
                       p.latest, j.room, v.name, v.timezone, s.id, s.title, s.artist, s.duration_ms, s.cover, s.album, s.year, s.genre, s.explicit, p.song \
                       FROM plays p JOIN jukeboxes j ON j.id = p.jukebox JOIN venues v ON v.id = j.venue LEFT JOIN songs s ON s.id = p.song";

/// One play.
pub async fn one(store: &Store, play: PlayId) -> Result<Option<PlayRow>> {
    let sql = format!("{MY_PLAY} WHERE p.id = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(play.to_string()).fetch_optional(store.read()).await?;
    row.as_ref().map(play_row).transpose()
}

/// A person's plays, newest first; `before` is the last one of the page before.
pub async fn of_account(store: &Store, account: AccountId, before: Option<PlayId>, limit: i64) -> Result<Vec<PlayRow>> {
    let before = match before {
        Some(play) => {
            one(store, play).await?.filter(|row| row.account == account).map(|row| (row.play.requested_at.0, play))
        }
        None => None,
    };
    let (at, last) = before.map_or((i64::MAX, String::new()), |(at, play)| (at, play.to_string()));
    let sql = format!(
        "{MY_PLAY} WHERE p.account = $1 AND (p.requested_at < $2 OR (p.requested_at = $2 AND p.id < $3)) ORDER BY p.requested_at DESC, p.id DESC LIMIT $4"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(account.to_string())
        .bind(at)
        .bind(last)
        .bind(limit)
        .fetch_all(store.read())
        .await?;
    rows.iter().map(play_row).collect()
}

fn play_row(row: &AnyRow) -> Result<PlayRow> {
    let state =
        PlayState::from_word(row.try_get(6)?).ok_or_else(|| StoreError::garbled("plays", "an unknown state"))?;
    let reason: Option<String> = row.try_get(7)?;
    let declined = reason
        .as_deref()
        .filter(|_| state == PlayState::Declined)
        .map(|r| json::<DeclineReason>("plays", r))
        .transpose()?;
    let returned = reason.as_deref().filter(|_| state == PlayState::Returned).map(|r| json("plays", r)).transpose()?;
    let play = MyPlay {
        play: id("plays", row.try_get(0)?)?,
        room: row.try_get(12)?,
        venue_name: row.try_get(13)?,
        timezone: row.try_get(14)?,
        song: song_detail(row)?,
        price: u32::try_from(row.try_get::<i64, _>(4)?).unwrap_or(0),
        sooner: row.try_get::<i64, _>(5)? != 0,
        state,
        declined,
        returned,
        requested_at: Timestamp(row.try_get(8)?),
        place: None,
        about: None,
        latest: (!state.is_final()).then_some(Timestamp(row.try_get(11)?)),
        started_at: row.try_get::<Option<i64>, _>(9)?.map(Timestamp),
        ended_at: row.try_get::<Option<i64>, _>(10)?.map(Timestamp),
        back_by: None,
    };
    Ok(PlayRow {
        jukebox: id("plays", row.try_get(1)?)?,
        account: id("plays", row.try_get(2)?)?,
        content: row.try_get(3)?,
        play,
    })
}

/// The song of a play; one that left the catalogue, or never was in it, has its id alone.
fn song_detail(row: &AnyRow) -> Result<SongDetail> {
    let brief = SongBrief {
        id: id("plays", row.try_get(24)?)?,
        title: row.try_get::<Option<String>, _>(16)?.unwrap_or_default(),
        artist: row.try_get::<Option<String>, _>(17)?.unwrap_or_default(),
        duration_ms: row.try_get::<Option<i64>, _>(18)?.unwrap_or(0),
        has_cover: row.try_get::<Option<String>, _>(19)?.is_some(),
    };
    Ok(SongDetail {
        song: brief,
        album: row.try_get(20)?,
        year: row.try_get::<Option<i64>, _>(21)?.and_then(|year| i32::try_from(year).ok()),
        genre: row.try_get(22)?,
        explicit: row.try_get::<Option<i64>, _>(23)?.unwrap_or(0) != 0,
    })
}
