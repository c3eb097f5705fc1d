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

impl Kept {
    fn is_good(&self, mark: Mark) -> bool {
        let age = self.made.elapsed();
        age < AT_LEAST || (self.mark == mark && age < AT_MOST)
    }
}

impl KeptCharts {
    /// The answer that is kept, or the one that `made` gives.
    pub async fn get(&self, key: Key, mark: Mark, made: impl Future<Output = Answer<Bytes>>) -> Answer<Bytes> {
        let slot = {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.get_or_insert(key, Slot::default).clone()
        };
        let mut kept = slot.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.is_good(mark)) {
            return Ok(kept.body.clone());
        }
        let asked = Instant::now();
        let body = made.await?;
        *kept = Some(Kept { made: asked, mark, body: body.clone() });
        Ok(body)
    }
}
