//! PostgreSQL or Kafka out of reach: a server answers from its start, says what it waits for, and goes on by itself.

mod support;

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    api::{Code, Problem, SongQuery},
    events::{PlayRequested, Request},
    id::PlayId,
    rules::HouseRules,
    time::Timestamp,
};
use jukeline_tests::{
    eventually,
    house::House,
    kafka::{Kafka, SecureCluster},
    machine::Need,
    music, needs, ports,
    postgres::Postgres,
    server::{Server, Setup},
    wait::always,
};
use rdkafka::{
    consumer::{BaseConsumer, Consumer},
    producer::{FutureProducer, FutureRecord},
};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::time::{Duration, Instant};
use support::{
    doctor_is_happy,
    room::{Room, finished},
};
use uuid::Uuid;

/// How long a recovery may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Status and words of `/readyz`.
async fn readiness(server: &Server) -> Result<(u16, Value)> {
    let answer = reqwest::Client::new().get(format!("{}/readyz", server.url())).send().await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

/// Waits until `/readyz` says 503 with these words.
async fn says(server: &Server, words: &[(&str, &str)]) -> Result<()> {
    eventually(&format!("{words:?}"), PATIENCE, || async {
        let (status, said) = readiness(server).await?;
        ensure!(status == 503 && said["ready"] == false, "{status} {said}");
        ensure!(words.iter().all(|(part, word)| said[*part] == *word), "{said}");
        Ok(())
    })
    .await
    .with_context(|| server.log())
}

/// It lives, and everything else is "not now".
async fn answers_not_now(server: &Server) -> Result<()> {
    let client = reqwest::Client::new();
    eventually("an answer", Duration::from_secs(10), || async {
        let answer = client.get(format!("{}/livez", server.url())).send().await?;
        ensure!(answer.status() == 200);
        Ok(())
    })
    .await?;
    for path in ["/", "/r/copper", "/screen", "/api/me", "/api/rooms/copper/live", "/metrics", "/nothing"] {
        for method in [reqwest::Method::GET, reqwest::Method::POST] {
            let answer = client.request(method.clone(), format!("{}{path}", server.url())).send().await?;
            let header =
                |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let (kind, again) = (header("content-type"), header("retry-after").context("no Retry-After")?);
            ensure!(kind.as_deref() == Some("application/problem+json"), "{method} {path}: {kind:?}");
            ensure!(again.parse::<u64>().is_ok_and(|seconds| seconds > 0), "{again}");
            ensure!(header("content-security-policy").is_some() && header("x-request-id").is_some());
            let problem: Problem = answer.json().await?;
            ensure!(problem.status == 503 && problem.code == Code::Unavailable, "{method} {path}: {problem:?}");
        }
    }
    Ok(())
}

/// Once at first and then once a minute, not with every try.
fn said_rarely(server: &Server, words: &str, since: Instant) -> Result<()> {
    let (log, minutes) = (server.log(), since.elapsed().as_secs() / 60);
    let times = log.matches(words).count() as u64;
    ensure!((1..=1 + minutes).contains(&times), "{times} times in {minutes} minutes: {log}");
    Ok(())
}

fn price(rules: &mut HouseRules) {
    rules.price = 2;
}

/// A song from the request to its end.
async fn a_song_is_played(room: &mut Room) -> Result<()> {
    let play = room.phone.queue(room.house.songs().await?[0]).await?.play;
    ensure!(room.screen.play_one().await? == play);
    finished(&room.phone, play).await
}

fn network(kafka: &Kafka, url: &str) -> Setup {
    Setup::network(kafka, url).set(&["guests", "grant"], 20)
}

/// A server that was started while neither Kafka nor PostgreSQL was there.
struct Alone {
    kafka: Kafka,
    postgres: Postgres,
    server: Server,
    began: Instant,
}

async fn alone() -> Result<Alone> {
    let (mut kafka, mut postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let url = postgres.create_database("late").await?;
    kafka.kill9();
    postgres.stop().await?;
    let began = Instant::now();
    let server = network(&kafka, &url).launch()?;
    Ok(Alone { kafka, postgres, server, began })
}

#[tokio::test]
async fn nothing_is_there_at_the_start_and_kafka_comes_first() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let Alone { mut kafka, mut postgres, mut server, began } = alone().await?;
    answers_not_now(&server).await?;
    let waiting = ("floor", "waiting for the store");
    says(&server, &[("store", "out of reach"), ("log", "out of reach"), waiting]).await?;
    kafka.restart().await?;
    says(&server, &[("store", "out of reach"), ("log", "ok"), waiting]).await?;
    said_rarely(&server, "PostgreSQL is out of reach", began)?;
    ensure!(server.log().contains("Connection refused"), "why: {}", server.log());

    postgres.restart().await?;
    server.wait().await?;
    a_song_is_played(&mut Room::set_up(&server, price).await?).await?;
    doctor_is_happy(&server)
}

#[tokio::test]
async fn nothing_is_there_at_the_start_and_postgresql_comes_first() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let Alone { mut kafka, mut postgres, mut server, began } = alone().await?;
    says(&server, &[("store", "out of reach"), ("log", "out of reach")]).await?;
    postgres.restart().await?;
    says(&server, &[("store", "ok"), ("log", "out of reach")]).await?;
    // What needs no log works.
    let house = House::set_up(&server, &music::folder()?).await?;
    let newest = SongQuery { list: Some("newest".into()), ..Default::default() };
    ensure!(house.operator.songs(&house.room, &newest).await?.total > 0);
    eventually("a word about Kafka", PATIENCE, || async {
        ensure!(server.log().contains("Kafka is out of reach"));
        Ok(())
    })
    .await?;

    kafka.restart().await?;
    server.wait().await?;
    said_rarely(&server, "Kafka is out of reach", began)?;
    a_song_is_played(&mut Room::open(&server, house, price).await?).await?;
    doctor_is_happy(&server)
}

#[tokio::test]
async fn both_go_away_and_come_back() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let (mut kafka, mut postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let url = postgres.create_database("away").await?;
    let mut server = network(&kafka, &url).start().await?;
    let mut room = Room::set_up(&server, price).await?;
    let songs = room.house.songs().await?;
    let accepted = [room.phone.queue(songs[0]).await?.play, room.phone.queue(songs[1]).await?.play];

    postgres.kill9();
    kafka.kill9();
    says(&server, &[("store", "out of reach"), ("log", "out of reach")]).await?;
    let refused = room.phone.ask_as(PlayId(Uuid::now_v7()), songs[2], 2).await;
    ensure!(refused.as_ref().err().and_then(|e| e.code()) == Some(Code::Unavailable), "{refused:?}");
    kafka.restart().await?;
    postgres.restart().await?;
    server.wait().await?;

    for play in accepted {
        let state = room.phone.api.play(play).await?.state;
        ensure!(!state.is_final(), "{play} is kept: {state:?}");
    }
    room.screen.cut();
    room.screen.claim(None).await?;
    let third = eventually("a new play", PATIENCE, || async { room.phone.queue(songs[2]).await }).await?.play;
    for play in accepted.into_iter().chain([third]) {
        ensure!(room.screen.play_one().await? == play);
    }
    eventually("the end of the last", PATIENCE, || async {
        let me = room.phone.api.me().await?;
        ensure!((me.credits, me.reserved) == (14, 0), "three songs, once each: {} {}", me.credits, me.reserved);
        Ok(())
    })
    .await?;
    doctor_is_happy(&server)
}

/// The state of the floor's consumer group and its members.
async fn group(kafka: &Kafka) -> Result<(String, Vec<String>)> {
    let client = kafka.client();
    let ask = move || -> Result<_> {
        let consumer: BaseConsumer = client.create()?;
        let groups = consumer.fetch_group_list(Some("jukeline.floor"), Duration::from_secs(10))?;
        let group = groups.groups().first().context("no group")?;
        Ok((group.state().to_owned(), group.members().iter().map(|member| member.id().to_owned()).collect()))
    };
    tokio::task::spawn_blocking(ask).await?
}

/// What somebody in the room asks for, as the log carries it.
async fn request(room: &Room) -> Result<PlayRequested> {
    Ok(PlayRequested {
        play: PlayId(Uuid::now_v7()),
        account: room.phone.api.me().await?.account,
        song: room.house.songs().await?[0],
        price: 2,
        sooner: false,
        valid_until: Timestamp(i64::MAX),
        received_at: Timestamp(1),
    })
}

/// Appends a request, which HTTP would not while the database is away.
async fn append(kafka: &Kafka, room: &Room, request: PlayRequested) -> Result<()> {
    let (key, payload) = (room.house.jukebox.to_string(), serde_json::to_string(&Request::PlayRequested(request))?);
    let producer: FutureProducer = kafka.client().set("acks", "all").set("partitioner", "murmur2_random").create()?;
    let record = FutureRecord::to("jukeline.requests").key(&key).payload(&payload);
    producer.send(record, Duration::from_secs(10)).await.map_err(|(error, _)| error)?;
    Ok(())
}

#[tokio::test]
async fn the_floor_keeps_its_partitions_while_postgresql_is_away() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let (kafka, mut postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let url = postgres.create_database("paused").await?;
    // A consumer that isn't polled for so long is put out of its group; a dead one is missed after six seconds.
    let hasty = network(&kafka, &url).set(&["log", "kafka", "max.poll.interval.ms"], "8000");
    let hasty = hasty.set(&["log", "kafka", "session.timeout.ms"], "6000");
    let mut server = hasty.start().await?;
    let room = Room::set_up(&server, price).await?;
    let before = group(&kafka).await?;
    ensure!(before.0 == "Stable" && before.1.len() == 1, "{before:?}");
    let request = request(&room).await?;
    let asked = request.play;
    postgres.kill9();
    append(&kafka, &room, request).await?;
    says(&server, &[("store", "out of reach"), ("floor", "paused")]).await?;
    let kept = always("the same member of a stable group", Duration::from_secs(20), || async {
        Ok(group(&kafka).await? == before)
    });
    kept.await.with_context(|| server.log())?;
    let log = server.log();
    ensure!(log.matches("the floor is held up").count() == 1, "{log}");

    postgres.restart().await?;
    server.wait().await?;
    eventually("the decision", PATIENCE, || async {
        let state = room.phone.api.play(asked).await?.state;
        ensure!(!state.is_final(), "{state:?}");
        Ok(())
    })
    .await?;
    ensure!(group(&kafka).await? == before, "nobody joined or left");
    doctor_is_happy(&server)
}

/// Starts with what can't work; gives what it says when it ends.
async fn refusal(setup: Setup) -> Result<String> {
    let began = Instant::now();
    let mut server = setup.launch()?;
    let status = server.ended().await.with_context(|| server.log())?;
    ensure!(!status.success() && began.elapsed() < Duration::from_secs(30), "after {:?}: {status}", began.elapsed());
    Ok(server.log())
}

/// Lets the user `locked` in with a password only.
async fn lock(postgres: &Postgres) -> Result<()> {
    let mut connection = PgConnection::connect(&postgres.url("postgres")).await?;
    sqlx::query("CREATE USER locked PASSWORD 'the right one'").execute(&mut connection).await?;
    let file: String = sqlx::query_scalar("SHOW hba_file").fetch_one(&mut connection).await?;
    let rules = "VALUES ('host all locked 127.0.0.1/32 scram-sha-256'), ('host all all 127.0.0.1/32 trust')";
    sqlx::raw_sql(AssertSqlSafe(format!("COPY ({rules}) TO '{file}'"))).execute(&mut connection).await?;
    sqlx::query("SELECT pg_reload_conf()").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

#[tokio::test]
async fn what_waiting_does_not_heal_ends_the_server_at_once() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let url = postgres.create_database("newer").await?;
    lock(&postgres).await?;
    let locked = url.replace("app@", "locked:a-wrong-one@");
    eventually("the password to be asked for", Duration::from_secs(10), || async {
        ensure!(PgConnection::connect(&locked).await.is_err());
        Ok(())
    })
    .await?;
    network(&kafka, &url).start().await?.stop().await?;
    let mut connection = PgConnection::connect(&url).await?;
    sqlx::query("UPDATE schema_version SET version = 99").execute(&mut connection).await?;
    let nowhere = format!("postgres://app@127.0.0.1:{}/jukeline", ports::free()?);
    let cases = [
        (network(&kafka, &locked), "password authentication failed"),
        (network(&kafka, &postgres.url("missing")), "\"missing\" does not exist"),
        (network(&kafka, "postgres://app@127.0.0.1:port/jukeline"), "port"),
        (network(&kafka, &url), "version 99"),
        // Found although PostgreSQL is out of reach.
        (network(&kafka, &nowhere).set(&["log", "kafka", "sasl.pasword"], "hush"), "sasl.pasword"),
        (network(&kafka, &nowhere).set(&["log", "kind"], "table"), "\"kafka\" with PostgreSQL"),
    ];
    for (setup, words) in cases {
        let said = refusal(setup).await.context(words)?;
        ensure!(said.contains(words), "{said} lacks {words}");
        ensure!(!said.contains("a-wrong-one") && !said.contains("hush"), "{said}");
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_for_kafka_ends_the_server_at_once() -> Result<()> {
    needs!(Need::Kafka);
    let cluster = SecureCluster::start().await?;
    let client = cluster.client("nobody", "a-wrong-one");
    let nowhere = format!("postgres://app@127.0.0.1:{}/jukeline", ports::free()?);
    let mut setup = Setup::embedded().set(&["store", "url"], nowhere).set(&["log", "kind"], "kafka");
    for name in [
        "bootstrap.servers",
        "security.protocol",
        "sasl.mechanism",
        "sasl.username",
        "sasl.password",
        "ssl.ca.location",
    ] {
        setup = setup.set(&["log", "kafka", name], client.get(name).with_context(|| name.to_owned())?);
    }
    let said = refusal(setup).await?;
    ensure!(said.contains("log.kafka: ") && said.to_lowercase().contains("authentication"), "{said}");
    ensure!(!said.contains("a-wrong-one"), "{said}");
    Ok(())
}
