//! Counts of a venue: a row for a night and a song, and one for all nights.

use super::{Count, EVER, Heard, ROWS, upsert};
use crate::store::{self, StoreError, Tx, pieces};
use jukeline_app::id::{SongId, VenueId};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;

pub(super) async fn count(tx: &mut Tx, generation: i64, facts: &[Heard]) -> Result<(), StoreError> {
    // In the order of their keys: partitions of one venue that fold at once lock their rows in the same order.
    let mut counts: BTreeMap<(VenueId, u32, SongId), Count> = BTreeMap::new();
    for heard in facts {
        for night in [heard.night, EVER] {
            counts.entry((heard.venue, night, heard.song)).or_default().add(heard.heard_at);
        }
    }
    let counts: Vec<_> = counts.into_iter().collect();
    for chunk in pieces(&counts, ROWS) {
        let sql = upsert("charts", "generation, venue, night, song", &store::rows(chunk.len(), 6));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for ((venue, night, song), count) in chunk {
            query = query
                .bind(generation)
                .bind(venue.to_string())
                .bind(i64::from(*night))
                .bind(song.to_string())
                .bind(count.plays)
                .bind(count.last.0);
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}
