//! The requests of the embedded log, appended to the topic in their order, and the floor's place behind what is decided.

use super::MoveError;
use crate::{
    config::LogConfig,
    floor,
    log::{
        LogError,
        kafka::{client, cloud_event, producer, topic},
        table,
        topics::TOPICS,
    },
    store::Tx,
};
use futures_util::{TryStreamExt, future::join_all};
use rdkafka::{
    consumer::{BaseConsumer, Consumer},
    producer::{FutureProducer, FutureRecord},
};
use sqlx::{Row, SqliteConnection};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Records that are under way at once.
const BATCH: usize = 500;
/// How long the brokers may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the partitions of a new topic may take to have leaders.
const LEADERS_WITHIN: Duration = Duration::from_secs(30);

/// A request as it stands in the embedded log.
struct Request {
    position: i64,
    key: String,
    id: String,
    kind: String,
    at: i64,
    payload: String,
}

/// Where the floor goes on in a partition.
struct Place {
    next: i64,
    last_id: String,
}

/// Refuses topics with a record in them.
pub(super) async fn refuse_unless_empty(config: &LogConfig) -> Result<(), MoveError> {
    let config = config.clone();
    let counted = tokio::task::spawn_blocking(move || -> Result<Vec<(String, i64)>, LogError> {
        TOPICS
            .iter()
            .map(|wanted| topic(&config, wanted.name))
            .map(|name| Ok((name.clone(), records(&config, &name)?)))
            .collect()
    });
    let counted = counted.await.map_err(|error| LogError::Unreachable(error.to_string()))??;
    match counted.into_iter().find(|(_, records)| *records > 0) {
        Some((topic, records)) => Err(MoveError::TopicNotEmpty { topic, records }),
        None => Ok(()),
    }
}

/// How many records a topic was ever given. One that was made just now has no leaders for a moment.
fn records(config: &LogConfig, topic: &str) -> Result<i64, LogError> {
    let deadline = Instant::now() + LEADERS_WITHIN;
    loop {
        match records_now(config, topic) {
            Err(_) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(200)),
            counted => return counted,
        }
    }
}

fn records_now(config: &LogConfig, topic: &str) -> Result<i64, LogError> {
    let unreachable = |error: rdkafka::error::KafkaError| LogError::Unreachable(error.to_string());
    let consumer: BaseConsumer = client(config).create().map_err(unreachable)?;
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).map_err(unreachable)?;
    let found = metadata.topics().first().filter(|found| found.error().is_none() && !found.partitions().is_empty());
    let found = found.ok_or_else(|| LogError::Unreachable(format!("no topic {topic}")))?;
    let mut records = 0;
    for partition in found.partitions() {
        let (_, high) = consumer.fetch_watermarks(topic, partition.id(), PATIENCE).map_err(unreachable)?;
        records += high;
    }
    Ok(records)
}

/// Appends every request with its key and `ce_id`, and writes where the floor goes on. Gives how many there are and how
/// many are undecided.
pub(super) async fn relay(
    config: &LogConfig,
    source: &mut SqliteConnection,
    tx: &mut Tx,
) -> Result<(usize, usize), MoveError> {
    let sql = "SELECT next FROM offsets WHERE reader = $1 AND topic = $2 AND partition = $3";
    let next: Option<i64> = sqlx::query_scalar(sql)
        .bind(floor::READER)
        .bind(floor::TOPIC)
        .bind(table::PARTITION)
        .fetch_optional(&mut *source)
        .await?;
    // Positions begin at 1, and without a place nothing was decided.
    let next = next.unwrap_or(0);
    let (producer, topic) = (producer(config)?, topic(config, floor::TOPIC));
    let mut places: BTreeMap<i32, Place> = BTreeMap::new();
    let (mut appended, mut undecided) = (0, 0);
    let sql = "SELECT position, jukebox, ce_id, ce_type, ce_time, payload FROM requests ORDER BY position";
    let mut rows = sqlx::query(sql).fetch(source).try_chunks(BATCH);
    while let Some(rows) = rows.try_next().await.map_err(|error| error.1)? {
        let batch = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let sent = join_all(batch.iter().map(|request| send(&producer, &topic, request))).await;
        for (request, sent) in batch.iter().zip(sent) {
            let (partition, offset) = sent?;
            appended += 1;
            if request.position < next {
                places.insert(partition, Place { next: offset + 1, last_id: request.id.clone() });
            } else {
                undecided += 1;
            }
        }
    }
    for (partition, place) in places {
        let sql = "INSERT INTO offsets (reader, topic, partition, next, last_id) VALUES ($1, $2, $3, $4, $5)";
        sqlx::query(sql)
            .bind(floor::READER)
            .bind(floor::TOPIC)
            .bind(i64::from(partition))
            .bind(place.next)
            .bind(place.last_id)
            .execute(&mut **tx)
            .await?;
    }
    Ok((appended, undecided))
}

fn read(row: &sqlx::sqlite::SqliteRow) -> Result<Request, sqlx::Error> {
    Ok(Request {
        position: row.try_get(0)?,
        key: row.try_get(1)?,
        id: row.try_get(2)?,
        kind: row.try_get(3)?,
        at: row.try_get(4)?,
        payload: row.try_get(5)?,
    })
}

/// Queues in order: `send` puts the record into the producer's queue at its first poll, and polls are in order.
async fn send(producer: &FutureProducer, topic: &str, request: &Request) -> Result<(i32, i64), LogError> {
    let headers = cloud_event(&request.id, &request.kind, request.at);
    let record = FutureRecord::to(topic).key(&request.key).payload(&request.payload).headers(headers);
    let sent = producer.send(record, PATIENCE).await;
    sent.map(|at| (at.partition, at.offset)).map_err(|(error, _)| LogError::Unreachable(error.to_string()))
}
