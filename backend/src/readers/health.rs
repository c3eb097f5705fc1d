//! How far this process has seen the readers come, for whoever shows what they keep, for `/readyz` and for metrics.

use super::Folding;
use crate::{log::ends::End, store::readers::Standing};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;
use uuid::Uuid;

/// Moves whenever what a reader shows may have changed, and with nothing else: for caches.
///
/// It moves with facts that this process folded into what is shown, with the word of another process that it did
/// (`word.rs`), with another generation, and when words may have been lost. A connection that is dead unnoticed brings no
/// word: whoever trusts a mark reads again by itself within 20 seconds. Charts do, as no answer of theirs is kept for
/// longer (`http/charts/kept.rs`), nor waited for by who listens; so does who listens to what is heard elsewhere
/// (`http/past_live/feeds.rs`). All others ask only whether there is a mark, and read each time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    generation: i64,
    /// How often what it shows may have changed, as far as this process knows.
    moves: u64,
}

/// What this process knows of all readers. Cheap to clone.
#[derive(Clone)]
pub struct Readers {
    process: Uuid,
    known: Arc<Mutex<BTreeMap<&'static str, Known>>>,
}

#[derive(Default)]
struct Known {
    mark: watch::Sender<Option<Mark>>,
    /// Something keeps a generation from reading.
    away: bool,
    /// The generation that stopped for good, and why.
    stopped: Option<(i64, String)>,
}

impl Known {
    /// Moves the mark, if what is shown is this generation, or whichever it is.
    fn moves(&self, generation: Option<i64>) {
        self.mark.send_if_modified(|mark| {
            let shown = mark.as_mut().filter(|mark| generation.is_none_or(|wanted| mark.generation == wanted));
            shown.map(|mark| mark.moves += 1).is_some()
        });
    }
}

impl Readers {
    /// Nothing is known yet. `process` tells this process's words from those of others: no two have the same.
    pub fn of_process(process: Uuid) -> Readers {
        Readers { process, known: Arc::default() }
    }

    /// By what other processes tell this one's words from theirs.
    pub(super) fn process(&self) -> Uuid {
        self.process
    }

    fn with<T>(&self, reader: &'static str, change: impl FnOnce(&mut Known) -> T) -> T {
        let mut readers = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        change(readers.entry(reader).or_default())
    }

    /// The mark of what a reader shows; nothing while it shows nothing.
    pub fn mark(&self, reader: &'static str) -> Option<Mark> {
        self.with(reader, |known| *known.mark.borrow())
    }

    /// Another process moved what the reader shows.
    pub(super) fn moved_elsewhere(&self, reader: &'static str) {
        self.with(reader, |known| known.moves(None));
    }

    /// Whether this generation is the one that is shown, as far as this process knows.
    pub(super) fn shows(&self, folding: &Folding) -> bool {
        self.mark(folding.reader.name).is_some_and(|mark| mark.generation == folding.generation)
    }

    /// The mark, with word of each of its moves.
    pub fn marks(&self, reader: &'static str) -> watch::Receiver<Option<Mark>> {
        self.with(reader, |known| known.mark.subscribe())
    }

    /// A word for each reader.
    pub fn words(&self) -> BTreeMap<&'static str, String> {
        let readers = self.known.lock().unwrap_or_else(PoisonError::into_inner);
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
            if changed {
                known.moves(Some(folding.generation));
            }
        });
    }

    /// Where a reader stands.
    pub(super) fn stands(&self, reader: &'static str, standing: Standing) {
        self.with(reader, |known| {
            known.stopped.take_if(|(generation, _)| standing.is_stale(*generation));
            known.mark.send_if_modified(|mark| {
                let moves = mark.map_or(0, |mark| mark.moves);
                let now = standing.live.map(|live| Mark { generation: live.number, moves });
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
        let (readers, name) = (Readers::of_process(Uuid::from_u128(1)), Charts::NAME);
        let reader = Reader::named(name).expect("charts");
        let (live, next) = (Folding::new(reader, 1), Folding::new(reader, 2));
        let mut marks = readers.marks(name);
        let mut moved = |what: &str, wanted: bool| {
            assert_eq!(marks.has_changed().expect("kept"), wanted, "{what}");
            assert_eq!(*marks.borrow_and_update(), readers.mark(name));
        };
        let shows = |number| Standing { live: Some(Generation { number, version: 1 }), building: None };
        moved("nothing is shown yet", false);
        readers.took(&live, 1, true);
        readers.moved_elsewhere(name);
        moved("still nothing is shown", false);
        readers.stands(name, shows(1));
        moved("shown", true);
        readers.stands(name, shows(1));
        moved("looked at, and nothing came", false);
        readers.took(&live, 3, true);
        moved("folded here", true);
        readers.took(&live, 3, false);
        moved("nothing in it that counts", false);
        readers.took(&next, 3, true);
        moved("folded beside what is shown", false);
        readers.moved_elsewhere("elsewhere");
        moved("another reader", false);
        readers.moved_elsewhere(name);
        moved("folded by another process", true);
        readers.stands(name, shows(2));
        moved("what was built is shown", true);
        readers.took(&live, 3, true);
        moved("folded into what is shown no more", false);
    }
}
