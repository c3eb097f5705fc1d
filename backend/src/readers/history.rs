//! History: what each patron heard of their own songs, at every venue.

use super::{Projection, people};
use crate::store::{self, StoreError, Tx, pieces};
use jukeline_app::{
    id::{AccountId, PlayId, SongId, VenueId},
    time::Timestamp,
};
use serde::Deserialize;
use sqlx::AssertSqlSafe;

mod artists;
mod heard;

pub use artists::{Artist, HeardSong, artists};
pub use heard::{Counted, Person, Played, VenueCount, Wanted};

/// Songs that patrons heard, a row a play.
///
/// The account is the one that the fact names, so that folding the same facts again gives the same rows: guests who
/// became part of an account later are found when it is read ([`Person`]), and people who are gone have no rows.
pub struct History;

/// What history keeps of a fact.
#[derive(Debug, Deserialize)]
pub struct Heard {
    play: PlayId,
    account: AccountId,
    song: SongId,
    venue: VenueId,
    heard_at: Timestamp,
    night: u32,
}

impl Projection for History {
    const NAME: &'static str = "history";
    const VERSION: i64 = 1;
    const TOPICS: &'static [&'static str] = &["plays"];
    const KINDS: &'static [&'static str] = &["Heard"];
    const TABLES: &'static [&'static str] = &["history"];
    const PERSONAL: &'static [&'static str] = &["history"];
    type Fact = Heard;

    async fn fold(tx: &mut Tx, generation: i64, facts: Vec<Heard>) -> Result<(), StoreError> {
        let present = people::present(tx, facts.iter().map(|heard| heard.account).collect()).await?;
        let kept: Vec<Heard> = facts.into_iter().filter(|heard| present.contains(&heard.account)).collect();
        for chunk in pieces(&kept, 64) {
            let sql = format!(
                "INSERT INTO history (generation, account, play, venue, song, heard_at, night) VALUES {} \
                 ON CONFLICT DO NOTHING",
                store::rows(chunk.len(), 7)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for heard in chunk {
                query = query
                    .bind(generation)
                    .bind(heard.account.to_string())
                    .bind(heard.play.to_string())
                    .bind(heard.venue.to_string())
                    .bind(heard.song.to_string())
                    .bind(heard.heard_at.0)
                    .bind(i64::from(heard.night));
            }
            query.execute(&mut **tx).await?;
        }
        Ok(())
    }
}
