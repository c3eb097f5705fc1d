//! `jukeline readers` and `jukeline replay`.

use super::{ALL, Reader};
use crate::{
    config::Config,
    log::{
        LogError,
        ends::{End, Ends},
        topics::{Retention, TOPICS},
    },
    store::{
        Store, StoreError,
        readers::{self as rows, Generation, filling},
    },
};
use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

/// Why a reader is not built anew.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// There is no such reader.
    #[error("there is no reader {name}: there are {}", names())]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The log no longer holds all that there was.
    #[error(
        "partition {partition} of {topic} begins at offset {low}: what was before it is gone, and a reader that is built \
         anew would lack it. What is shown stays. It can be built from a snapshot: `jukeline replay {reader} \
         --from-snapshot FILE`"
    )]
    StartGone {
        /// The reader.
        reader: &'static str,
        /// The topic without prefix.
        topic: &'static str,
        /// The partition.
        partition: i64,
        /// Its first offset.
        low: i64,
    },
}

fn names() -> String {
    ALL.iter().map(|reader| reader.name).collect::<Vec<_>>().join(", ")
}

/// Every reader with each partition: its place, the log's end, and how far it is behind. On the embedded log, whose
/// numbers facts of all topics share, the last is an upper bound.
pub async fn report(config: &Config, store: &Store) -> Result<String, ReplayError> {
    let ends = Ends::open(&config.log)?;
    let mut text = format!(
        "{:<12} {:>7} {:>10} {:<8} {:<10} {:>9} {:>12} {:>12} {:>9}",
        "reader", "version", "generation", "", "topic", "partition", "offset", "end", "lag"
    );
    for reader in ALL {
        let Some(standing) = rows::standing(store, reader.name).await? else {
            let _ = write!(text, "\n{:<12} {:>7} begins with the next start of a server", reader.name, reader.version);
            continue;
        };
        for (generation, word) in [(standing.live, "shown"), (standing.building, "building")] {
            let Some(generation) = generation else { continue };
            let word = if generation.version == filling::FILLING { "filling" } else { word };
            for topic in reader.topics {
                let places = rows::places(store, reader.name, generation.number, topic).await?;
                for end in ends.of(store, topic).await? {
                    let next = places.get(&end.partition).copied().unwrap_or(0);
                    let _ = write!(
                        text,
                        "\n{:<12} {:>7} {:>10} {word:<8} {topic:<10} {:>9} {next:>12} {:>12} {:>9}",
                        reader.name,
                        generation.version,
                        generation.number,
                        end.partition,
                        end.high,
                        (end.high - next).max(0)
                    );
                }
            }
        }
    }
    Ok(text)
}

/// A generation that was wished for.
pub struct Replay<'s> {
    store: &'s Store,
    reader: &'static Reader,
    ends: Ends,
    generation: i64,
}

/// How far a generation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many of so many offsets.
    Building {
        /// Offsets behind it.
        done: i64,
        /// Offsets that the log has now.
        of: i64,
    },
    /// It is shown.
    Shown,
    /// A newer one took its place.
    Superseded,
}

/// Wishes for a reader to be built anew: the servers that run build it beside what is shown, and show it when it is whole.
/// Where one is being built already, that one it is.
pub async fn replay<'s>(config: &Config, store: &'s Store, name: &str) -> Result<Replay<'s>, ReplayError> {
    let reader = named(name)?;
    let ends = Ends::open(&config.log)?;
    for topic in reader.topics.iter().copied().filter(|topic| holds_all(topic)) {
        let gone = ends.of(store, topic).await?.into_iter().find(|end| end.low > 0);
        if let Some(End { partition, low, .. }) = gone {
            return Err(ReplayError::StartGone { reader: reader.name, topic, partition, low });
        }
    }
    let generation = rows::wish(store, reader.name, reader.version).await?;
    Ok(Replay::of(store, reader, ends, generation))
}

/// The reader of that name.
pub(super) fn named(name: &str) -> Result<&'static Reader, ReplayError> {
    Reader::named(name).ok_or_else(|| ReplayError::Unknown { name: name.into() })
}

/// Whether a topic should hold every record that there was: a compacted one holds the latest of each key by design.
fn holds_all(topic: &str) -> bool {
    !TOPICS.iter().any(|known| known.name == topic && known.retention == Retention::Compacted)
}

impl<'s> Replay<'s> {
    pub(super) fn of(store: &'s Store, reader: &'static Reader, ends: Ends, generation: i64) -> Replay<'s> {
        Replay { store, reader, ends, generation }
    }
}

impl Replay<'_> {
    /// The generation's number.
    pub fn generation(&self) -> i64 {
        self.generation
    }

    /// How far it is now.
    pub async fn progress(&self) -> Result<Progress, ReplayError> {
        let standing = rows::standing(self.store, self.reader.name).await?;
        let is_it = |of: Option<Generation>| of.is_some_and(|it| it.number == self.generation);
        match standing {
            Some(standing) if is_it(standing.live) => return Ok(Progress::Shown),
            Some(standing) if is_it(standing.building) => {}
            _ => return Ok(Progress::Superseded),
        }
        let (mut done, mut of) = (0, 0);
        for topic in self.reader.topics {
            done += rows::places(self.store, self.reader.name, self.generation, topic).await?.values().sum::<i64>();
            of += self.ends.of(self.store, topic).await?.iter().map(|end| end.high).sum::<i64>();
        }
        Ok(Progress::Building { done, of })
    }

    /// Waits until it is shown and tells how far it is; gives up where nothing moves for `patience`: then no server runs.
    pub async fn shown(&self, patience: Duration, mut tell: impl FnMut(i64, i64)) -> Result<Progress, ReplayError> {
        let (mut moved, mut last) = (Instant::now(), -1);
        loop {
            match self.progress().await? {
                progress @ Progress::Building { done, of } => {
                    tell(done, of);
                    if done != last {
                        (moved, last) = (Instant::now(), done);
                    }
                    if moved.elapsed() >= patience {
                        return Ok(progress);
                    }
                }
                ended => return Ok(ended),
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }
}
