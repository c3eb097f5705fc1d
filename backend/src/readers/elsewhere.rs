//! Elsewhere: what was heard last at each venue, for the others.
//!
//! A song is shown without the person, but at a quiet venue the place alone may say who it was. So a venue is named only
//! where its song hides among those of at least [`PEOPLE`] different patrons of that night, and a city only where it may
//! have been one of [`VENUES`] venues: k-anonymity, L. Sweeney, "k-anonymity: a model for protecting privacy", International
//! Journal on Uncertainty, Fuzziness and Knowledge-based Systems 10 (5), 2002, 557-570.

use super::{Projection, people};
use crate::store::{self, StoreError, Tx, pieces};
use jukeline_app::{
    id::{AccountId, PlayId, SongId, VenueId},
    time::Timestamp,
};
use serde::Deserialize;
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, BTreeSet};

mod latest;

pub use latest::{Latest, Wanted, latest};

/// Different patrons who were heard in a night before the venue is named (the k of k-anonymity).
pub const PEOPLE: i64 = 5;
/// Venues of a city that take part before the city is named.
pub const VENUES: i64 = 3;
/// Songs kept of each venue: state is bounded by the number of venues, not by time. Patrons are counted among these, so
/// that a name is rather kept back than told.
const KEPT: i64 = 40;

/// The last songs of each venue, a row a play.
///
/// The newest of a set are the same in whatever order its members come, so the fold needs no order.
pub struct Elsewhere;

/// What is kept of a fact.
#[derive(Debug, Deserialize)]
pub struct Heard {
    play: PlayId,
    account: AccountId,
    song: SongId,
    venue: VenueId,
    heard_at: Timestamp,
    night: u32,
}

impl Projection for Elsewhere {
    const NAME: &'static str = "elsewhere";
    const VERSION: i64 = 1;
    const TOPICS: &'static [&'static str] = &["plays"];
    const KINDS: &'static [&'static str] = &["Heard"];
    const TABLES: &'static [&'static str] = &["elsewhere"];
    const PERSONAL: &'static [&'static str] = &["elsewhere"];
    type Fact = Heard;

    async fn fold(tx: &mut Tx, generation: i64, facts: Vec<Heard>) -> Result<(), StoreError> {
        let present = people::present(tx, facts.iter().map(|heard| heard.account).collect()).await?;
        let mut kept: Vec<Heard> = facts.into_iter().filter(|heard| present.contains(&heard.account)).collect();
        // In the order of their keys, as every fold takes its locks.
        kept.sort_by_key(|heard| (heard.venue, heard.heard_at, heard.play));
        let kept = newest(kept);
        for chunk in pieces(&kept, 64) {
            insert(tx, generation, chunk).await?;
        }
        let venues: BTreeSet<VenueId> = kept.iter().map(|heard| heard.venue).collect();
        for venue in venues {
            prune(tx, generation, venue).await?;
        }
        Ok(())
    }
}

/// The newest ones of each venue, of facts in the order of their keys: the others would be deleted at once.
fn newest(mut heard: Vec<Heard>) -> Vec<Heard> {
    let mut of_venues: BTreeMap<VenueId, i64> = BTreeMap::new();
    heard.reverse();
    heard.retain(|heard| {
        let newer = of_venues.entry(heard.venue).or_default();
        *newer += 1;
        *newer <= KEPT
    });
    heard.reverse();
    heard
}

async fn insert(tx: &mut Tx, generation: i64, heard: &[Heard]) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO elsewhere (generation, venue, heard_at, play, song, account, night) VALUES {} ON CONFLICT DO NOTHING",
        store::rows(heard.len(), 7)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for heard in heard {
        query = query
            .bind(generation)
            .bind(heard.venue.to_string())
            .bind(heard.heard_at.0)
            .bind(heard.play.to_string())
            .bind(heard.song.to_string())
            .bind(heard.account.to_string())
            .bind(i64::from(heard.night));
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Partitions of one venue that fold at once don't see each other's rows: each leaves rather more than it should, never
/// fewer, and the next fold there takes those away.
async fn prune(tx: &mut Tx, generation: i64, venue: VenueId) -> Result<(), StoreError> {
    let sql = "DELETE FROM elsewhere WHERE generation = $1 AND venue = $2 AND play NOT IN \
               (SELECT play FROM elsewhere WHERE generation = $1 AND venue = $2 ORDER BY heard_at DESC, play DESC LIMIT $3)";
    sqlx::query(sql).bind(generation).bind(venue.to_string()).bind(KEPT).execute(&mut **tx).await?;
    Ok(())
}
