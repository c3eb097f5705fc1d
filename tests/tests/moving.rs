//! From one machine to a network: what was played stays, what waits plays on, and nothing is decided or told twice.

mod contract;
mod support;

use anyhow::{Context as _, Result, ensure};
use contract::{PATIENCE, kafka_side};
use jukeline_app::{
    api::Chart,
    events::{PlayRequested, Request, Stamped},
    id::{AccountId, PlayId, SongId},
    rules::HouseRules,
    time::Timestamp,
};
use jukeline_backend::store::{Store, outbox};
use jukeline_tests::{
    eventually,
    house::{House, Phone, Screen},
    kafka::Kafka,
    machine::Need,
    needs,
    postgres::Postgres,
    server::{Server, Setup},
};
use std::{collections::BTreeMap, path::Path};
use support::{
    doctor_is_happy,
    room::{Room, finished},
    sqlite,
};
use uuid::Uuid;

/// An embedded server with a room, two songs played and one with the player.
struct Before {
    server: Server,
    house: House,
    screen: Screen,
    mara: Phone,
    songs: Vec<SongId>,
    waiting: PlayId,
}

async fn before(data: &Path) -> Result<Before> {
    let server = Setup::embedded().data(data).set(&["guests", "grant"], 20).start().await?;
    let rules = |rules: &mut HouseRules| (rules.price, rules.cooldown_minutes) = (2, 0);
    let Room { house, mut screen, phone: mara } = Room::set_up(&server, rules).await?;
    let songs = house.songs().await?;
    for song in &songs[..2] {
        mara.queue(*song).await?;
        screen.play_one().await?;
    }
    let waiting = mara.queue(songs[2]).await?.play;
    doctor_is_happy(&server)?;
    Ok(Before { server, house, screen, mara, songs, waiting })
}

/// Runs `jukeline move` with the configuration of `network`; gives whether it went well, and what it said.
async fn run_move(network: &Setup, from: &Path) -> Result<(bool, String)> {
    let from = from.display().to_string();
    let mut command = network.clone().arguments(&["move", "--from", &from]).launch()?;
    let status = command.ended().await?;
    Ok((status.success(), command.log()))
}

async fn refused(network: &Setup, from: &Path, word: &str) -> Result<()> {
    let (well, said) = run_move(network, from).await?;
    ensure!(!well && said.contains(word), "{word:?} expected: {said}");
    Ok(())
}

/// Said, and never decided: as after a power cut between the two.
async fn ask_undecided(data: &Path, house: &House, account: AccountId, song: SongId) -> Result<PlayId> {
    let play = PlayId(Uuid::now_v7());
    let request = Request::PlayRequested(PlayRequested {
        play,
        account,
        song,
        price: 2,
        sooner: false,
        valid_until: Timestamp(i64::MAX),
        received_at: Timestamp(1),
    });
    let pool = sqlite(data).await?;
    let sql = "INSERT INTO requests (jukebox, ce_id, ce_type, ce_time, payload) VALUES ($1, $2, $3, 1, $4)";
    sqlx::query(sql)
        .bind(house.jukebox.to_string())
        .bind(Uuid::now_v7().to_string())
        .bind(request.name())
        .bind(serde_json::to_string(&request)?)
        .execute(&pool)
        .await?;
    pool.close().await;
    Ok(play)
}

/// Ids and keys of the rows of a log in the embedded database, in order.
async fn logged(data: &Path, sql: &'static str) -> Result<Vec<(String, String)>> {
    let pool = sqlite(data).await?;
    let rows: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(&pool).await?;
    pool.close().await;
    Ok(rows)
}

async fn all_published(store: &Store) -> Result<()> {
    eventually("an empty outbox", PATIENCE, || async {
        ensure!(outbox::unpublished(store, 1000).await?.is_empty(), "some facts wait");
        Ok(())
    })
    .await
}

/// Waits until the charts of the room count so many plays.
async fn charts_count(base: &str, room: &str, plays: u32) -> Result<()> {
    let path = format!("{base}/api/rooms/{room}/charts?window=ever&scope=here");
    eventually("the charts", PATIENCE, || async {
        let chart: Chart = reqwest::get(&path).await?.error_for_status()?.json().await?;
        let found: u32 = chart.entries.iter().map(|entry| entry.plays).sum();
        ensure!(found == plays, "{found} instead of {plays}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_moves_once_and_goes_on() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let data = tempfile::tempdir()?;
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let url = postgres.create_database("moved").await?;
    // A slow machine takes its time between the two servers: the player counts as there all the same.
    let network = Setup::network(&kafka, &url).set(&["floor", "silent_after_seconds"], 600);
    let Before { mut server, house, screen, mara, songs, waiting } = before(data.path()).await?;
    let account = mara.api.me().await?.account;
    refused(&network, data.path(), "in use").await?;
    charts_count(&server.url(), &house.room, 2).await?;
    server.stop().await?;
    let late = ask_undecided(data.path(), &house, account, songs[3]).await?;
    let requests = logged(data.path(), "SELECT ce_id, jukebox FROM requests ORDER BY position").await?;
    let told = logged(data.path(), "SELECT ce_id, key FROM outbox WHERE topic = 'plays' ORDER BY seq").await?;

    let (well, said) = run_move(&network, data.path()).await?;
    ensure!(well, "{said}");
    ensure!(said.contains(&format!("{} requests are in the log, 1 of them to be decided", requests.len())), "{said}");
    refused(&network, data.path(), "isn't empty").await?;
    let topic = |name: &str| format!("jukeline.{name}");
    let appended = kafka_side::read_all(&kafka, &topic("requests")).await?;
    let appended: Vec<_> = appended.iter().map(|record| (record.id(), record.key.clone())).collect();
    ensure!(appended == requests, "each request once, in order, as it was");

    let network = network.data(data.path()).start().await?;
    let store = Store::open_postgres(&url).await?;
    let mara = mara.at(&network.url());
    ensure!(mara.api.me().await?.account == account, "her session goes on");
    eventually("what was said before to be decided", PATIENCE, || async { Ok(mara.api.play(late).await?) }).await?;
    let mut screen = screen.again(&network.url());
    screen.claim(None).await?;
    ensure!(screen.play_one().await? == waiting && screen.play_one().await? == late, "what waited plays on");
    let fresh = mara.queue(songs[4]).await?.play;
    ensure!(screen.play_one().await? == fresh);
    for play in [waiting, late, fresh] {
        finished(&mara, play).await?;
    }
    // The readers begin at the first fact again, and drop what they counted before.
    charts_count(&network.url(), &house.room, 5).await?;
    let me = mara.api.me().await?;
    ensure!((me.credits, me.reserved) == (10, 0), "five songs, each paid once: {} {}", me.credits, me.reserved);

    all_published(&store).await?;
    doctor_is_happy(&network)?;
    let records = kafka_side::read_all(&kafka, &topic("plays")).await?;
    let ids: Vec<_> = records.iter().map(|record| (record.id(), record.key.clone())).collect();
    ensure!(ids[..told.len()] == told, "from the first fact, with the ids and keys that they had");
    let mut versions: BTreeMap<String, i64> = BTreeMap::new();
    for record in &records {
        let stamped: Stamped = serde_json::from_str(&record.payload)?;
        let last = versions.entry(record.key.clone()).or_default();
        ensure!(stamped.version.n == *last + 1, "{} follows {last}", stamped.version.n);
        *last = stamped.version.n;
    }
    let queued = records.iter().filter(|record| record.headers["ce_type"] == "Queued");
    let mut plays = queued.map(|record| record.payload.split("\"play\":\"").nth(1).map(|rest| rest[..36].to_owned()));
    ensure!(plays.by_ref().filter(|play| *play == Some(late.to_string())).count() == 1, "decided once");
    let facts: i64 = sqlx::query_scalar("SELECT CAST(COUNT(*) AS BIGINT) FROM outbox").fetch_one(store.read()).await?;
    let mut all = 0;
    for name in ["plays", "ledger", "accounts", "songs"] {
        all += kafka_side::count(&kafka, &topic(name)).await?;
    }
    ensure!(all == facts, "every fact once: {all} records of {facts} facts");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_moved_is_refused_and_nothing_changes() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let data = tempfile::tempdir()?;
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let url = postgres.create_database("target").await?;
    let network = Setup::network(&kafka, &url);
    refused(&network, data.path(), "holds no jukeline.sqlite").await?;
    refused(&Setup::embedded(), data.path(), "must be the network's").await?;
    let store = Store::open_sqlite(data.path()).await?;
    let known: i64 = sqlx::query_scalar("SELECT MAX(version) FROM schema_version").fetch_one(store.read()).await?;
    store.close().await;
    for (change, word) in [
        (format!("INSERT INTO schema_version (version) VALUES ({})", known + 1), "use the newer program"),
        (format!("DELETE FROM schema_version WHERE version >= {known}"), "start the embedded server"),
    ] {
        let pool = sqlite(data.path()).await?;
        sqlx::query(sqlx::AssertSqlSafe(change)).execute(&pool).await?;
        pool.close().await;
        refused(&network, data.path(), word).await?;
    }
    let pool = sqlite(data.path()).await?;
    sqlx::query("INSERT INTO schema_version (version) VALUES ($1)").bind(known).execute(&pool).await?;
    pool.close().await;
    kafka.create_topic("jukeline.plays", 4).await?;
    kafka_side::produce(&kafka, "jukeline.plays", None, b"key", None, b"{}").await?;
    refused(&network, data.path(), "holds records already").await?;
    kafka.delete_topic("jukeline.plays").await?;
    let target = Store::open_postgres(&url).await?;
    let rows: i64 = sqlx::query_scalar("SELECT CAST(COUNT(*) AS BIGINT) FROM settings")
        .fetch_one(target.read())
        .await
        .context("rows")?;
    ensure!(rows == 0, "nothing was written");
    Ok(())
}
