//! One batch: places, facts that were seen, state and dead letters in one transaction.

use super::{Reader, seen::Seen, word};
use crate::{
    context::Context,
    log::Record,
    store::{
        self, Kind, StoreError, Tx, offsets,
        outbox::{self, Letter},
        readers as rows,
    },
};
use jukeline_app::version::Version;
use serde::Deserialize;
use std::{collections::BTreeMap, ops::Range};

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Committed.
    Committed,
    /// The generation is at `next` in this partition: go on from there.
    Elsewhere {
        /// The next offset wanted.
        next: i64,
    },
    /// Nobody needs the generation any more.
    Superseded,
}

/// Records of a partition.
#[derive(Clone, Debug)]
pub struct Part<'r> {
    pub(super) partition: i64,
    span: Range<i64>,
    records: &'r [Record],
}

impl<'r> Part<'r> {
    /// From the first record to the last; nothing where there are none.
    pub fn of(partition: i64, records: &'r [Record]) -> Option<Part<'r>> {
        let (first, last) = records.first().zip(records.last())?;
        Some(Part { partition, span: first.offset..last.offset + 1, records })
    }
}

/// A generation of a reader's state.
#[derive(Clone)]
pub struct Folding {
    pub(super) reader: &'static Reader,
    pub(super) generation: i64,
    offsets_name: String,
}

/// What every fact says of itself.
#[derive(Deserialize)]
struct Stamp {
    #[serde(rename = "type")]
    kind: String,
    /// Those of `ledger` had none at first.
    version: Option<Version>,
}

impl Stamp {
    /// The life of its stream and its number in it. What has no number is a stream of its own by its `ce_id`, which is
    /// the same however often it is sent.
    fn place(&self, record: &Record) -> (rows::Life, i64) {
        match self.version {
            Some(version) => ((record.key.clone(), version.epoch), version.n),
            None => ((record.id.clone(), 0), 0),
        }
    }
}

impl Folding {
    /// A generation of a reader.
    pub fn new(reader: &'static Reader, generation: i64) -> Folding {
        Folding { reader, generation, offsets_name: rows::offsets_name(reader.name, generation) }
    }

    /// The name of its rows in `offsets` and of its consumer group, such as `charts.2`.
    pub fn offsets_name(&self) -> &str {
        &self.offsets_name
    }

    /// Takes the records that a partition has in `span`: all of them or none. The span may be wider than the records,
    /// where a log's numbers have holes.
    pub async fn take(
        &self,
        context: &Context,
        topic: &str,
        partition: i64,
        span: Range<i64>,
        records: &[Record],
    ) -> Result<Taken, StoreError> {
        if self.take_together(context, topic, &[Part { partition, span, records }]).await? {
            return Ok(Taken::Committed);
        }
        self.elsewhere(context, topic, partition).await
    }

    /// Takes the records of several partitions in one commit: all of them, or none and false where the generation is
    /// elsewhere in one of them.
    pub async fn take_together(&self, context: &Context, topic: &str, parts: &[Part<'_>]) -> Result<bool, StoreError> {
        let store = &context.store;
        let mut tx = store.begin().await?;
        for Part { partition, span, records } in parts {
            let last_id = records.last().map_or("", |record| record.id.as_str());
            let (first, last) = (span.start, span.end - 1);
            if !offsets::advance(&mut tx, &self.offsets_name, topic, *partition, first, last, last_id).await? {
                tx.rollback().await?;
                return Ok(false);
            }
        }
        let folded = self.fold(&mut tx, topic, parts).await?;
        if !folded.unreadable.is_empty() {
            self.bury(&mut tx, store.kind(), topic, parts, &folded.unreadable).await?;
        }
        let changed = folded.facts > 0;
        if changed && context.readers.shows(self) {
            word::say(&mut tx, context, self.reader).await?;
        }
        tx.commit().await?;
        context.readers.took(self, parts.iter().map(|part| part.records.len()).sum(), changed);
        Ok(true)
    }

    async fn elsewhere(&self, context: &Context, topic: &str, partition: i64) -> Result<Taken, StoreError> {
        if let Some(place) = offsets::read(&context.store, &self.offsets_name, topic, partition).await? {
            return Ok(Taken::Elsewhere { next: place.next });
        }
        let begun = rows::begin(&context.store, self.reader.name, self.generation, topic, partition).await?;
        Ok(if begun { Taken::Elsewhere { next: 0 } } else { Taken::Superseded })
    }

    /// Folds what was not seen before and is of a type that the reader folds.
    async fn fold<'r>(&self, tx: &mut Tx, topic: &str, parts: &[Part<'r>]) -> Result<Folded<'r>, StoreError> {
        let mut unreadable = Vec::new();
        let mut stamped = Vec::with_capacity(parts.iter().map(|part| part.records.len()).sum());
        for record in parts.iter().flat_map(|part| part.records) {
            match serde_json::from_str::<Stamp>(&record.payload) {
                Ok(stamp) if stamp.version.is_some() || !record.id.is_empty() => stamped.push((record, stamp)),
                _ => unreadable.push(record),
            }
        }
        let fresh = self.fresh(tx, topic, &stamped).await?;
        let folded: Vec<&Record> = fresh
            .into_iter()
            .filter(|(_, stamp)| self.reader.kinds.contains(&stamp.kind.as_str()))
            .map(|(record, _)| *record)
            .collect();
        if !folded.is_empty() {
            unreadable.extend((self.reader.fold)(tx, self.generation, &folded).await?);
        }
        Ok(Folded { facts: folded.len(), unreadable })
    }

    /// Puts what can't be read among the dead letters.
    async fn bury(
        &self,
        tx: &mut Tx,
        kind: Kind,
        topic: &str,
        parts: &[Part<'_>],
        unreadable: &[&Record],
    ) -> Result<(), StoreError> {
        let now = store::now(kind, tx).await?;
        for Part { partition, records, .. } in parts {
            for record in records.iter().filter(|record| unreadable.iter().any(|it| std::ptr::eq(*it, *record))) {
                let (reader, offset) = (self.reader.name, record.offset);
                tracing::warn!(reader, topic, partition, offset, "a fact that can't be read went to the dead letters");
                outbox::put_once(tx, &self.dead_letter(topic, *partition, record, now)?).await?;
            }
        }
        Ok(())
    }

    /// Those whose number was not taken before, which it is now. By number and not by "newer than the last": a record
    /// that was sent again behind its followers is taken late rather than lost.
    async fn fresh<'s, 'r>(
        &self,
        tx: &mut Tx,
        topic: &str,
        stamped: &'s [(&'r Record, Stamp)],
    ) -> Result<Vec<&'s (&'r Record, Stamp)>, StoreError> {
        let places: Vec<(rows::Life, i64)> = stamped.iter().map(|(record, stamp)| stamp.place(record)).collect();
        let mut streams: Vec<String> = places.iter().map(|((stream, _), _)| stream.clone()).collect();
        streams.sort_unstable();
        streams.dedup();
        let kept = rows::seen(tx, self.reader.name, self.generation, topic, &streams).await?;
        let mut seen: BTreeMap<rows::Life, (Seen, bool)> =
            kept.into_iter().map(|(life, ranges)| (life, (Seen::of(ranges), false))).collect();
        let mut fresh = Vec::with_capacity(stamped.len());
        for (fact, (life, number)) in stamped.iter().zip(places) {
            let (numbers, changed) = seen.entry(life).or_default();
            if numbers.take(number) {
                *changed = true;
                fresh.push(fact);
            }
        }
        let changed: Vec<(rows::Life, Vec<(i64, i64)>)> = seen
            .into_iter()
            .filter(|(_, (_, changed))| *changed)
            .map(|(life, (numbers, _))| (life, numbers.into_ranges()))
            .collect();
        rows::save_seen(tx, self.reader.name, self.generation, topic, &changed).await?;
        Ok(fresh)
    }

    /// The same however often it is sent: a rebuild meets the record again.
    fn dead_letter(
        &self,
        topic: &str,
        partition: i64,
        record: &Record,
        now: jukeline_app::time::Timestamp,
    ) -> Result<Letter, StoreError> {
        let reader = self.reader.name;
        let payload = serde_json::json!({
            "reader": reader, "offset": record.offset, "key": record.key, "payload": record.payload
        });
        let stream = format!("dead-letter/{reader}/{topic}/{partition}/{}", record.id);
        let topic = format!("{topic}.dead-letters");
        Letter::new(&topic, &record.key, &stream, 0, record.offset, "DeadLetter", now, &payload)
    }
}

struct Folded<'r> {
    facts: usize,
    unreadable: Vec<&'r Record>,
}
