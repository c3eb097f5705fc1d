//! How fast the reader of charts is built anew, against a Kafka Streams program that counts the same on the same topic.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use jukeline_app::{
    events::{Fact, Stamped},
    id::{AccountId, JukeboxId, PlayId, SongId, VenueId},
    time::Timestamp,
    version::Version,
};
use rdkafka::{
    message::{Header, OwnedHeaders},
    producer::{FutureProducer, FutureRecord},
};
use sqlx::{AnyConnection, Connection, any::install_default_drivers};
use uuid::Uuid;

use super::report::{Aim, Row};
use crate::{
    eventually,
    kafka::{Kafka, chart_counts},
    machine,
    postgres::Postgres,
    server::{Server, Setup},
};

/// Songs that were heard.
const PLAYS: usize = 240_000;
const JUKEBOXES: usize = 200;
const SONGS: usize = 2_000;
const NIGHTS: usize = 60;
/// As many as a network has by default.
const PARTITIONS: i64 = 24;
/// Records that may be on their way to the broker.
const AT_ONCE: usize = 10_000;
const TOPIC: &str = "jukeline.plays";
/// How long all readers may take to come to the end of the topic.
const READING: Duration = Duration::from_secs(600);

/// On Kafka and PostgreSQL.
///
/// # Errors
/// Something does not start, or the counts differ.
pub async fn fold() -> Result<Vec<Row>> {
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let store = postgres.create_database("jukeline").await?;
    let server = Setup::network(&kafka, &store).set(&["log", "partitions"], PARTITIONS).unjudged().start().await?;
    produce(&kafka).await?;
    eventually("all readers at the end of the topic", READING, || are_at_rest(&server)).await?;

    let busy = || anyhow::Ok(server.process().cpu_seconds()? + postgres.process().cpu_seconds()?);
    let (before, began) = (busy()?, Instant::now());
    machine::run(server.command(&["replay", "charts"])?).await?;
    let (seconds, cpu_seconds) = (began.elapsed().as_secs_f64(), busy()? - before);
    let counted = counted(&store).await?;
    ensure!(counted == PLAYS as i64, "{counted} of {PLAYS} plays are counted");
    drop(server);

    let theirs = chart_counts(&kafka, TOPIC).await?;
    ensure!(theirs.records == PLAYS as u64 && theirs.plays == theirs.records, "Kafka Streams: {theirs:?}");
    let records = PLAYS as f64;
    Ok(vec![
        Row::new("charts built anew, against Kafka Streams: plays a second of a core", records / cpu_seconds, "/s")
            .against(records / theirs.cpu_seconds)
            .aim(Aim::TimesAtLeast(3.0)),
        Row::new("charts built anew, against Kafka Streams: plays a second", records / seconds, "/s")
            .against(records / theirs.seconds),
    ])
}

/// The facts of many nights, as the relay sends them.
async fn produce(kafka: &Kafka) -> Result<()> {
    let producer: &FutureProducer =
        &kafka.client().set("acks", "all").set("partitioner", "murmur2_random").set("linger.ms", "20").create()?;
    let ids = |count: usize| (0..count).map(|_| Uuid::now_v7()).collect::<Vec<_>>();
    let (jukeboxes, venues, songs) = (&ids(JUKEBOXES), &ids(JUKEBOXES), &ids(SONGS));
    let sending = (0..PLAYS).map(|index| async move {
        let at = index % JUKEBOXES;
        let (jukebox, n) = (JukeboxId(jukeboxes[at]), (index / JUKEBOXES + 1) as i64);
        let when = Timestamp(1_767_225_600_000 + index as i64 * 20_000);
        let (month, day) = (index * NIGHTS / PLAYS / 30, index * NIGHTS / PLAYS % 30);
        let fact = Fact::Heard {
            play: PlayId(Uuid::now_v7()),
            account: AccountId(Uuid::nil()),
            // Some are loved: the square leans to the first ones.
            song: SongId(songs[(index * 7_919 % SONGS).pow(2) / SONGS]),
            venue: VenueId(venues[at]),
            heard_at: when,
            night: 20_260_101 + u32::try_from(month * 100 + day)?,
        };
        let stamped = Stamped { jukebox, version: Version { epoch: 1, n }, at: when, fact };
        let (key, payload) = (jukebox.to_string(), serde_json::to_string(&stamped)?);
        let id = format!("{jukebox}/1/{n}");
        let headers = OwnedHeaders::new().insert(Header { key: "ce_id", value: Some(&id) });
        let record = FutureRecord::to(TOPIC).key(&key).payload(&payload).headers(headers);
        producer.send(record, Duration::from_secs(30)).await.map_err(|(error, _)| error)?;
        anyhow::Ok(())
    });
    stream::iter(sending).buffer_unordered(AT_ONCE).try_collect().await
}

/// Whether no reader is behind, by `jukeline readers`.
async fn are_at_rest(server: &Server) -> Result<()> {
    let printed = machine::run(server.command(&["readers"])?).await?;
    let behind: Vec<&str> = printed
        .lines()
        .skip(1)
        .filter(|line| line.split_whitespace().last().and_then(|lag| lag.parse::<i64>().ok()).is_none_or(|lag| lag > 0))
        .collect();
    ensure!(behind.is_empty() && printed.lines().count() > 1, "behind: {}", behind.join("\n"));
    Ok(())
}

/// Plays of all nights that the shown charts count.
async fn counted(store: &str) -> Result<i64> {
    install_default_drivers();
    let mut connection = AnyConnection::connect(store).await?;
    let sql = "SELECT CAST(SUM(plays) AS BIGINT) FROM charts WHERE night = 0 AND \
               generation = (SELECT MAX(generation) FROM charts)";
    sqlx::query_scalar(sql).fetch_optional(&mut connection).await?.context("no charts")
}
