//! One batch of a partition: place, facts that were seen, state and dead letters in one transaction.

use super::{Reader, seen::Seen, word};
use crate::{
    context::Context,
    log::Record,
    store::{
        self, StoreError, Tx, offsets,
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
        let store = &context.store;
        let mut tx = store.begin().await?;
        let last_id = records.last().map_or("", |record| record.id.as_str());
        let (first, last) = (span.start, span.end - 1);
        if !offsets::advance(&mut tx, &self.offsets_name, topic, partition, first, last, last_id).await? {
            tx.rollback().await?;
            return self.elsewhere(context, topic, partition).await;
        }
        let folded = self.fold(&mut tx, topic, partition, records).await?;
        if !folded.unreadable.is_empty() {
            let now = store::now(store.kind(), &mut tx).await?;
            for record in folded.unreadable {
                let letter = self.dead_letter(topic, partition, record, now)?;
                outbox::put_once(&mut tx, &letter).await?;
            }
        }
        let changed = folded.facts > 0;
        if changed && context.readers.shows(self) {
            word::say(&mut tx, context, self.reader).await?;
        }
        tx.commit().await?;
        context.readers.took(self, records.len(), changed);
        Ok(Taken::Committed)
    }

    async fn elsewhere(&self, context: &Context, topic: &str, partition: i64) -> Result<Taken, StoreError> {
        if let Some(place) = offsets::read(&context.store, &self.offsets_name, topic, partition).await? {
            return Ok(Taken::Elsewhere { next: place.next });
        }
        let begun = rows::begin(&context.store, self.reader.name, self.generation, topic, partition).await?;
        Ok(if begun { Taken::Elsewhere { next: 0 } } else { Taken::Superseded })
    }

    /// Folds what was not seen before and is of a type that the reader folds.
    async fn fold<'r>(
        &self,
        tx: &mut Tx,
        topic: &str,
        partition: i64,
        records: &'r [Record],
    ) -> Result<Folded<'r>, StoreError> {
        let mut unreadable = Vec::new();
        let mut stamped = Vec::with_capacity(records.len());
        for record in records {
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
        let facts = folded.len();
        if !folded.is_empty() {
            let not_read: Vec<i64> =
                (self.reader.fold)(tx, self.generation, &folded).await?.iter().map(|record| record.offset).collect();
            unreadable.extend(records.iter().filter(|record| not_read.contains(&record.offset)));
        }
        for record in &unreadable {
            tracing::warn!(
                reader = self.reader.name,
                topic,
                partition,
                offset = record.offset,
                "a fact that can't be read went to the dead letters"
            );
        }
        Ok(Folded { facts, unreadable })
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
