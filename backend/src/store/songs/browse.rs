//! Ways into the catalogue.

use super::{COLUMNS, SongRow, read};
use crate::store::{Result, Store};
use jukeline_app::{api::Shelf, id::JukeboxId, time::Timestamp};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use std::collections::HashMap;

/// Which songs to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shelves {
    /// Of this artist, as joined for reading.
    Artist(String),
    /// Of this album.
    Album(String),
    /// Of this genre.
    Genre(String),
    /// From this year, ten years long.
    Decade(i32),
    /// Newest in the catalogue first.
    Newest,
}

/// A page of songs of a shelf, and how many it holds in all.
pub async fn list(store: &Store, shelf: &Shelves, limit: i64, offset: i64) -> Result<(Vec<SongRow>, u64)> {
    let (filter, order) = match shelf {
        Shelves::Artist(_) => ("WHERE s.artist = $1", "s.album, s.year, s.title, s.id"),
        Shelves::Album(_) => ("WHERE s.album = $1", "s.path, s.id"),
        Shelves::Genre(_) => ("WHERE s.genre = $1", "s.artist, s.title, s.id"),
        Shelves::Decade(_) => ("WHERE s.year >= $1 AND s.year < $1 + 10", "s.year, s.artist, s.title, s.id"),
        Shelves::Newest => ("WHERE $1 = $1", "s.imported_at DESC, s.id DESC"),
    };
    let sql = format!("{COLUMNS} {filter} ORDER BY {order} LIMIT $2 OFFSET $3");
    let counted = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM songs s {filter}");
    let (songs, total) = (sqlx::query(AssertSqlSafe(sql)), sqlx::query_scalar::<_, i64>(AssertSqlSafe(counted)));
    let (songs, total) = match shelf {
        Shelves::Artist(name) | Shelves::Album(name) | Shelves::Genre(name) => {
            (songs.bind(name.clone()), total.bind(name.clone()))
        }
        Shelves::Decade(year) => (songs.bind(i64::from(*year)), total.bind(i64::from(*year))),
        Shelves::Newest => (songs.bind(0_i64), total.bind(0_i64)),
    };
    let rows = songs.bind(limit).bind(offset).fetch_all(store.read()).await?;
    let songs = rows.iter().map(read).collect::<Result<_>>()?;
    Ok((songs, total.fetch_one(store.read()).await?.unsigned_abs()))
}

/// What a room plays most: songs that were heard there, most often first.
pub async fn most_played(store: &Store, jukebox: JukeboxId, limit: i64) -> Result<Vec<SongRow>> {
    let sql = format!(
        "{COLUMNS} JOIN (SELECT song, COUNT(*) AS times, MAX(heard_at) AS last FROM plays WHERE jukebox = $1 AND heard_at IS NOT NULL \
         GROUP BY song) p ON p.song = s.id ORDER BY p.times DESC, p.last DESC, s.id LIMIT $2"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(jukebox.to_string()).bind(limit).fetch_all(store.read()).await?;
    rows.iter().map(read).collect()
}

/// Recordings that started to sound in a room after `since`, with when they did last.
pub async fn started_since(store: &Store, jukebox: JukeboxId, since: Timestamp) -> Result<HashMap<String, Timestamp>> {
    let sql = "SELECT recording, MAX(started_at) FROM plays WHERE jukebox = $1 AND started_at > $2 GROUP BY recording";
    let rows = sqlx::query(sql).bind(jukebox.to_string()).bind(since.0).fetch_all(store.read()).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, Timestamp(row.try_get(1)?)))).collect()
}

/// Genres (largest first, up to 30), decades (newest first) and artists (by name, up to 200).
pub async fn shelves(store: &Store) -> Result<(Vec<Shelf>, Vec<Shelf>, Vec<Shelf>)> {
    let genres = "SELECT genre, CAST(COUNT(*) AS BIGINT) FROM songs WHERE genre IS NOT NULL GROUP BY genre ORDER BY 2 DESC, 1 LIMIT 30";
    let decades = "SELECT CAST(year / 10 * 10 AS TEXT), CAST(COUNT(*) AS BIGINT) FROM songs WHERE year IS NOT NULL \
                   GROUP BY year / 10 * 10 ORDER BY 1 DESC";
    let artists =
        "SELECT artist, CAST(COUNT(*) AS BIGINT) FROM songs GROUP BY artist ORDER BY LOWER(artist), artist LIMIT 200";
    Ok((shelf(store, genres).await?, shelf(store, decades).await?, shelf(store, artists).await?))
}

async fn shelf(store: &Store, sql: &'static str) -> Result<Vec<Shelf>> {
    let rows = sqlx::query(sql).fetch_all(store.read()).await?;
    let read = |row: &AnyRow| Ok(Shelf { name: row.try_get(0)?, songs: row.try_get::<i64, _>(1)?.unsigned_abs() });
    rows.iter().map(read).collect()
}
