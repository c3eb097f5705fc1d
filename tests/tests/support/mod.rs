//! What several of these tests look at: the rows of a database, and raw requests.
#![allow(dead_code, reason = "each test takes its part")]

pub(crate) mod room;

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    api::{Code, Problem},
    client::ClientError,
};
use jukeline_tests::{kafka::Kafka, server::Server};
use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
};
use sqlx::{AnyPool, AssertSqlSafe, any::install_default_drivers};
use std::{collections::BTreeMap, path::Path, time::Duration};

/// Every row of every table as text.
pub(crate) type Rows = BTreeMap<String, Vec<String>>;

/// Opens the embedded database of a data folder beside the server that uses it.
pub(crate) async fn sqlite(data: &Path) -> Result<AnyPool> {
    install_default_drivers();
    Ok(AnyPool::connect(&format!("sqlite://{}", data.join("jukeline.sqlite").display())).await?)
}

/// Reads every row of every table of an embedded database.
pub(crate) async fn rows_of_sqlite(data: &Path) -> Result<Rows> {
    let pool = sqlite(data).await?;
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'").fetch_all(&pool).await?;
    let mut rows = Rows::new();
    for table in tables {
        let sql = format!("SELECT name FROM pragma_table_info('{table}')");
        let columns: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&pool).await?;
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
        let sql = format!("SELECT {} FROM \"{table}\"", quoted.join(" || '|' || "));
        rows.insert(table, sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&pool).await?);
    }
    pool.close().await;
    ensure!(rows.get("accounts").is_some_and(|accounts| !accounts.is_empty()), "the database has its tables and rows");
    Ok(rows)
}

/// The tables in which something would stand if a request had changed anything that matters.
pub(crate) async fn what_matters(data: &Path) -> Result<Rows> {
    let kept =
        ["plays", "lots", "transfers", "requests", "outbox", "accounts", "identities", "songs", "venues", "screens"];
    let mut rows = rows_of_sqlite(data).await?;
    rows.retain(|table, _| kept.contains(&table.as_str()));
    ensure!(rows.len() == kept.len(), "all of them are there: {:?}", rows.keys());
    Ok(rows)
}

/// Fails unless a call was refused with this code; gives the problem.
pub(crate) fn refused<T>(answer: Result<T, ClientError>, code: Code) -> Result<Problem> {
    match answer {
        Ok(_) => anyhow::bail!("not refused: {code:?} was expected"),
        Err(ClientError::Problem(problem)) => {
            ensure!(problem.code == code && problem.status == code.status(), "{problem:?} instead of {code:?}");
            Ok(problem)
        }
        Err(other) => Err(other).context("no problem"),
    }
}

/// Proves that every credit and every play is accounted for.
pub(crate) fn doctor_is_happy(server: &Server) -> Result<()> {
    server.judge().map(drop)
}

/// What `doctor` says of a server that is well.
pub(crate) fn doctor_says(server: &Server) -> Result<String> {
    server.judge()
}

/// Every row of every table of a PostgreSQL database.
pub(crate) async fn rows_of_postgres(url: &str) -> Result<Vec<(String, String)>> {
    install_default_drivers();
    let pool = AnyPool::connect(url).await?;
    let sql = "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'";
    let tables: Vec<String> = sqlx::query_scalar(sql).fetch_all(&pool).await?;
    let mut all = Vec::new();
    for table in tables {
        let sql = format!("SELECT CAST(t AS TEXT) FROM {table} t");
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&pool).await?;
        all.push((table, rows.join("\n")));
    }
    pool.close().await;
    Ok(all)
}

/// Every record of every topic of ours: keys, headers and values.
pub(crate) fn records(kafka: &Kafka) -> Result<Vec<(String, Vec<u8>)>> {
    let consumer: BaseConsumer =
        kafka.client().set("group.id", "privacy").set("enable.partition.eof", "false").create()?;
    let wait = Duration::from_secs(10);
    let mut assigned = TopicPartitionList::new();
    let mut expected = 0;
    for topic in
        consumer.fetch_metadata(None, wait)?.topics().iter().filter(|topic| topic.name().starts_with("jukeline."))
    {
        for partition in topic.partitions() {
            let (low, high) = consumer.fetch_watermarks(topic.name(), partition.id(), wait)?;
            expected += usize::try_from(high - low)?;
            assigned.add_partition_offset(topic.name(), partition.id(), Offset::Beginning)?;
        }
    }
    consumer.assign(&assigned)?;
    let mut read = Vec::new();
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while read.len() < expected && std::time::Instant::now() < deadline {
        let Some(message) = consumer.poll(Duration::from_millis(300)) else { continue };
        let message = message?.detach();
        let mut bytes = message.key().unwrap_or_default().to_vec();
        bytes.extend(format!("{:?}", message.headers()).into_bytes());
        bytes.extend(message.payload().unwrap_or_default());
        read.push((message.topic().to_owned(), bytes));
    }
    // Markers of transactions count as offsets and are not delivered.
    ensure!(read.len() >= 5, "{} of at most {expected} records", read.len());
    Ok(read)
}
