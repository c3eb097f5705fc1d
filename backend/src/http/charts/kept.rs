//! Charts as they were answered last: asking again costs no statement until the reader has come further.

use crate::{http::problem::Answer, readers::Mark};
use axum::body::Bytes;
use jukeline_app::api::ChartQuery;
use lru::LruCache;
use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Which chart: a room's name and what was asked.
type Key = (String, ChartQuery);
/// Each is a few kilobytes.
const KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(999);
/// So old an answer is good enough whatever happened: a busy network moves all the time.
const AT_LEAST: Duration = Duration::from_secs(1);
/// No answer is older: a night turns, and hours are changed, without a record.
const AT_MOST: Duration = Duration::from_secs(20);

/// Answers by what was asked. Whoever asks while an answer is made waits for that one.
#[derive(Clone)]
pub struct KeptCharts(Arc<Mutex<LruCache<Key, Slot>>>);

type Slot = Arc<tokio::sync::Mutex<Option<Kept>>>;

struct Kept {
    made: Instant,
    mark: Mark,
    body: Bytes,
}

impl Default for KeptCharts {
    fn default() -> KeptCharts {
        KeptCharts(Arc::new(Mutex::new(LruCache::new(KEPT))))
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
    /// The answer that is kept, or the one that `made` gives.
    pub async fn get(&self, key: Key, mark: Mark, made: impl Future<Output = Answer<Bytes>>) -> Answer<KeptChart> {
        let slot = {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.get_or_insert(key, Slot::default).clone()
        };
        let mut kept = slot.lock().await;
        let good = kept.as_ref().map(|kept| kept.at(mark)).filter(|answer| Instant::now() < answer.good_until);
        if let Some(answer) = good {
            return Ok(answer);
        }
        let asked = Instant::now();
        let body = made.await?;
        Ok(kept.insert(Kept { made: asked, mark, body }).at(mark))
    }
}
