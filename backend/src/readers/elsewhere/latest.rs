//! What is told of other venues. Whoever was heard there is counted here and goes no further.

use super::{Elsewhere, PEOPLE, VENUES};
use crate::{
    readers::Projection,
    store::{Result, Store, id, list, padded},
};
use jukeline_app::{
    id::{PlayId, SongId, VenueId},
    time::Timestamp,
};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use std::collections::{HashMap, HashSet};

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Whoever asks: everywhere but there.
    pub not_at: VenueId,
    /// In this city only.
    pub city: Option<String>,
}

/// A song that was heard elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    /// The play: where to go on from. Not to be told, since its patron knows it.
    pub play: PlayId,
    /// The song.
    pub song: SongId,
    /// When it was heard.
    pub heard_at: Timestamp,
    /// The venue's name, where it points at nobody.
    pub venue_name: Option<String>,
    /// The city, where it points at nobody.
    pub city: Option<String>,
}

/// A row with what may have to be kept back.
struct Kept {
    play: PlayId,
    song: SongId,
    heard_at: Timestamp,
    venue: String,
    night: i64,
    venue_name: String,
    city: String,
}

/// The songs that were heard last at other venues that take part, newest first.
///
/// Who asks for one city knows it: there, a song that tells neither venue nor city is left out.
pub async fn latest(store: &Store, wanted: &Wanted, at_most: i64) -> Result<Vec<Latest>> {
    let kept = rows(store, wanted, at_most).await?;
    let crowded = crowded(store, &kept).await?;
    let large = large(store, &kept).await?;
    let told = kept.into_iter().map(|row| Latest {
        play: row.play,
        song: row.song,
        heard_at: row.heard_at,
        city: large.contains(&row.city).then_some(row.city),
        venue_name: crowded.contains(&(row.venue, row.night)).then_some(row.venue_name),
    });
    // A named venue tells its city by itself, as maps do.
    let tells = |row: &Latest| wanted.city.is_none() || row.venue_name.is_some() || row.city.is_some();
    Ok(told.filter(tells).collect())
}

/// What is shown is named in the statement itself: no answer mixes two generations.
fn live() -> String {
    format!("e.generation = (SELECT live FROM readers WHERE name = '{}')", Elsewhere::NAME)
}

async fn rows(store: &Store, wanted: &Wanted, at_most: i64) -> Result<Vec<Kept>> {
    let sql = format!(
        "SELECT e.play, e.song, e.heard_at, e.venue, e.night, v.name, v.city FROM elsewhere e \
         JOIN venues v ON v.id = e.venue WHERE {} AND v.shown_elsewhere = 1 AND v.id <> $1 AND ($2 = '' OR v.city = $2) \
         ORDER BY e.heard_at DESC, e.play DESC LIMIT $3",
        live()
    );
    let found = sqlx::query(AssertSqlSafe(sql))
        .bind(wanted.not_at.to_string())
        .bind(wanted.city.clone().unwrap_or_default())
        .bind(at_most)
        .fetch_all(store.read())
        .await?;
    found.iter().map(kept).collect()
}

fn kept(row: &AnyRow) -> Result<Kept> {
    Ok(Kept {
        play: id("elsewhere", row.try_get(0)?)?,
        song: id("elsewhere", row.try_get(1)?)?,
        heard_at: Timestamp(row.try_get(2)?),
        venue: row.try_get(3)?,
        night: row.try_get(4)?,
        venue_name: row.try_get(5)?,
        city: row.try_get(6)?,
    })
}

/// Venues and nights of these rows in which enough different people were heard: a guest who became part of an account is
/// the same person.
async fn crowded(store: &Store, kept: &[Kept]) -> Result<HashSet<(String, i64)>> {
    let mut crowded = HashSet::new();
    for venues in padded(&different(kept.iter().map(|row| &row.venue)), 64) {
        let sql = format!(
            "SELECT e.venue, e.night FROM elsewhere e LEFT JOIN accounts a ON a.id = e.account \
             WHERE {} AND e.venue IN ({}) GROUP BY e.venue, e.night \
             HAVING COUNT(DISTINCT COALESCE(a.merged_into, e.account)) >= $1",
            live(),
            list(2, venues.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(PEOPLE);
        for venue in venues {
            query = query.bind(venue);
        }
        for row in query.fetch_all(store.read()).await? {
            crowded.insert((row.try_get(0)?, row.try_get(1)?));
        }
    }
    Ok(crowded)
}

/// Cities of these rows with enough venues that take part.
async fn large(store: &Store, kept: &[Kept]) -> Result<HashSet<String>> {
    let mut large = HashMap::new();
    for cities in padded(&different(kept.iter().map(|row| &row.city)), 64) {
        let sql = format!(
            "SELECT city, CAST(COUNT(*) AS BIGINT) FROM venues WHERE shown_elsewhere = 1 AND city IN ({}) GROUP BY city",
            list(1, cities.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for city in cities {
            query = query.bind(city);
        }
        for row in query.fetch_all(store.read()).await? {
            large.insert(row.try_get::<String, _>(0)?, row.try_get::<i64, _>(1)?);
        }
    }
    Ok(large.into_iter().filter(|(_, venues)| *venues >= VENUES).map(|(city, _)| city).collect())
}

fn different<'r>(names: impl Iterator<Item = &'r String>) -> Vec<String> {
    let names: HashSet<&String> = names.collect();
    names.into_iter().cloned().collect()
}
