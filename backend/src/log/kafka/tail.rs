//! The newest fact of each jukebox, read from the end of the topic `plays` backwards, so far and no further.

use super::unreachable;
use crate::log::LogError;
use jukeline_app::version::Version;
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    message::{BorrowedMessage, Headers},
};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

/// Records of a partition that are read at first; twice as many each time that a key is missing still.
const STEP: i64 = 500;
/// Records that are read altogether, at the most (give or take a step).
const MOST: usize = 200_000;
/// How long the brokers may take for the next record.
const PATIENCE: Duration = Duration::from_secs(10);

/// A record as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its version; nothing when it can't be read.
    pub version: Option<Version>,
    /// `ce_id`.
    pub id: String,
    /// JSON.
    pub payload: String,
}

/// What is read of a fact.
#[derive(Deserialize)]
struct Stamp {
    version: Version,
}

/// The ends of a topic.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    /// The newest record of each key that was seen; of those with one version, the last. (After a crash some are sent
    /// again, and an older one may stand behind a newer one.)
    pub last: BTreeMap<String, Record>,
    /// Records that were read.
    pub records: usize,
    /// Everything was read, from the first record that was ever written.
    pub whole: bool,
}

/// A partition, from the record before which it was read to the record where that began.
#[derive(Clone, Copy, Debug)]
struct Window {
    low: i64,
    from: i64,
    until: i64,
}

/// Reads until each of `wanted` was seen, or nothing is left, or enough was read. Joins no group: `group` is one that the
/// rights cover. Blocks.
pub fn read(mut client: ClientConfig, group: &str, topic: &str, wanted: BTreeSet<String>) -> Result<Ends, LogError> {
    let consumer: BaseConsumer = client
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "error")
        .create()
        .map_err(unreachable)?;
    let mut windows = watermarks(&consumer, topic)?;
    let mut ends = Ends::default();
    let mut step = STEP;
    loop {
        for window in windows.values_mut() {
            window.until = window.from;
            window.from = (window.from - step).max(window.low);
        }
        read_windows(&consumer, topic, &windows, &mut ends)?;
        let exhausted = windows.values().all(|window| window.from == window.low);
        ends.whole = exhausted && windows.values().all(|window| window.low == 0);
        if exhausted || ends.records >= MOST || wanted.iter().all(|key| ends.last.contains_key(key)) {
            return Ok(ends);
        }
        step *= 2;
    }
}

fn watermarks(consumer: &BaseConsumer, topic: &str) -> Result<BTreeMap<i32, Window>, LogError> {
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).map_err(unreachable)?;
    let mut windows = BTreeMap::new();
    for partition in
        metadata.topics().iter().filter(|found| found.error().is_none()).flat_map(|found| found.partitions())
    {
        let (low, high) = consumer.fetch_watermarks(topic, partition.id(), PATIENCE).map_err(unreachable)?;
        windows.insert(partition.id(), Window { low, from: high, until: high });
    }
    if windows.is_empty() {
        return Err(unreachable(format!("no topic {topic}")));
    }
    Ok(windows)
}

/// Reads the windows, each of which lies before those that were read already.
fn read_windows(
    consumer: &BaseConsumer,
    topic: &str,
    windows: &BTreeMap<i32, Window>,
    ends: &mut Ends,
) -> Result<(), LogError> {
    let mut left: BTreeMap<i32, i64> = windows
        .iter()
        .filter(|(_, window)| window.from < window.until)
        .map(|(id, window)| (*id, window.until))
        .collect();
    if left.is_empty() {
        return Ok(());
    }
    let mut seen: BTreeMap<String, Record> = BTreeMap::new();
    let mut list = TopicPartitionList::new();
    for partition in left.keys() {
        list.add_partition_offset(topic, *partition, Offset::Offset(windows[partition].from)).map_err(unreachable)?;
    }
    consumer.assign(&list).map_err(unreachable)?;
    let mut deadline = Instant::now() + PATIENCE;
    while !left.is_empty() {
        let Some(polled) = consumer.poll(Duration::from_millis(200)) else {
            if Instant::now() > deadline {
                return Err(unreachable("the brokers give no records"));
            }
            pass_holes(&consumer.position().map_err(unreachable)?, topic, &mut left);
            continue;
        };
        let message = polled.map_err(unreachable)?;
        deadline = Instant::now() + PATIENCE;
        // What was read in an earlier window comes again behind the window's end.
        let Some(until) = left.get(&message.partition()).copied() else { continue };
        if message.offset() < until {
            ends.records += 1;
            let (key, record) = record(&message);
            keep(&mut seen, key, record, |old, new| new >= old);
        }
        if message.offset() + 1 >= until {
            left.remove(&message.partition());
        }
    }
    for (key, record) in seen {
        keep(&mut ends.last, key, record, |old, new| new > old);
    }
    Ok(())
}

/// A marker of a transaction at a window's end is passed without a record: the position says where the reading is.
fn pass_holes(position: &TopicPartitionList, topic: &str, left: &mut BTreeMap<i32, i64>) {
    left.retain(|partition, until| {
        let at = position.find_partition(topic, *partition).map(|element| element.offset());
        !matches!(at, Some(Offset::Offset(at)) if at >= *until)
    });
}

fn keep(
    kept: &mut BTreeMap<String, Record>,
    key: String,
    record: Record,
    replaces: fn(Option<Version>, Option<Version>) -> bool,
) {
    match kept.get(&key) {
        Some(old) if !replaces(old.version, record.version) => {}
        _ => drop(kept.insert(key, record)),
    }
}

fn record(message: &BorrowedMessage<'_>) -> (String, Record) {
    let text =
        |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
    let id = message.headers().and_then(|headers| headers.iter().find(|header| header.key == "ce_id"));
    let payload = text(message.payload());
    let version = serde_json::from_str::<Stamp>(&payload).ok().map(|stamp| stamp.version);
    (text(message.key()), Record { version, id: text(id.and_then(|header| header.value)), payload })
}
