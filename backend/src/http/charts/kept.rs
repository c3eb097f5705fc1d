//! Charts as they were answered last: asking again costs no statement until the reader has come further.
//!
//! An answer is kept for what it depends on, and not for the room that asked: rooms of one venue share their chart, and
//! all rooms of a network the network's. What a room asks for is remembered beside it.

use crate::{
    http::problem::Answer,
    readers::{Mark, charts::Place},
};
use axum::body::Bytes;
use jukeline_app::{
    api::{ChartQuery, NightRule},
    charts::Nights,
};
use lru::LruCache;
use std::{
    hash::Hash,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::OwnedMutexGuard;

/// Each is a few kilobytes.
const CHARTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(999);
/// Each is a few hundred bytes: what every room of a large network asks for.
const ASKED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(9_999);
/// So old an answer is good enough whatever happened: a busy network moves all the time.
const AT_LEAST: Duration = Duration::from_secs(1);
/// No answer is older: a night turns, and hours are changed, without a record.
const AT_MOST: Duration = Duration::from_secs(20);

/// What an answer depends on, beside what was heard.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChartKey {
    /// Where songs count.
    pub place: Place,
    /// What was asked, genre included.
    pub query: ChartQuery,
    /// The nights that count; nothing for all.
    pub nights: Option<Nights>,
    /// What a night is, as the answer says it.
    pub night_rule: NightRule,
}

/// Answers by what they depend on, and what each room's question depends on. Whoever asks while an answer is made waits
/// for that one.
#[derive(Clone)]
pub struct KeptCharts {
    asked: Slots<(String, ChartQuery), Asked>,
    charts: Slots<ChartKey, Kept>,
}

/// What is made once for all who ask for it.
struct Slots<K, V>(Arc<Mutex<LruCache<K, Arc<tokio::sync::Mutex<Option<V>>>>>>);

impl<K, V> Clone for Slots<K, V> {
    fn clone(&self) -> Slots<K, V> {
        Slots(self.0.clone())
    }
}

impl<K: Hash + Eq, V> Slots<K, V> {
    fn new(most: NonZeroUsize) -> Slots<K, V> {
        Slots(Arc::new(Mutex::new(LruCache::new(most))))
    }

    /// The place of a key, when nobody else is filling it.
    async fn of(&self, key: K) -> OwnedMutexGuard<Option<V>> {
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            slots.get_or_insert(key, Arc::default).clone()
        };
        slot.lock_owned().await
    }
}

struct Asked {
    at: Instant,
    key: ChartKey,
}

struct Kept {
    made: Instant,
    mark: Mark,
    body: Bytes,
}

impl Default for KeptCharts {
    fn default() -> KeptCharts {
        KeptCharts { asked: Slots::new(ASKED), charts: Slots::new(CHARTS) }
    }
}

/// An answer for whoever asks now.
pub struct KeptChart {
    /// A [`Chart`](jukeline_app::api::Chart) as JSON.
    pub body: Bytes,
    /// Whether all is in it that the mark stands for.
    pub is_current: bool,
    /// Asking again before gives the same, unless the answer is current and the mark moves.
    pub good_until: Instant,
}

impl Kept {
    fn at(&self, mark: Mark) -> KeptChart {
        let is_current = self.mark == mark;
        let good_until = self.made + if is_current { AT_MOST } else { AT_LEAST };
        KeptChart { body: self.body.clone(), is_current, good_until }
    }
}

impl KeptCharts {
    /// The answer that is kept for a room's question, or the one that is made: `found` tells what the question depends
    /// on, `made` answers that.
    pub async fn get<M>(
        &self,
        room: &str,
        query: &ChartQuery,
        mark: Mark,
        found: impl Future<Output = Answer<ChartKey>>,
        made: impl FnOnce(ChartKey) -> M,
    ) -> Answer<KeptChart>
    where
        M: Future<Output = Answer<Bytes>>,
    {
        let (key, asked) = self.key(room, query, found).await?;
        let chart = self.chart(key, mark, made).await?;
        // A night may have turned for the room before the chart itself is too old.
        Ok(KeptChart { good_until: chart.good_until.min(asked + AT_MOST), ..chart })
    }

    async fn key(
        &self,
        room: &str,
        query: &ChartQuery,
        found: impl Future<Output = Answer<ChartKey>>,
    ) -> Answer<(ChartKey, Instant)> {
        let mut slot = self.asked.of((room.to_owned(), query.clone())).await;
        if let Some(asked) = slot.as_ref().filter(|asked| asked.at.elapsed() < AT_MOST) {
            return Ok((asked.key.clone(), asked.at));
        }
        let at = Instant::now();
        let key = found.await?;
        *slot = Some(Asked { at, key: key.clone() });
        Ok((key, at))
    }

    async fn chart<M>(&self, key: ChartKey, mark: Mark, made: impl FnOnce(ChartKey) -> M) -> Answer<KeptChart>
    where
        M: Future<Output = Answer<Bytes>>,
    {
        let mut slot = self.charts.of(key.clone()).await;
        let good = slot.as_ref().map(|kept| kept.at(mark)).filter(|answer| Instant::now() < answer.good_until);
        if let Some(answer) = good {
            return Ok(answer);
        }
        let asked = Instant::now();
        let body = made(key).await?;
        Ok(slot.insert(Kept { made: asked, mark, body }).at(mark))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jukeline_app::{
        api::{ChartScope, ChartWindow},
        id::VenueId,
    };
    use std::sync::atomic::{AtomicUsize, Ordering};
    use uuid::Uuid;

    fn query(scope: ChartScope) -> ChartQuery {
        ChartQuery { window: ChartWindow::Tonight, scope, genre: None }
    }

    fn key(place: Place, scope: ChartScope, night: u32) -> ChartKey {
        ChartKey { place, query: query(scope), nights: Some((night, night)), night_rule: NightRule::EachVenuesOwn }
    }

    #[tokio::test]
    async fn rooms_share_what_does_not_depend_on_them() {
        let (charts, made) = (KeptCharts::default(), AtomicUsize::new(0));
        let ask = async |room: &str, scope: ChartScope, key: ChartKey| {
            let make = |key: ChartKey| {
                made.fetch_add(1, Ordering::Relaxed);
                async move { Ok(Bytes::from(format!("{key:?}"))) }
            };
            let found = std::future::ready(Ok(key.clone()));
            let kept =
                charts.get(room, &query(scope), Mark::default(), found, make).await.map_err(|_| ()).expect("kept");
            assert_eq!(kept.body, format!("{key:?}"), "its own");
            made.load(Ordering::Relaxed)
        };
        let network = |night| key(Place::Network, ChartScope::Network, night);
        let venue = |id| key(Place::Venue(VenueId(Uuid::from_u128(id))), ChartScope::Here, 20_261_126);
        assert_eq!(ask("copper", ChartScope::Network, network(20_261_126)).await, 1);
        assert_eq!(ask("tin", ChartScope::Network, network(20_261_126)).await, 1, "the same chart");
        assert_eq!(ask("far", ChartScope::Network, network(20_261_127)).await, 2, "its night is another already");
        assert_eq!(ask("copper", ChartScope::Here, venue(1)).await, 3);
        assert_eq!(ask("cellar", ChartScope::Here, venue(1)).await, 3, "two rooms of a venue");
        assert_eq!(ask("tin", ChartScope::Here, venue(2)).await, 4);
    }
}
