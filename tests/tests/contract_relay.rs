//! The relay and the consumer group on a real Apache Kafka and PostgreSQL: nothing skipped, nothing twice, through
//! kills, rebalances, a slow transaction, a topic made anew and a database that went away.

mod contract;
#[path = "contract/group.rs"]
mod group;

use anyhow::{Context as _, Result, ensure};
use contract::{
    Installation, On, PATIENCE,
    house::claim,
    kafka_side::{self, Read},
};
use jukeline_app::{id::JukeboxId, time::Timestamp};
use jukeline_backend::store::{
    Store,
    outbox::{self, Letter},
};
use jukeline_tests::{eventually, machine::Need, needs};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Facts of one stream, which nobody but these tests reads.
fn letters(stream: &str, numbers: std::ops::RangeInclusive<i64>) -> Result<Vec<Letter>> {
    numbers
        .map(|n| Ok(Letter::new("ledger", stream, stream, 0, n, "Granted", Timestamp(1_700_000_000_123), &n)?))
        .collect()
}

async fn put(store: &Store, letters: &[Letter]) -> Result<()> {
    let mut tx = store.begin().await?;
    outbox::put_all(&mut tx, letters).await?;
    Ok(tx.commit().await?)
}

fn ids(letters: &[Letter]) -> BTreeSet<String> {
    letters.iter().map(|letter| letter.id.clone()).collect()
}

/// Each stream's numbers in the order in which a reader that drops duplicates sees them.
fn first_seen(records: &[Read]) -> Result<BTreeMap<String, Vec<i64>>> {
    let mut seen = BTreeSet::new();
    let mut streams: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for record in records {
        if seen.insert(record.id()) {
            streams.entry(record.key.clone()).or_default().push(record.payload.parse()?);
        }
    }
    Ok(streams)
}

/// Waits until everything in the outbox is marked.
async fn all_published(store: &Store) -> Result<()> {
    eventually("an empty outbox", PATIENCE, || async {
        let left = outbox::unpublished(store, 1000).await?.len();
        ensure!(left == 0, "{left} wait");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_relays_publish_everything_once_in_order_through_the_kill_of_one() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let installation = Installation::make(On::Network).await?;
    let (first, second) = (installation.start().await?, installation.start().await?);
    let store = second.context.store.clone();
    let streams = ["ada", "bob", "cleo"];
    let mut expected = BTreeSet::new();
    let mut first = Some(first);
    for round in 0..6 {
        for stream in streams {
            let batch = letters(stream, round * 40 + 1..=round * 40 + 40)?;
            expected.extend(ids(&batch));
            put(&store, &batch).await?;
        }
        if round == 2 {
            // The one that has the lock dies with whatever it was about to send.
            drop(first.take());
        }
    }
    let kafka = installation.kafka()?;
    let read = kafka_side::read_until(kafka, &installation.topic("ledger"), expected.clone()).await?;
    for (stream, numbers) in first_seen(&read)? {
        assert_eq!(numbers, (1..=240).collect::<Vec<_>>(), "{stream}");
    }
    all_published(&store).await?;
    assert_eq!(read.iter().map(Read::id).collect::<BTreeSet<_>>(), expected, "nothing that nobody wrote");
    // What was sent twice at the kill is one batch at the most; without a kill nothing is.
    let before = kafka_side::count(kafka, &installation.topic("ledger")).await?;
    let batch = letters("dora", 1..=200)?;
    put(&store, &batch).await?;
    all_published(&store).await?;
    assert_eq!(kafka_side::count(kafka, &installation.topic("ledger")).await?, before + 200);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_commit_late_are_not_skipped() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let installation = Installation::make(On::Network).await?;
    let (first, _second) = (installation.start().await?, installation.start().await?);
    let store = &first.context.store;
    let (slow, quick) = (letters("slow", 1..=20)?, letters("quick", 1..=60)?);
    let mut late = store.begin().await?;
    // These draw their numbers now …
    outbox::put_all(&mut late, &slow).await?;
    put(store, &quick).await?;
    let topic = installation.topic("ledger");
    kafka_side::read_until(installation.kafka()?, &topic, ids(&quick)).await?;
    let sql = "SELECT MIN(seq) FROM outbox WHERE published_at IS NOT NULL";
    eventually("a mark", PATIENCE, || async {
        sqlx::query_scalar::<_, Option<i64>>(sql).fetch_one(store.read()).await?.context("none")
    })
    .await?;
    // … and become visible when rows with higher ones are published.
    late.commit().await?;
    let all = ids(&slow).into_iter().chain(ids(&quick)).collect();
    let read = kafka_side::read_until(installation.kafka()?, &topic, all).await?;
    let streams = first_seen(&read)?;
    assert_eq!(streams["slow"], (1..=20).collect::<Vec<_>>());
    assert_eq!(streams["quick"], (1..=60).collect::<Vec<_>>());
    let lowest: Option<i64> =
        sqlx::query_scalar("SELECT MIN(seq) FROM outbox WHERE key = 'slow'").fetch_one(store.read()).await?;
    let highest: Option<i64> =
        sqlx::query_scalar("SELECT MAX(seq) FROM outbox WHERE key = 'quick'").fetch_one(store.read()).await?;
    assert!(lowest < highest, "the late rows did have lower numbers");
    all_published(store).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_sending_and_marking_sends_the_same_records_again() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let installation = Installation::make(On::Network).await?;
    let running = installation.start().await?;
    let written = letters("ada", 1..=50)?;
    put(&running.context.store, &written).await?;
    all_published(&running.context.store).await?;
    drop(running);
    let running = installation.start_unready().await?;
    let store = &running.context.store;
    let mut tx = store.begin().await?;
    let forgotten = "UPDATE outbox SET published_at = NULL WHERE seq IN (SELECT seq FROM outbox WHERE key = 'ada' ORDER BY seq DESC LIMIT 10)";
    sqlx::query(forgotten).execute(&mut *tx).await?;
    tx.commit().await?;
    let after = letters("ada", 51..=60)?;
    put(store, &after).await?;
    let read = kafka_side::read_until(installation.kafka()?, &installation.topic("ledger"), ids(&after)).await?;
    assert_eq!(read.len(), 70, "ten came twice");
    assert_eq!(first_seen(&read)?["ada"], (1..=60).collect::<Vec<_>>());
    let mut by_id: BTreeMap<String, Vec<&Read>> = BTreeMap::new();
    for record in &read {
        by_id.entry(record.id()).or_default().push(record);
    }
    let twice: Vec<_> = by_id.values().filter(|records| records.len() == 2).collect();
    assert_eq!(twice.len(), 10);
    assert!(
        twice
            .iter()
            .all(|records| records[0].payload == records[1].payload && records[0].headers == records[1].headers)
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_cloud_events_in_the_partition_of_their_key() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let installation = Installation::make(On::Network).await?;
    let running = installation.start().await?;
    let written: Vec<Letter> =
        (0..12).map(|key| letters(&format!("key {key}"), 1..=2)).collect::<Result<Vec<_>>>()?.concat();
    put(&running.context.store, &written).await?;
    let read = kafka_side::read_until(installation.kafka()?, &installation.topic("ledger"), ids(&written)).await?;
    assert_eq!(read.len(), written.len());
    let mut partitions: BTreeMap<&str, BTreeSet<i32>> = BTreeMap::new();
    for record in &read {
        let names: Vec<&str> = record.headers.keys().map(String::as_str).collect();
        assert_eq!(names, ["ce_id", "ce_source", "ce_specversion", "ce_time", "ce_type", "content-type"]);
        let value = |name: &str| record.headers[name].as_str();
        assert_eq!(
            (value("ce_specversion"), value("ce_type"), value("content-type")),
            ("1.0", "Granted", "application/json")
        );
        assert_eq!((value("ce_time"), value("ce_source")), ("2023-11-14T22:13:20.123Z", "/jukeline"));
        let id = jukeline_app::id::fact_id(&record.key, 0, record.payload.parse()?);
        assert_eq!((record.id(), id.get_version_num()), (id.to_string(), 5));
        partitions.entry(&record.key).or_default().insert(record.partition);
        assert_eq!(record.partition, javas_partition(record.key.as_bytes(), 3), "where Java's clients look for it");
    }
    assert!(partitions.values().all(|partitions| partitions.len() == 1));
    // The requests, too.
    let request = claim();
    running.context.requests.append(JukeboxId(Uuid::now_v7()), &request).await?;
    let requests = eventually("the request", PATIENCE, || async {
        let all = kafka_side::read_all(installation.kafka()?, &installation.topic("requests")).await?;
        ensure!(!all.is_empty(), "none");
        Ok(all)
    })
    .await?;
    assert_eq!(requests[0].headers["ce_type"], request.name());
    assert!(Uuid::parse_str(&requests[0].id()).is_ok() && requests[0].headers["ce_time"].starts_with("20"));
    Ok(())
}

/// The partition of a key as Kafka's Java clients compute it: murmur2 with their seed, positive, modulo.
fn javas_partition(key: &[u8], partitions: u32) -> i32 {
    const M: u32 = 0x5bd1_e995;
    let mix = |mut k: u32| {
        k = k.wrapping_mul(M);
        (k ^ (k >> 24)).wrapping_mul(M)
    };
    let mut hash = 0x9747_b28c_u32 ^ u32::try_from(key.len()).unwrap_or(0);
    let words = key.chunks_exact(4);
    let rest = words.remainder();
    for word in words {
        hash = hash.wrapping_mul(M) ^ mix(u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
    }
    if !rest.is_empty() {
        for (place, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * place);
        }
        hash = hash.wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(M);
    hash ^= hash >> 15;
    i32::try_from((hash & 0x7fff_ffff) % partitions).unwrap_or(-1)
}
