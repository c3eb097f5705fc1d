//! Answers as they were made last: asking again costs no statement until the reader has come further.

use super::problem::Answer;
use crate::readers::Mark;
use lru::LruCache;
use std::{
    hash::Hash,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How old an answer may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ages {
    /// So old an answer is good enough whatever happened: a busy network moves all the time.
    pub(super) at_least: Duration,
    /// No answer is older: some things change without a record.
    pub(super) at_most: Duration,
}

/// Answers by what was asked. Whoever asks while an answer is made waits for that one.
pub(super) struct KeptAnswers<Key, Made> {
    ages: Ages,
    slots: Mutex<LruCache<Key, Slot<Made>>>,
}

type Slot<Made> = Arc<tokio::sync::Mutex<Option<Kept<Made>>>>;

struct Kept<Made> {
    asked: Instant,
    mark: Mark,
    made: Arc<Made>,
}

/// An answer for whoever asks now.
pub(super) struct KeptAnswer<Made> {
    /// The answer.
    pub(super) made: Arc<Made>,
    /// Whether all is in it that the mark stands for.
    pub(super) is_current: bool,
    /// Asking again before gives the same, unless the answer is current and the mark moves.
    pub(super) good_until: Instant,
}

impl<Made> Kept<Made> {
    fn at(&self, mark: Mark, ages: Ages) -> KeptAnswer<Made> {
        let is_current = self.mark == mark;
        let good_until = self.asked + if is_current { ages.at_most } else { ages.at_least };
        KeptAnswer { made: self.made.clone(), is_current, good_until }
    }
}

impl<Key: Hash + Eq, Made> KeptAnswers<Key, Made> {
    /// None yet. Of more than `most` those go that nobody asked for the longest.
    pub(super) fn new(ages: Ages, most: NonZeroUsize) -> KeptAnswers<Key, Made> {
        KeptAnswers { ages, slots: Mutex::new(LruCache::new(most)) }
    }

    /// The answer that is kept, or the one that `made` gives.
    pub(super) async fn get(
        &self,
        key: Key,
        mark: Mark,
        made: impl Future<Output = Answer<Made>>,
    ) -> Answer<KeptAnswer<Made>> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots.get_or_insert(key, Slot::default).clone()
        };
        let mut kept = slot.lock().await;
        let good = kept.as_ref().map(|kept| kept.at(mark, self.ages));
        if let Some(answer) = good.filter(|answer| Instant::now() < answer.good_until) {
            return Ok(answer);
        }
        let asked = Instant::now();
        let made = Arc::new(made.await?);
        Ok(kept.insert(Kept { asked, mark, made }).at(mark, self.ages))
    }
}
