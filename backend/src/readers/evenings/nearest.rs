//! "People who played this also played": item-to-item similarity by the cosine of two songs' evenings, as in G. Linden,
//! B. Smith, J. York, "Amazon.com Recommendations: Item-to-Item Collaborative Filtering", IEEE Internet Computing 7 (1),
//! 2003, 76-80.
//!
//! An evening is one patron's night at one venue. Taking a song as the vector of the evenings that it was heard in, 1 or 0
//! each, the cosine of two songs is the number of evenings with both over the root of the product of the evenings with
//! either. A song that everybody plays is in many evenings, and so is near to none for that alone.
//!
//! No song is told that fewer than [`PEOPLE`] different patrons heard in one evening with the first: else the answer would
//! tell what somebody who is known to play a rare song plays beside it.

use super::{Evenings, WINDOW};
use crate::{
    readers::Projection,
    store::{Result, Store, id, list, padded, readers},
};
use jukeline_app::id::SongId;
use sqlx::{AssertSqlSafe, Row};
use std::collections::HashMap;

/// Different patrons that a pair of songs needs.
pub const PEOPLE: i64 = 5;
/// Evenings with a song that are looked at, the newest: reading costs the same however popular a song is. Songs in more
/// evenings count as if they were in so many.
const LOOKED_AT: i64 = 2_000;
/// Songs that are compared: those in most evenings with the first.
const COMPARED: i64 = 64;

/// How often two songs were heard, in evenings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Evenings with both.
    pub both: i64,
    /// Evenings with the first.
    pub first: i64,
    /// Evenings with the second.
    pub second: i64,
}

impl Pair {
    /// The cosine of both songs' evenings: 0 for never together to 1 for always.
    pub fn cosine(self) -> f64 {
        if self.both <= 0 || self.first <= 0 || self.second <= 0 {
            return 0.0;
        }
        // Where the second is known up to a limit alone, its evenings may be fewer than those with both.
        (self.both as f64 / (self.first as f64 * self.second as f64).sqrt()).min(1.0)
    }
}

/// The nearest first; of two that are as near the one that was heard more often with the first, then by id.
pub fn ranked(pairs: &[(SongId, Pair)], at_most: usize) -> Vec<SongId> {
    let mut ranked: Vec<&(SongId, Pair)> = pairs.iter().collect();
    ranked.sort_by(|(a, pair), (b, other)| {
        other.cosine().total_cmp(&pair.cosine()).then(other.both.cmp(&pair.both)).then(a.cmp(b))
    });
    ranked.into_iter().take(at_most).map(|(song, _)| *song).collect()
}

/// The songs nearest to one, by what patrons heard in one evening.
pub async fn nearest(store: &Store, song: SongId, at_most: usize) -> Result<Vec<SongId>> {
    let Some(shown) = readers::standing(store, Evenings::NAME).await?.and_then(|standing| standing.live) else {
        return Ok(Vec::new());
    };
    let Some(oldest) = WINDOW.oldest_kept(store, shown.number, store.now().await?).await? else {
        return Ok(Vec::new());
    };
    let looked_at = Looked { store, generation: shown.number, oldest: oldest.into() };
    let together = looked_at.together(song).await?;
    let mut songs: Vec<SongId> = together.iter().map(|(other, _)| *other).collect();
    songs.push(song);
    let evenings = looked_at.evenings(&songs).await?;
    let of = |song: &SongId| evenings.get(song).copied().unwrap_or(0);
    let pair = |(other, both): &(SongId, i64)| (*other, Pair { both: *both, first: of(&song), second: of(other) });
    Ok(ranked(&together.iter().map(pair).collect::<Vec<_>>(), at_most))
}

/// The evenings that are looked at.
struct Looked<'a> {
    store: &'a Store,
    generation: i64,
    /// The first night that counts.
    oldest: i64,
}

impl Looked<'_> {
    /// Songs that enough different people heard in one evening with this one, and in how many evenings. A guest who
    /// became part of an account is the same person.
    async fn together(&self, song: SongId) -> Result<Vec<(SongId, i64)>> {
        let sql = "SELECT o.song, CAST(COUNT(*) AS BIGINT) FROM (SELECT e.account, e.venue, e.night FROM evenings e \
                   WHERE e.generation = $1 AND e.song = $2 AND e.night >= $3 \
                   ORDER BY e.night DESC, e.account DESC, e.venue DESC LIMIT $4) x \
                   JOIN evenings o ON o.account = x.account AND o.generation = $5 AND o.venue = x.venue \
                   AND o.night = x.night LEFT JOIN accounts a ON a.id = o.account WHERE o.song <> $6 GROUP BY o.song \
                   HAVING COUNT(DISTINCT COALESCE(a.merged_into, o.account)) >= $7 ORDER BY 2 DESC, 1 LIMIT $8";
        let rows = sqlx::query(sql)
            .bind(self.generation)
            .bind(song.to_string())
            .bind(self.oldest)
            .bind(LOOKED_AT)
            .bind(self.generation)
            .bind(song.to_string())
            .bind(PEOPLE)
            .bind(COMPARED)
            .fetch_all(self.store.read())
            .await?;
        rows.iter().map(|row| Ok((id("evenings", row.try_get(0)?)?, row.try_get(1)?))).collect()
    }

    /// In how many evenings each of these songs was heard, up to [`LOOKED_AT`].
    async fn evenings(&self, songs: &[SongId]) -> Result<HashMap<SongId, i64>> {
        let mut found = HashMap::with_capacity(songs.len());
        for songs in padded(songs, 64) {
            let sql = format!(
                "SELECT s.id, (SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 FROM evenings e WHERE e.generation = $1 \
                 AND e.song = s.id AND e.night >= $2 LIMIT $3) x) FROM songs s WHERE s.id IN ({})",
                list(4, songs.len())
            );
            let mut query = sqlx::query(AssertSqlSafe(sql)).bind(self.generation).bind(self.oldest).bind(LOOKED_AT);
            for song in songs {
                query = query.bind(song.to_string());
            }
            for row in query.fetch_all(self.store.read()).await? {
                found.insert(id("evenings", row.try_get(0)?)?, row.try_get(1)?);
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn song(number: u128) -> SongId {
        SongId(Uuid::from_u128(number))
    }

    fn pair(both: i64, first: i64, second: i64) -> Pair {
        Pair { both, first, second }
    }

    #[test]
    fn worked_numbers() {
        // 6 of 9 evenings with the first, all of 4 × 4 of the second: 6 / √(9 · 16) = 0.5.
        assert!((pair(6, 9, 16).cosine() - 0.5).abs() < 1e-12);
        assert!((pair(5, 5, 5).cosine() - 1.0).abs() < 1e-12, "always together");
        assert!((pair(5, 10, 1_000).cosine() - 0.05).abs() < 1e-12, "5 / √10,000");
        assert_eq!(pair(0, 10, 10).cosine(), 0.0, "never together");
        assert_eq!(pair(0, 0, 0).cosine(), 0.0, "never heard");
    }

    #[test]
    fn what_everybody_plays_is_not_near_for_that_alone() {
        // Of 10 evenings with the first, 8 have the hit and 6 the song that hardly anybody else plays.
        let (hit, kindred, also) = (song(1), song(2), song(3));
        let pairs = [(hit, pair(8, 10, 1_000)), (kindred, pair(6, 10, 7)), (also, pair(6, 10, 7))];
        assert_eq!(ranked(&pairs, 8), [kindred, also, hit]);
        assert_eq!(ranked(&pairs, 1), [kindred]);
        assert_eq!(ranked(&[], 8), []);
    }

    proptest! {
        #[test]
        fn between_nothing_and_one_and_the_same_both_ways(both in 0..2_000_i64, first in 0..2_000_i64, second in 0..2_000_i64) {
            let cosine = pair(both, first, second).cosine();
            prop_assert!((0.0..=1.0).contains(&cosine));
            prop_assert_eq!(cosine, pair(both, second, first).cosine());
        }
    }
}
