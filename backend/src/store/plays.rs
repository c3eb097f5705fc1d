//! Plays as their owners see them, and what the floor needs to know of the past.

use super::{Result, Store, StoreError, Tx, id, json, padded};
use jukeline_app::{
    api::{DeclineReason, MyPlay, SongBrief, SongDetail},
    id::{AccountId, JukeboxId, PlayId},
    play::PlayState,
    time::{MINUTE, Timestamp},
};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use std::collections::{HashMap, HashSet};

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

/// A request, as far as the past matters to it.
#[derive(Clone, Debug)]
pub struct Asking {
    /// The play that it would be.
    pub play: PlayId,
    /// Where.
    pub jukebox: JukeboxId,
    /// Who.
    pub account: AccountId,
    /// The recording that is wanted; empty when the catalogue doesn't have the song.
    pub recording: String,
}

/// What the floor needs to know of the past.
#[derive(Debug, Default)]
pub struct Past {
    /// Plays with these ids that exist already.
    pub known: HashSet<PlayId>,
    /// The highest round of a patron's plays that weren't returned.
    pub last_rounds: HashMap<(JukeboxId, AccountId), i64>,
    /// Free songs of the last hour that weren't returned.
    pub free_plays: HashMap<(JukeboxId, AccountId), u32>,
    /// When recordings last started.
    pub last_started: HashMap<(JukeboxId, String), Timestamp>,
}

/// Reads the past of requests.
pub async fn past(tx: &mut Tx, requests: &[Asking], now: Timestamp) -> Result<Past> {
    let mut past = Past::default();
    for chunk in padded(requests, 64) {
        let sql = format!(
            "SELECT v.column1, v.column2, v.column3, v.column4, \
             (SELECT CAST(COUNT(*) AS BIGINT) FROM plays p WHERE p.id = v.column1), \
             (SELECT MAX(p.round) FROM plays p WHERE p.jukebox = v.column2 AND p.account = v.column3 AND p.state NOT IN ('declined', 'returned')), \
             (SELECT CAST(COUNT(*) AS BIGINT) FROM plays p WHERE p.jukebox = v.column2 AND p.account = v.column3 AND p.price = 0 \
              AND p.requested_at > ${} AND p.state NOT IN ('declined', 'returned')), \
             (SELECT MAX(p.started_at) FROM plays p WHERE p.jukebox = v.column2 AND p.recording = v.column4) \
             FROM (VALUES {}) AS v",
            chunk.len() * 4 + 1,
            super::rows(chunk.len(), 4)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for asking in &chunk {
            query = query
                .bind(asking.play.to_string())
                .bind(asking.jukebox.to_string())
                .bind(asking.account.to_string())
                .bind(asking.recording.clone());
        }
        for row in query.bind(now.plus(-60 * MINUTE).0).fetch_all(&mut **tx).await? {
            past.add(&row)?;
        }
    }
    Ok(past)
}

impl Past {
    fn add(&mut self, row: &AnyRow) -> Result<()> {
        let jukebox = id("plays", row.try_get(1)?)?;
        let pair = (jukebox, id("plays", row.try_get(2)?)?);
        if row.try_get::<i64, _>(4)? > 0 {
            self.known.insert(id("plays", row.try_get(0)?)?);
        }
        if let Some(round) = row.try_get(5)? {
            self.last_rounds.insert(pair, round);
        }
        self.free_plays.insert(pair, u32::try_from(row.try_get::<i64, _>(6)?).unwrap_or(u32::MAX));
        if let Some(at) = row.try_get(7)? {
            self.last_started.insert((jukebox, row.try_get(3)?), Timestamp(at));
        }
        Ok(())
    }
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
