//! How far this process has seen the readers come, for whoever shows what they keep, for `/readyz` and for metrics.

use super::Folding;
use crate::{log::ends::End, store::readers::Standing};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Notify, watch};

/// Moves whenever what a reader shows may have changed: for caches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    generation: i64,
    /// The sum of its places, as seen last.
    places: i64,
    /// Batches that this process folded since.
    folded: u64,
}

/// What this process knows of all readers. Cheap to clone.
#[derive(Clone, Default)]
pub struct Readers(Arc<Mutex<BTreeMap<&'static str, Known>>>);

#[derive(Default)]
struct Known {
    /// Somebody else moved it.
    word: Arc<Notify>,
    mark: watch::Sender<Option<Mark>>,
    /// Something keeps a generation from reading.
    away: bool,
    /// The generation that stopped for good, and why.
    stopped: Option<(i64, String)>,
}

impl Readers {
    fn with<T>(&self, reader: &'static str, change: impl FnOnce(&mut Known) -> T) -> T {
        let mut readers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(readers.entry(reader).or_default())
    }

    /// The mark of what a reader shows; nothing while it shows nothing.
    pub fn mark(&self, reader: &'static str) -> Option<Mark> {
        self.with(reader, |known| *known.mark.borrow())
    }

    /// Rung when another process says that it moved the reader.
    pub(super) fn word(&self, reader: &'static str) -> Arc<Notify> {
        self.with(reader, |known| known.word.clone())
    }

    /// Lets the steward look at once.
    pub(super) fn look_now(&self, reader: &'static str) {
        self.word(reader).notify_one();
    }

    /// Whether this generation is the one that is shown, as far as this process knows.
    pub(super) fn shows(&self, folding: &Folding) -> bool {
        self.mark(folding.reader.name).is_some_and(|mark| mark.generation == folding.generation)
    }

    /// The mark, with word of each of its moves: at once of what this process folds, and of what others do as soon as
    /// they say so, or else within the steward's look.
    pub fn marks(&self, reader: &'static str) -> watch::Receiver<Option<Mark>> {
        self.with(reader, |known| known.mark.subscribe())
    }

    /// A word for each reader.
    pub fn words(&self) -> BTreeMap<&'static str, String> {
        let readers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let word = |known: &Known| match (&known.stopped, known.away, *known.mark.borrow()) {
            (Some((_, word)), ..) => format!("stopped: {word}"),
            (None, true, _) => "not running".into(),
            (None, false, None) => "building".into(),
            (None, false, Some(_)) => "ok".into(),
        };
        readers.iter().map(|(name, known)| (*name, word(known))).collect()
    }

    /// It reads, or something keeps it from that.
    pub(crate) fn reads(&self, folding: &Folding, reads: bool) {
        self.with(folding.reader.name, |known| known.away = !reads);
    }

    /// A generation stopped for good, as only a log with brokers can make it.
    #[cfg(feature = "kafka")]
    pub(crate) fn stopped(&self, folding: &Folding, word: &str) {
        tracing::error!(reader = folding.offsets_name(), word, "a reader of facts stopped and needs a person");
        self.with(folding.reader.name, |known| known.stopped = Some((folding.generation, word.to_owned())));
    }

    /// A batch was committed here.
    pub(super) fn took(&self, folding: &Folding, records: usize, changed: bool) {
        let name = folding.reader.name;
        metrics::counter!("jukeline_reader_records_total", "reader" => name).increment(records as u64);
        self.with(name, |known| {
            known.away = false;
            known.mark.send_if_modified(|mark| {
                let shown = mark.as_mut().filter(|mark| changed && mark.generation == folding.generation);
                shown.map(|mark| mark.folded += 1).is_some()
            });
        });
    }

    /// Where a reader stands, with the places of what is shown.
    pub(super) fn stands(&self, reader: &'static str, standing: Standing, places: &BTreeMap<i64, i64>) {
        self.with(reader, |known| {
            let places = places.values().sum();
            known.stopped.take_if(|(generation, _)| standing.is_stale(*generation));
            known.mark.send_if_modified(|mark| {
                let folded = mark.map_or(0, |mark| mark.folded);
                let now = standing.live.map(|live| Mark { generation: live.number, places, folded });
                std::mem::replace(mark, now) != now
            });
        });
    }

    /// How far a generation is behind.
    pub(super) fn measure(&self, folding: &Folding, topic: &'static str, ends: &[End], places: &BTreeMap<i64, i64>) {
        for end in ends {
            let next = places.get(&end.partition).copied().unwrap_or(0);
            let labels = [
                ("reader", folding.reader.name.to_owned()),
                ("generation", folding.generation.to_string()),
                ("topic", topic.to_owned()),
                ("partition", end.partition.to_string()),
            ];
            metrics::gauge!("jukeline_reader_offset", &labels).set(next as f64);
            metrics::gauge!("jukeline_reader_lag", &labels).set((end.high - next).max(0) as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        readers::{Projection, Reader, charts::Charts},
        store::readers::Generation,
    };

    #[test]
    fn a_mark_moves_with_what_is_shown_and_with_nothing_else() {
        let (readers, name) = (Readers::default(), Charts::NAME);
        let reader = Reader::named(name).expect("charts");
        let (live, next) = (Folding::new(reader, 1), Folding::new(reader, 2));
        let mut marks = readers.marks(name);
        let mut moved = |what: &str, wanted: bool| {
            assert_eq!(marks.has_changed().expect("kept"), wanted, "{what}");
            assert_eq!(*marks.borrow_and_update(), readers.mark(name));
        };
        let standing = Standing { live: Some(Generation { number: 1, version: 1 }), building: None };
        moved("nothing is shown yet", false);
        readers.took(&live, 1, true);
        moved("still nothing is shown", false);
        readers.stands(name, standing, &BTreeMap::from([(0, 5)]));
        moved("shown", true);
        readers.stands(name, standing, &BTreeMap::from([(0, 5)]));
        moved("looked at, and nothing came", false);
        readers.took(&live, 3, true);
        moved("folded here", true);
        readers.took(&live, 3, false);
        moved("nothing in it that counts", false);
        readers.took(&next, 3, true);
        moved("folded beside what is shown", false);
        readers.stands(name, standing, &BTreeMap::from([(0, 5), (1, 2)]));
        moved("folded by another process", true);
    }
}
