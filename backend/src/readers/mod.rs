//! Readers of facts: whatever is made of the past a second time, such as charts. The jukebox knows nothing of them.
//!
//! One file declares a projection, and [`ALL`] names it. Everything else is the same for all: a consumer group of its
//! own, its place kept with its state in one transaction, each fact taken once, dead letters, metrics, and a rebuild
//! beside what is shown.

pub mod charts;
pub mod elsewhere;
pub mod evenings;
mod folding;
mod health;
pub mod history;
pub mod hours;
pub(crate) mod people;
pub mod report;
mod seen;
pub mod snapshot;
mod steward;
mod table;
mod windows;
mod word;
pub mod years;

pub use folding::{Folding, Part, Taken};
pub use health::{Mark, Readers};
pub use steward::run;
pub use windows::{Pruned, Window, prune};

use crate::{
    log::Record,
    store::{StoreError, Tx},
};
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;

/// Every reader of facts.
pub static ALL: &[Reader] = &[
    Reader::of::<charts::Charts>(),
    Reader::of::<elsewhere::Elsewhere>(),
    Reader::of::<evenings::Evenings>(),
    Reader::of::<history::History>(),
    Reader::of::<hours::Hours>(),
];

/// A projection: what is kept of facts, and how they are folded into it.
///
/// Its tables have a column `generation`, and a fold writes and reads only rows of its own. A fold is pure: it decides
/// nothing, asks no clock and sends nothing, so that folding the same facts again gives the same rows.
pub trait Projection {
    /// Its name: on the command line, in `offsets`, and of its consumer groups.
    const NAME: &'static str;
    /// Raised when the fold or its tables change: servers of the new version build anew, and show that once it is whole.
    const VERSION: i64;
    /// The topics it reads, without prefix. Their facts carry the version of their stream. There is no order across
    /// topics.
    const TOPICS: &'static [&'static str];
    /// The types it folds. Others are passed over: they are news to somebody else, and a type that is added later can't
    /// have been meant for this fold. (The floor stops at a type that it doesn't know, since it decides.)
    const KINDS: &'static [&'static str];
    /// The tables it owns.
    const TABLES: &'static [&'static str];
    /// Those of its tables that name people, in a column `account`: an account's rows go with it, and its fold leaves out
    /// whoever is gone (`readers/people.rs`).
    const PERSONAL: &'static [&'static str] = &[];
    /// Those of its tables whose rows go when their night is too old.
    const WINDOWS: &'static [Window] = &[];
    /// What it needs of a fact, read from its JSON.
    type Fact: DeserializeOwned + Send + 'static;

    /// Folds facts into the rows of a generation, each once and none twice, in the order of the log: there is none between
    /// partitions. Rows are written in the order of their keys, so that folds that share some wait for each other in turn.
    fn fold(
        tx: &mut Tx,
        generation: i64,
        facts: Vec<Self::Fact>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Folds records; gives those that can't be read.
type Fold = for<'a, 'r> fn(&'a mut Tx, i64, &'a [&'r Record]) -> BoxFuture<'a, Result<Vec<&'r Record>, StoreError>>;

/// A projection as a row of the table of all readers.
pub struct Reader {
    /// Its name.
    pub name: &'static str,
    /// The version of its fold.
    pub version: i64,
    /// The topics it reads.
    pub topics: &'static [&'static str],
    kinds: &'static [&'static str],
    tables: &'static [&'static str],
    personal: &'static [&'static str],
    windows: &'static [Window],
    fold: Fold,
}

impl Reader {
    const fn of<P: Projection>() -> Reader {
        Reader {
            name: P::NAME,
            version: P::VERSION,
            topics: P::TOPICS,
            kinds: P::KINDS,
            tables: P::TABLES,
            personal: P::PERSONAL,
            windows: P::WINDOWS,
            fold: fold::<P>,
        }
    }

    /// The reader of that name.
    pub fn named(name: &str) -> Option<&'static Reader> {
        ALL.iter().find(|reader| reader.name == name)
    }
}

fn fold<'a, 'r, P: Projection>(
    tx: &'a mut Tx,
    generation: i64,
    records: &'a [&'r Record],
) -> BoxFuture<'a, Result<Vec<&'r Record>, StoreError>> {
    let (mut facts, mut unreadable) = (Vec::with_capacity(records.len()), Vec::new());
    for record in records {
        match serde_json::from_str::<P::Fact>(&record.payload) {
            Ok(fact) => facts.push(fact),
            Err(_) => unreadable.push(*record),
        }
    }
    Box::pin(async move {
        P::fold(tx, generation, facts).await?;
        Ok(unreadable)
    })
}

#[cfg(test)]
mod tests;
