//! Charts: how often each song was heard in each night of each venue. The worked example of a projection.

use super::Projection;
use crate::store::{self, StoreError, Tx, pieces};
use jukeline_app::{
    id::{SongId, VenueId},
    time::Timestamp,
};
use serde::Deserialize;
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;

mod ranking;

pub use ranking::{Place, Ranked, Wanted, last_night_before, ranking};

/// The night of all nights.
const EVER: u32 = 0;

/// Counts of songs that were heard.
///
/// A row for a venue, a night and a song, and one for all nights: nothing of the network is a row of its own, so none
/// is hot; a city, a genre and the network are sums of venues, made when they are asked for.
pub struct Charts;

/// What counts of a fact: the night as the venue's floor decided it, so that a late record counts where it belongs.
#[derive(Debug, Deserialize)]
pub struct Heard {
    venue: VenueId,
    song: SongId,
    heard_at: Timestamp,
    night: u32,
}

impl Projection for Charts {
    const NAME: &'static str = "charts";
    const VERSION: i64 = 1;
    const TOPICS: &'static [&'static str] = &["plays"];
    const KINDS: &'static [&'static str] = &["Heard"];
    const TABLES: &'static [&'static str] = &["charts"];
    type Fact = Heard;

    async fn fold(tx: &mut Tx, generation: i64, facts: Vec<Heard>) -> Result<(), StoreError> {
        // In the order of their keys: partitions of one venue that fold at once lock their rows in the same order.
        let mut counts: BTreeMap<(VenueId, u32, SongId), (i64, Timestamp)> = BTreeMap::new();
        for heard in facts {
            for night in [heard.night, EVER] {
                let (plays, last) = counts.entry((heard.venue, night, heard.song)).or_default();
                *plays += 1;
                *last = (*last).max(heard.heard_at);
            }
        }
        let counts: Vec<_> = counts.into_iter().collect();
        for chunk in pieces(&counts, 64) {
            let sql = format!(
                "INSERT INTO charts (generation, venue, night, song, plays, last_heard_at) VALUES {} \
                 ON CONFLICT (generation, venue, night, song) DO UPDATE SET plays = charts.plays + excluded.plays, \
                 last_heard_at = CASE WHEN excluded.last_heard_at > charts.last_heard_at THEN excluded.last_heard_at \
                 ELSE charts.last_heard_at END",
                store::rows(chunk.len(), 6)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for ((venue, night, song), (plays, last)) in chunk {
                query = query
                    .bind(generation)
                    .bind(venue.to_string())
                    .bind(i64::from(*night))
                    .bind(song.to_string())
                    .bind(*plays)
                    .bind(last.0);
            }
            query.execute(&mut **tx).await?;
        }
        Ok(())
    }
}
