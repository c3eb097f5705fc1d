//! The catalogue.

mod browse;
mod follow;
mod insert;
mod take_in;

pub use browse::{Shelves, list, most_played, shelves, started_since};
pub use follow::{FollowError, fill_index, follow};
pub use insert::{NewSong, insert, known_hashes};
pub use take_in::take_in;

use super::{Result, Store, StoreError, id, json, list as placeholders};
use jukeline_app::{
    api::{SongBrief, SongDetail},
    id::SongId,
    song::{Codec, Recording},
    time::Timestamp,
};
use lru::LruCache;
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use std::{
    collections::HashMap,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

/// A song as lists and rules need it.
#[derive(Clone, Debug, PartialEq)]
pub struct SongRow {
    /// What is told about it.
    pub brief: SongBrief,
    /// Album.
    pub album: Option<String>,
    /// Year of release.
    pub year: Option<i32>,
    /// Genre.
    pub genre: Option<String>,
    /// What decides whether it may play.
    pub recording: Recording,
}

impl SongRow {
    /// What a song's own sheet shows.
    pub fn detail(&self) -> SongDetail {
        SongDetail {
            song: self.brief.clone(),
            album: self.album.clone(),
            year: self.year,
            genre: self.genre.clone(),
            explicit: self.recording.explicit,
        }
    }
}

/// Songs that this process has read: a song's row never changes once it is there.
#[derive(Clone)]
pub(super) struct Known {
    songs: Arc<Mutex<LruCache<SongId, Arc<SongRow>>>>,
}

/// What a busy network plays in a night, at about half a kilobyte each.
const KNOWN: NonZeroUsize = NonZeroUsize::MIN.saturating_add(9_999);

impl Default for Known {
    fn default() -> Known {
        Known { songs: Arc::new(Mutex::new(LruCache::new(KNOWN))) }
    }
}

impl Known {
    fn get(&self, song: SongId) -> Option<Arc<SongRow>> {
        self.songs.lock().unwrap_or_else(PoisonError::into_inner).get(&song).cloned()
    }

    fn put(&self, song: &Arc<SongRow>) {
        self.songs.lock().unwrap_or_else(PoisonError::into_inner).put(song.brief.id, song.clone());
    }
}

/// Where a song's sound lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    /// The file.
    pub path: std::path::PathBuf,
    /// Its media type.
    pub mime: String,
    /// Its size.
    pub bytes: u64,
    /// What the player adds, in dB.
    pub gain_db: f64,
}

/// What the search index needs of a song.
#[derive(Clone, Debug)]
pub struct Text {
    /// The song.
    pub id: SongId,
    /// Title.
    pub title: String,
    /// Artists.
    pub artists: Vec<String>,
    /// Album.
    pub album: Option<String>,
}

pub(super) const COLUMNS: &str = "SELECT s.id, s.title, s.artist, s.duration_ms, s.cover, s.album, s.year, s.genre, s.recording, \
                                  s.artists, s.explicit, s.codec FROM songs s";

/// One song.
pub async fn one(store: &Store, song: SongId) -> Result<Option<Arc<SongRow>>> {
    Ok(by_ids(store, &[song]).await?.pop())
}

/// Songs in the order of the ids; those that aren't in the catalogue are left out.
pub async fn by_ids(store: &Store, songs: &[SongId]) -> Result<Vec<Arc<SongRow>>> {
    let mut found: HashMap<SongId, Arc<SongRow>> =
        songs.iter().filter_map(|song| Some((*song, store.songs.get(*song)?))).collect();
    let missing: Vec<SongId> = songs.iter().copied().filter(|song| !found.contains_key(song)).collect();
    for chunk in super::padded(&missing, 128) {
        let sql = format!("{COLUMNS} WHERE s.id IN ({})", placeholders(1, chunk.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for song in &chunk {
            query = query.bind(song.to_string());
        }
        for row in query.fetch_all(store.read()).await? {
            let song = Arc::new(read(&row)?);
            store.songs.put(&song);
            found.insert(song.brief.id, song);
        }
    }
    Ok(songs.iter().filter_map(|song| found.get(song).cloned()).collect())
}

/// How many songs there are.
pub async fn count(store: &Store) -> Result<u64> {
    let count: i64 = sqlx::query_scalar("SELECT CAST(COUNT(*) AS BIGINT) FROM songs").fetch_one(store.read()).await?;
    Ok(count.unsigned_abs())
}

/// Where a song's sound lies.
pub async fn sound(store: &Store, song: SongId) -> Result<Option<Sound>> {
    let sql = "SELECT path, mime, bytes, gain_db FROM songs WHERE id = $1";
    let Some(row) = sqlx::query(sql).bind(song.to_string()).fetch_optional(store.read()).await? else {
        return Ok(None);
    };
    Ok(Some(Sound {
        path: row.try_get::<String, _>(0)?.into(),
        mime: row.try_get(1)?,
        bytes: row.try_get::<i64, _>(2)?.unsigned_abs(),
        gain_db: row.try_get(3)?,
    }))
}

/// The name of a song's picture below `<data>/covers`, with title and artist for drawing one.
pub async fn cover(store: &Store, song: SongId) -> Result<Option<(Option<String>, String, String)>> {
    let sql = "SELECT cover, title, artist FROM songs WHERE id = $1";
    let Some(row) = sqlx::query(sql).bind(song.to_string()).fetch_optional(store.read()).await? else {
        return Ok(None);
    };
    Ok(Some((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))
}

/// Up to `limit` songs with ids behind `after`, page by page.
pub async fn texts(store: &Store, after: &str, limit: i64) -> Result<Vec<Text>> {
    texts_since(store, Timestamp(0), after, limit).await
}

/// The same of songs that came in at `since` or later.
pub(super) async fn texts_since(store: &Store, since: Timestamp, after: &str, limit: i64) -> Result<Vec<Text>> {
    let sql = "SELECT id, title, artists, album FROM songs WHERE imported_at >= $1 AND id > $2 ORDER BY id LIMIT $3";
    let rows = sqlx::query(sql).bind(since.0).bind(after).bind(limit).fetch_all(store.read()).await?;
    let text = |row: &AnyRow| {
        Ok(Text {
            id: id("songs", row.try_get(0)?)?,
            title: row.try_get(1)?,
            artists: json("songs", row.try_get(2)?)?,
            album: row.try_get(3)?,
        })
    };
    rows.iter().map(text).collect()
}

pub(super) fn read(row: &AnyRow) -> Result<SongRow> {
    let song: SongId = id("songs", row.try_get(0)?)?;
    let duration_ms: i64 = row.try_get(3)?;
    let brief = SongBrief {
        id: song,
        title: row.try_get(1)?,
        artist: row.try_get(2)?,
        duration_ms,
        has_cover: row.try_get::<Option<String>, _>(4)?.is_some(),
    };
    let recording = Recording {
        song,
        recording: row.try_get(8)?,
        artists: json("songs", row.try_get(9)?)?,
        duration_ms,
        explicit: row.try_get::<i64, _>(10)? != 0,
        codec: Codec::from_word(row.try_get(11)?).ok_or_else(|| StoreError::garbled("songs", "codec"))?,
    };
    Ok(SongRow {
        brief,
        album: row.try_get(5)?,
        year: row.try_get::<Option<i64>, _>(6)?.and_then(|year| i32::try_from(year).ok()),
        genre: row.try_get(7)?,
        recording,
    })
}

#[cfg(test)]
mod tests;
