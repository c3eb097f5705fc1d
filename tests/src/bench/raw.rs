//! The baselines: what the parts below can do by themselves, on the same machine in the same run.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{Consumer, StreamConsumer},
    producer::{FutureProducer, FutureRecord},
};
use sqlx::{AnyConnection, Connection, any::install_default_drivers};

use crate::{kafka::Kafka, machine, postgres::Postgres};

/// A record's size in bytes: about what a fact takes.
const RECORD: usize = 400;
/// How many go first and are not counted.
const WARM_UP: usize = 50;

/// Round trips of one record after the other: produced with `acks=all`, until its consumer has it.
///
/// # Errors
/// The broker refuses, or a record does not come back.
pub async fn kafka_round_trips(kafka: &Kafka, topic: &str, count: usize) -> Result<Vec<Duration>> {
    kafka.create_topic(topic, 1).await?;
    let producer: FutureProducer = kafka.client().set("acks", "all").set("linger.ms", "0").create()?;
    let consumer: StreamConsumer = kafka.client().set("group.id", "bench-raw").create()?;
    let mut place = TopicPartitionList::new();
    place.add_partition_offset(topic, 0, Offset::Beginning)?;
    consumer.assign(&place)?;
    let mut trips = Vec::with_capacity(count);
    for number in 0..count + WARM_UP {
        let payload = format!("{number:0RECORD$}");
        let began = Instant::now();
        let record = FutureRecord::<str, str>::to(topic).payload(&payload);
        let (sent, got) = tokio::join!(
            producer.send(record, Duration::from_secs(5)),
            tokio::time::timeout(Duration::from_secs(10), consumer.recv())
        );
        let took = began.elapsed();
        sent.map_err(|(error, _)| error)?;
        let got = got.context("a record did not come back")??;
        ensure!(got.payload() == Some(payload.as_bytes()), "another record came back");
        trips.push(took);
    }
    Ok(trips.split_off(WARM_UP))
}

/// Commits of one row each with `synchronous=FULL`, in a new database in `folder`.
///
/// # Errors
/// SQLite refuses.
pub async fn sqlite_commits(folder: &Path, count: usize) -> Result<Vec<Duration>> {
    install_default_drivers();
    let url = format!("sqlite://{}?mode=rwc", folder.join("plain.sqlite").display());
    let mut connection = AnyConnection::connect(&url).await?;
    for sql in [
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE plain (id INTEGER PRIMARY KEY, payload TEXT)",
    ] {
        sqlx::raw_sql(sql).execute(&mut connection).await?;
    }
    let mut commits = Vec::with_capacity(count);
    for number in 0..count + WARM_UP {
        let payload = format!("{number:0RECORD$}");
        let began = Instant::now();
        sqlx::query("INSERT INTO plain (payload) VALUES ($1)").bind(payload).execute(&mut connection).await?;
        commits.push(began.elapsed());
    }
    connection.close().await?;
    Ok(commits.split_off(WARM_UP))
}

/// Transactions per second of `pgbench -N` with 16 clients for 5 s, in a database of its own.
///
/// # Errors
/// pgbench is missing or fails.
pub async fn pgbench(postgres: &Postgres) -> Result<f64> {
    postgres.create_database("pgbench").await?;
    let command = |arguments: &[&str]| -> Result<Command> {
        let mut command = Command::new(machine::postgres_program("pgbench")?);
        command.args(["-h", "127.0.0.1", "-p", &postgres.port().to_string(), "-U", "app"]).args(arguments);
        Ok(command)
    };
    machine::run(command(&["-i", "-q", "-s", "10", "pgbench"])?).await?;
    let printed = machine::run(command(&["-N", "-c", "16", "-j", "2", "-T", "5", "pgbench"])?).await?;
    let line = printed.lines().find_map(|line| line.strip_prefix("tps = ")).context("pgbench gave no tps")?;
    Ok(line.split_whitespace().next().context("no figure")?.parse()?)
}
