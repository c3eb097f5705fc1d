//! Hours: what each venue plays at which hour of its day, for whom nothing else is known.

use super::Projection;
use crate::store::{self, Result, Store, StoreError, Tx, id, list, padded, pieces};
use jukeline_app::{
    hours::house_clock,
    id::{SongId, VenueId},
    time::Timestamp,
};
use serde::Deserialize;
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Minutes of an hour.
const HOUR: u16 = 60;

/// Counts of songs by venue and hour of the day, 0 to 23 by its own clock, over all nights: a song of last year weighs as
/// much as one of today.
///
/// The time zone of a venue is set when it is made and never changes, so that folding again gives the same hours.
pub struct Hours;

/// What counts of a fact.
#[derive(Debug, Deserialize)]
pub struct Heard {
    venue: VenueId,
    song: SongId,
    heard_at: Timestamp,
}

/// A song with how often it was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The song.
    pub song: SongId,
    /// How often.
    pub plays: i64,
}

impl Projection for Hours {
    const NAME: &'static str = "hours";
    const VERSION: i64 = 1;
    const TOPICS: &'static [&'static str] = &["plays"];
    const KINDS: &'static [&'static str] = &["Heard"];
    const TABLES: &'static [&'static str] = &["hours"];
    type Fact = Heard;

    async fn fold(tx: &mut Tx, generation: i64, facts: Vec<Heard>) -> Result<(), StoreError> {
        let zones = zones(tx, facts.iter().map(|heard| heard.venue).collect()).await?;
        // In the order of their keys: partitions of one venue that fold at once lock their rows in the same order.
        let mut counts: BTreeMap<(VenueId, u16, SongId), (i64, Timestamp)> = BTreeMap::new();
        for heard in facts {
            let zone = zones.get(&heard.venue).map_or("UTC", String::as_str);
            let (plays, last) = counts.entry((heard.venue, hour_of(heard.heard_at, zone), heard.song)).or_default();
            *plays += 1;
            *last = (*last).max(heard.heard_at);
        }
        let counts: Vec<_> = counts.into_iter().collect();
        for chunk in pieces(&counts, 64) {
            let sql = format!(
                "INSERT INTO hours (generation, venue, hour, song, plays, last_heard_at) VALUES {} \
                 ON CONFLICT (generation, venue, hour, song) DO UPDATE SET plays = hours.plays + excluded.plays, \
                 last_heard_at = CASE WHEN excluded.last_heard_at > hours.last_heard_at THEN excluded.last_heard_at \
                 ELSE hours.last_heard_at END",
                store::rows(chunk.len(), 6)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for ((venue, hour, song), (plays, last)) in chunk {
                query = query
                    .bind(generation)
                    .bind(venue.to_string())
                    .bind(i64::from(*hour))
                    .bind(song.to_string())
                    .bind(*plays)
                    .bind(last.0);
            }
            query.execute(&mut **tx).await?;
        }
        Ok(())
    }
}

async fn zones(tx: &mut Tx, venues: BTreeSet<VenueId>) -> Result<HashMap<VenueId, String>> {
    let venues: Vec<VenueId> = venues.into_iter().collect();
    let mut zones = HashMap::with_capacity(venues.len());
    for chunk in padded(&venues, 128) {
        let sql = format!("SELECT id, timezone FROM venues WHERE id IN ({})", list(1, chunk.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for venue in chunk {
            query = query.bind(venue.to_string());
        }
        for row in query.fetch_all(&mut **tx).await? {
            zones.insert(id("venues", row.try_get(0)?)?, row.try_get(1)?);
        }
    }
    Ok(zones)
}

/// The hour of a venue's day, 0 to 23.
pub fn hour_of(at: Timestamp, zone: &str) -> u16 {
    house_clock(at, zone, &[]).minute_of_day / HOUR
}

/// The songs that a venue plays most at an hour and in the hours beside it; of two that were heard as often the one that
/// was heard last goes first.
pub async fn taste(store: &Store, venue: VenueId, hour: u16, at_most: i64) -> Result<Vec<Counted>> {
    let sql = format!(
        "SELECT h.song, CAST(SUM(h.plays) AS BIGINT) FROM hours h \
         WHERE h.generation = (SELECT live FROM readers WHERE name = '{}') AND h.venue = $1 AND h.hour IN ($2, $3, $4) \
         GROUP BY h.song ORDER BY 2 DESC, MAX(h.last_heard_at) DESC, 1 LIMIT $5",
        Hours::NAME
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(venue.to_string());
    for hour in [(hour + 23) % 24, hour % 24, (hour + 1) % 24] {
        query = query.bind(i64::from(hour));
    }
    let rows = query.bind(at_most).fetch_all(store.read()).await?;
    let counted = |row: &AnyRow| Ok(Counted { song: id("hours", row.try_get(0)?)?, plays: row.try_get(1)? });
    rows.iter().map(counted).collect()
}
