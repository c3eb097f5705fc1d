//! Evenings: which songs a patron heard of their own in a night at a venue, for "people who played this also played".

use super::{Projection, Window, people};
use crate::store::{self, StoreError, Tx, pieces};
use jukeline_app::{
    hours::days_before,
    id::{AccountId, SongId, VenueId},
};
use serde::Deserialize;
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;

pub mod nearest;

/// Nights that are kept, back from the newest one. State is at most a row for each play of that time: a network of 1,000
/// venues with 150 plays a night each keeps 13.5 million.
const NIGHTS: u32 = 90;
const WINDOW: Window = Window { table: "evenings", night: "night", oldest };

/// What patrons heard together, a row for each evening and song.
///
/// Rows are a set, and what is too old for the newest night of it is left out: the same in whatever order facts come.
/// People who are gone have no rows, and their evenings count no more.
pub struct Evenings;

/// What is kept of a fact.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Heard {
    account: AccountId,
    venue: VenueId,
    night: u32,
    song: SongId,
}

impl Projection for Evenings {
    const NAME: &'static str = "evenings";
    const VERSION: i64 = 1;
    const TOPICS: &'static [&'static str] = &["plays"];
    const KINDS: &'static [&'static str] = &["Heard"];
    const TABLES: &'static [&'static str] = &["evenings"];
    const PERSONAL: &'static [&'static str] = &["evenings"];
    const WINDOWS: &'static [Window] = &[WINDOW];
    type Fact = Heard;

    async fn fold(tx: &mut Tx, generation: i64, facts: Vec<Heard>) -> Result<(), StoreError> {
        let newest = newest(tx, generation).await?;
        let newer = facts.iter().map(|heard| heard.night).max().unwrap_or(0).max(newest);
        let kept_from = oldest(newer);
        let present = people::present(tx, facts.iter().map(|heard| heard.account).collect()).await?;
        // In the order of their keys, each once.
        let kept: BTreeSet<Heard> =
            facts.into_iter().filter(|heard| heard.night >= kept_from && present.contains(&heard.account)).collect();
        let kept: Vec<Heard> = kept.into_iter().collect();
        for chunk in pieces(&kept, 64) {
            insert(tx, generation, chunk).await?;
        }
        Ok(())
    }
}

/// The first night that is kept beside the newest one.
fn oldest(newest: u32) -> u32 {
    days_before(newest, NIGHTS - 1)
}

async fn newest(tx: &mut Tx, generation: i64) -> Result<u32, StoreError> {
    let sql = "SELECT CAST(COALESCE(MAX(night), 0) AS BIGINT) FROM evenings WHERE generation = $1";
    let night: i64 = sqlx::query_scalar(sql).bind(generation).fetch_one(&mut **tx).await?;
    Ok(u32::try_from(night).unwrap_or(0))
}

async fn insert(tx: &mut Tx, generation: i64, heard: &[Heard]) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO evenings (generation, account, venue, night, song) VALUES {} ON CONFLICT DO NOTHING",
        store::rows(heard.len(), 5)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for heard in heard {
        query = query
            .bind(generation)
            .bind(heard.account.to_string())
            .bind(heard.venue.to_string())
            .bind(i64::from(heard.night))
            .bind(heard.song.to_string());
    }
    query.execute(&mut **tx).await?;
    Ok(())
}
