//! A consumer group: the floor's, and one for each reader of facts. Offsets live in the database with their effect;
//! Kafka's committed offset is a hint for the lag tools.

mod held_up;

use super::{client, goodbye::Departing, topic, unreachable};
use crate::{
    context::Context,
    log::{Handled, LogError, Record},
    outage::Outage,
    store::{StoreError, offsets},
};
use async_trait::async_trait;
use futures_util::FutureExt;
use held_up::Kept;
use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, CommitMode, Consumer, StreamConsumer},
    error::KafkaError,
    message::{BorrowedMessage, Headers},
    types::RDKafkaErrorCode,
};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

/// How much is handled at once at the most.
#[derive(Clone, Copy, Debug)]
pub(in crate::log) struct Most {
    /// Records.
    pub(in crate::log) records: usize,
    /// Bytes of their keys and payloads; the record with which it is more is still of them.
    pub(in crate::log) bytes: usize,
}

/// Records by partition, in order.
type Batches = BTreeMap<i32, Vec<Record>>;

/// Why a batch was not handled.
#[derive(Debug, thiserror::Error)]
pub(in crate::log) enum Refused {
    /// Try again later.
    #[error("{0}")]
    ForNow(String),
    /// The partition needs a person.
    #[error("{0}")]
    ForGood(String),
}

/// What a process does as a member of a consumer group: one topic, one name under which offsets are kept.
#[async_trait]
pub(in crate::log) trait Member: Send + Sync {
    /// The group without prefix, and the name of its rows in `offsets`.
    fn name(&self) -> &str;

    /// The topic without prefix.
    fn topic(&self) -> &str;

    /// How much of all its partitions is handled at once. It takes only what is there already.
    fn most(&self) -> Most {
        Most { records: 500, bytes: 1 << 20 }
    }

    /// Begins the sentence about an outage, such as "what the floor needs".
    fn needs(&self) -> &'static str;

    /// It reads, or something keeps it from that.
    fn reads(&self, context: &Context, reads: bool);

    /// It waits, most likely for the store, with its partitions paused; or it goes on.
    fn is_held_up(&self, context: &Context, held_up: bool);

    /// A partition, or all of them, stopped for good.
    fn stopped(&self, context: &Context, word: &str);

    /// Handles a batch of one partition: all of it or nothing.
    async fn handle(&self, context: &Context, partition: i64, records: &[Record]) -> Result<Handled, Refused>;

    /// Handles batches of several partitions in one commit, those that can share one; gives the partitions that were
    /// committed.
    async fn handle_together(&self, _: &Context, _: &[(i32, &[Record])]) -> Result<Vec<i32>, Refused> {
        Ok(Vec::new())
    }
}

#[derive(Debug, thiserror::Error)]
enum Stop {
    /// Try again.
    #[error(transparent)]
    Interrupted(#[from] LogError),
    /// Nothing can be done without a person: a clear word in `/readyz`.
    #[error("{0}")]
    ForGood(String),
}

/// Runs until the server stops.
pub(in crate::log) async fn run(context: &Context, member: &impl Member) {
    let mut outage = Outage::none(member.needs());
    loop {
        let Err(stop) = tokio::select! {
            () = context.stopped() => return,
            consumed = consume(context, member, &mut outage) => consumed,
        };
        member.reads(context, false);
        member.is_held_up(context, false);
        let error = match stop {
            Stop::ForGood(word) => return member.stopped(context, &word),
            Stop::Interrupted(error) => error,
        };
        tokio::time::sleep(outage.failed(&error)).await;
    }
}

/// Consumes until something fails.
async fn consume(context: &Context, member: &impl Member, outage: &mut Outage) -> Result<Infallible, Stop> {
    let config = &context.config.log;
    let topic = topic(config, member.topic());
    let consumer: StreamConsumer = client(config)
        .set("group.id", format!("{}{}", config.topic_prefix, member.name()))
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "earliest")
        .set("fetch.wait.max.ms", "100")
        // A partition gives as much at once as is handled at once: what lies together makes fewer rows.
        .set("fetch.message.max.bytes", member.most().bytes.to_string())
        .set("partition.assignment.strategy", "cooperative-sticky")
        // A process that died is missed after six seconds, not forty-five: people wait for its rooms.
        .set("session.timeout.ms", "6000")
        .set("heartbeat.interval.ms", "1500")
        .create()
        .map_err(unreachable)?;
    let consumer = Departing::new(consumer);
    consumer.subscribe(&[&topic]).map_err(unreachable)?;
    // Partitions whose place was compared with the database since they were assigned.
    let mut compared: BTreeMap<i32, i64> = BTreeMap::new();
    let mut kept = Kept::default();
    loop {
        let mut batches = match std::mem::take(&mut kept.arrived) {
            // An empty topic or a quiet night gives no record: the reader is well as long as it is polled.
            none if none.is_empty() => {
                match tokio::time::timeout(Duration::from_secs(1), receive(&consumer, member.most())).await {
                    Ok(batches) => batches?,
                    Err(_) => {
                        member.reads(context, true);
                        continue;
                    }
                }
            }
            arrived => arrived,
        };
        outage.over();
        for partition in
            kept.polling(context, member, &consumer, together(context, member, &batches, &compared)).await?
        {
            let Some(records) = batches.remove(&partition) else { continue };
            let next = records.last().map_or(0, |record| record.offset + 1);
            hint(&consumer, &topic, partition, next);
            compared.insert(partition, next);
        }
        for (partition, records) in batches {
            let taking = take(context, member, &consumer, &topic, partition, &records, compared.get(&partition));
            match kept.polling(context, member, &consumer, taking).await? {
                Ok(next) => drop(compared.insert(partition, next)),
                // This partition needs a person; the others go on.
                Err(Stop::ForGood(word)) => {
                    member.stopped(context, &word);
                    pause(&consumer, &topic, partition)?;
                    kept.stopped.insert(partition);
                }
                Err(interrupted) => return Err(interrupted),
            }
        }
    }
}

/// Handles what can share a commit, and says which partitions that were. The others, and all of them where the database
/// is away, are handled one by one.
async fn together(
    context: &Context,
    member: &impl Member,
    batches: &BTreeMap<i32, Vec<Record>>,
    compared: &BTreeMap<i32, i64>,
) -> Vec<i32> {
    let follows = |(partition, records): &(&i32, &Vec<Record>)| {
        records.first().is_some_and(|first| compared.get(partition) == Some(&first.offset))
    };
    let batches: Vec<(i32, &[Record])> =
        batches.iter().filter(follows).map(|(partition, records)| (*partition, records.as_slice())).collect();
    member.handle_together(context, &batches).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "batches could not be handled together; they are taken one by one");
        Vec::new()
    })
}

/// Takes a batch of one partition; returns where it goes on. `expected` is where it was to go on.
async fn take(
    context: &Context,
    member: &impl Member,
    consumer: &Arc<StreamConsumer>,
    topic: &str,
    partition: i32,
    records: &[Record],
    expected: Option<&i64>,
) -> Result<i64, Stop> {
    let Some(first) = records.first().map(|record| record.offset) else {
        return place(context, member, partition).await;
    };
    // After an assignment, and whenever the offsets don't follow, the database says where to go on.
    if expected != Some(&first) && !compare(context, member, consumer, topic, partition, first).await? {
        return place(context, member, partition).await;
    }
    handle(context, member, consumer, topic, partition, records).await
}

fn pause(consumer: &StreamConsumer, topic: &str, partition: i32) -> Result<(), Stop> {
    let mut list = TopicPartitionList::new();
    list.add_partition(topic, partition);
    Ok(consumer.pause(&list).map_err(unreachable)?)
}

/// Waits for a record and takes what else is there, by partition and in order.
async fn receive(consumer: &StreamConsumer, most: Most) -> Result<Batches, Stop> {
    let mut batches = Batches::new();
    let (mut records, mut bytes) = (0, 0);
    let mut next = Some(consumer.recv().await);
    while let Some(received) = next {
        let received = received.map_err(read_error)?;
        records += 1;
        bytes += received.key_len() + received.payload_len();
        batches.entry(received.partition()).or_default().push(record(&received));
        next = if records < most.records && bytes < most.bytes { consumer.recv().now_or_never() } else { None };
    }
    Ok(batches)
}

fn read_error(error: KafkaError) -> Stop {
    match error {
        KafkaError::MessageConsumption(RDKafkaErrorCode::OffsetOutOfRange) => {
            Stop::ForGood("the log no longer holds the next record: it was truncated".into())
        }
        other => Stop::Interrupted(unreachable(other)),
    }
}

fn record(message: &BorrowedMessage<'_>) -> Record {
    let text = |bytes: Option<&[u8]>| bytes.map(text).unwrap_or_default();
    let id = message.headers().and_then(|headers| headers.iter().find(|header| header.key == "ce_id"));
    Record {
        offset: message.offset(),
        id: text(id.and_then(|header| header.value)),
        key: text(message.key()),
        payload: text(message.payload()),
    }
}

fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    // A database may not take a zero byte in a text.
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.into_owned() }
}

async fn place(context: &Context, member: &impl Member, partition: i32) -> Result<i64, Stop> {
    let read = || offsets::read(&context.store, member.name(), member.topic(), i64::from(partition));
    let place = retried(context, member, read).await;
    Ok(place.map_or(0, |place| place.next))
}

/// Compares the first record after an assignment with the database. True: go on with it. False: it was sought.
///
/// The record before the place must be the one that was handled last: else the topic was made anew or truncated.
async fn compare(
    context: &Context,
    member: &impl Member,
    consumer: &Arc<StreamConsumer>,
    topic: &str,
    partition: i32,
    first: i64,
) -> Result<bool, Stop> {
    let read = || offsets::read(&context.store, member.name(), member.topic(), i64::from(partition));
    let place = retried(context, member, read).await;
    let Some(place) = place else { return Ok(true) };
    let (low, high) = watermarks(consumer, topic, partition).await?;
    if place.next > high || place.next < low {
        return Err(Stop::ForGood(format!(
            "partition {partition} holds offsets {low} to {high}, but {} comes next: the topic was made anew or truncated",
            place.next
        )));
    }
    if place.next > low && !follows(context, member, topic, partition, &place).await? {
        return Err(Stop::ForGood(format!(
            "partition {partition} holds another record before offset {} than the one handled last: the topic was made anew",
            place.next
        )));
    }
    if place.next == first || is_hole(context, member, topic, partition, place.next, first).await? {
        return Ok(true);
    }
    consumer.seek(topic, partition, Offset::Offset(place.next), Duration::from_secs(5)).map_err(unreachable)?;
    Ok(false)
}

/// Moves the database's place from `next` to `first` where the log has nothing between them (transaction markers):
/// asked of the log itself, since what was received may have been prefetched from further on.
async fn is_hole(
    context: &Context,
    member: &impl Member,
    topic: &str,
    partition: i32,
    next: i64,
    first: i64,
) -> Result<bool, Stop> {
    if next > first || record_from(context, member, topic, partition, next).await?.offset < first {
        return Ok(false);
    }
    let move_over =
        || offsets::skip_hole(&context.store, member.name(), member.topic(), i64::from(partition), next, first);
    retried(context, member, move_over).await;
    Ok(true)
}

/// Whether the record before the place is the one that was handled last, by its `ce_id`.
async fn follows(
    context: &Context,
    member: &impl Member,
    topic: &str,
    partition: i32,
    place: &offsets::Place,
) -> Result<bool, Stop> {
    let found = record_from(context, member, topic, partition, place.next - 1).await?;
    // A hole before the place leaves nothing to compare.
    Ok(found.offset >= place.next || found.id == place.last_id)
}

/// The record at an offset that the log has reached, or the first one behind it.
async fn record_from(
    context: &Context,
    member: &impl Member,
    topic: &str,
    partition: i32,
    offset: i64,
) -> Result<Record, Stop> {
    let config = context.config.log.clone();
    let group = format!("{}{}", config.topic_prefix, member.name());
    let topic = topic.to_owned();
    let looked = tokio::task::spawn_blocking(move || -> Result<Record, LogError> {
        let reader: BaseConsumer =
            client(&config).set("group.id", group).set("enable.auto.commit", "false").create().map_err(unreachable)?;
        let reader = Departing::new(reader);
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&topic, partition, Offset::Offset(offset)).map_err(unreachable)?;
        reader.assign(&list).map_err(unreachable)?;
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            let Some(polled) = reader.poll(Duration::from_millis(500)) else { continue };
            return Ok(record(&polled.map_err(unreachable)?));
        }
        Err(unreachable(format!("partition {partition} gives no record at or behind offset {offset}")))
    });
    Ok(looked.await.map_err(unreachable)??)
}

async fn watermarks(consumer: &Arc<StreamConsumer>, topic: &str, partition: i32) -> Result<(i64, i64), Stop> {
    let (consumer, topic) = (consumer.clone(), topic.to_owned());
    let asked =
        tokio::task::spawn_blocking(move || consumer.fetch_watermarks(&topic, partition, Duration::from_secs(5)));
    Ok(asked.await.map_err(unreachable)?.map_err(unreachable)?)
}

/// Handles a batch until it is committed or somebody else has.
async fn handle(
    context: &Context,
    member: &impl Member,
    consumer: &StreamConsumer,
    topic: &str,
    partition: i32,
    records: &[Record],
) -> Result<i64, Stop> {
    let mut batch = records;
    let mut outage = Outage::none("the store");
    loop {
        match member.handle(context, i64::from(partition), batch).await {
            Ok(Handled::Committed) => {
                let next = records.last().map_or(0, |record| record.offset + 1);
                outage.over();
                hint(consumer, topic, partition, next);
                return Ok(next);
            }
            Ok(Handled::Elsewhere { next }) => {
                match batch.iter().position(|record| record.offset == next) {
                    Some(index) => batch = &batch[index..],
                    // Somebody else went on, or the database lost what it had committed. The seek is refused where the
                    // partition is somebody else's by now; else the next record is compared with the database.
                    None => {
                        let _ = consumer.seek(topic, partition, Offset::Offset(next), Duration::from_secs(5));
                        return Ok(next);
                    }
                }
            }
            Err(Refused::ForGood(word)) => return Err(Stop::ForGood(format!("partition {partition}: {word}"))),
            Err(error) => {
                member.reads(context, false);
                tokio::time::sleep(outage.failed(&error)).await;
            }
        }
    }
}

fn hint(consumer: &StreamConsumer, topic: &str, partition: i32, next: i64) {
    let mut list = TopicPartitionList::new();
    if list.add_partition_offset(topic, partition, Offset::Offset(next)).is_ok() {
        // The database decides; this is for lag tools, so a failure changes nothing.
        let _ = consumer.commit(&list, CommitMode::Async);
    }
}

async fn retried<T, F>(context: &Context, member: &impl Member, mut read: impl FnMut() -> F) -> T
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut outage = Outage::none("the store");
    loop {
        match read().await {
            Ok(value) => {
                outage.over();
                return value;
            }
            Err(error) => {
                member.reads(context, false);
                tokio::time::sleep(outage.failed(&error)).await;
            }
        }
    }
}
