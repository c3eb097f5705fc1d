//! The doctor at the log's end: it says whether Kafka ends where the database does, and what it could not read.

mod contract;
mod support;

use anyhow::{Context as _, Result, ensure};
use contract::{
    Installation, On, PATIENCE,
    house::{House, ask, claim, facts, patron},
    kafka_side::produce,
};
use futures_util::future::join_all;
use jukeline_app::{api::StartAsGuest, client::Client, events::Stamped, id::JukeboxId};
use jukeline_backend::{
    config::Config,
    doctor::{self, Findings, Trouble},
    store::{Store, outbox},
};
use jukeline_tests::{eventually, house::HttpTransport, kafka::Kafka, machine::Need, needs, server::Setup};
use rdkafka::producer::{FutureProducer, FutureRecord};
use std::time::Duration;
use support::sqlite;
use uuid::Uuid;

/// Some songs of a few patrons, decided and published; the jukebox.
async fn played(installation: &Installation) -> Result<(Store, JukeboxId)> {
    let running = installation.start().await?;
    let store = running.context.store.clone();
    let house = House::make(&store, 1, 4).await?;
    let jukebox = house.jukeboxes[0];
    running.context.requests.append(jukebox, &claim()).await?;
    for song in &house.songs {
        let account = patron(&store, 20).await?;
        running.context.requests.append(jukebox, &ask(account, *song).1).await?;
    }
    eventually("everything to be decided and published", PATIENCE, || async {
        let queued = facts(&store).await?.iter().filter(|fact| fact.fact.name() == "Queued").count();
        ensure!(queued == 4, "{queued} of 4");
        ensure!(outbox::unpublished(&store, 1000).await?.is_empty(), "some facts wait");
        Ok(())
    })
    .await?;
    Ok((store, jukebox))
}

async fn examined(config: &Config, store: &Store) -> Result<Findings> {
    Ok(doctor::run(config, store).await?)
}

/// Exactly one thing is wrong: the log of this jukebox, in words that hold `word`.
fn names(found: &Findings, jukebox: JukeboxId, word: &str) -> Result<()> {
    let wrong: Vec<_> = found.wrong.iter().map(|wrong| (wrong.trouble, wrong.subject.as_str())).collect();
    ensure!(wrong == [(Trouble::Log, format!("jukebox {jukebox}").as_str())], "{found}");
    ensure!(found.wrong[0].detail.contains(word), "{word}: {found}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_ends_where_the_database_does_or_the_doctor_says_where() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let mut installation = Installation::make(On::Network).await?;
    let (store, jukebox) = played(&installation).await?;
    let (topic, config) = (installation.topic("plays"), installation.config().clone());
    let kafka = installation.kafka()?;
    let found = examined(&config, &store).await?;
    let tail = found.tail.clone().context("the log was looked at")?;
    ensure!(found.well() && tail.compared == 1 && tail.unread.is_empty(), "{found}");
    ensure!(tail.records == found.facts, "{} records of {} facts", tail.records, found.facts);

    let all = facts(&store).await?;
    let (first, last) = (all.first().context("facts")?, all.last().context("facts")?);
    let put = async |id: &str, fact: &Stamped| {
        produce(kafka, &topic, None, jukebox.to_string().as_bytes(), Some(id), &serde_json::to_vec(fact)?).await
    };
    let known = |n: i64| jukeline_app::id::fact_id(&format!("jukebox/{jukebox}"), 1, n).to_string();
    // What comes again after a crash of the relay is nothing new.
    put(&known(first.version.n), first).await?;
    ensure!(examined(&config, &store).await?.well());
    let mut altered = last.clone();
    altered.at = altered.at.plus(1);
    put(&known(last.version.n), &altered).await?;
    names(&examined(&config, &store).await?, jukebox, "another fact")?;
    put(&known(last.version.n), last).await?;
    ensure!(examined(&config, &store).await?.well(), "the last of one version counts");
    let mut beyond = last.clone();
    beyond.version = beyond.version.next();
    put(&Uuid::now_v7().to_string(), &beyond).await?;
    names(&examined(&config, &store).await?, jukebox, "which the database doesn't have")?;

    kafka.delete_topic(&topic).await?;
    eventually("a new topic", PATIENCE, || async { kafka.create_topic(&topic, 3).await }).await?;
    names(&examined(&config, &store).await?, jukebox, "nothing in the log")?;
    put(&known(first.version.n), first).await?;
    names(&examined(&config, &store).await?, jukebox, "published up to")?;
    let stranger = JukeboxId(Uuid::now_v7());
    produce(kafka, &topic, None, stranger.to_string().as_bytes(), Some("x"), b"{}").await?;
    let found = examined(&config, &store).await?;
    ensure!(found.wrong.len() == 2 && found.to_string().contains("the database has nothing of it"), "{found}");
    Ok(())
}

/// Records of somebody else, so many.
async fn crowd(kafka: &Kafka, topic: &str, partition: i32, count: i64) -> Result<()> {
    let producer: FutureProducer = kafka.client().set("acks", "all").create()?;
    let payloads: Vec<String> = (1..=count).map(|n| format!(r#"{{"version":{{"epoch":1,"n":{n}}}}}"#)).collect();
    let sends = payloads.iter().map(|payload| {
        let record = FutureRecord::to(topic).partition(partition).key("somebody else").payload(payload);
        producer.send(record, Duration::from_secs(10))
    });
    for sent in join_all(sends).await {
        sent.map_err(|(error, _)| error)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_reads_back_as_far_as_it_must() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let mut installation = Installation::make(On::Network).await?;
    let (store, jukebox) = played(&installation).await?;
    let (topic, config) = (installation.topic("plays"), installation.config().clone());
    let kafka = installation.kafka()?;
    let all = facts(&store).await?;
    let last = all.last().context("facts")?;
    let known = jukeline_app::id::fact_id(&format!("jukebox/{jukebox}"), 1, last.version.n).to_string();
    let payload = serde_json::to_vec(last)?;
    // The last fact once more, which says in which partition the jukebox is.
    let partition = produce(kafka, &topic, None, jukebox.to_string().as_bytes(), Some(&known), &payload).await?;
    crowd(kafka, &topic, partition, 2_000).await?;
    let found = examined(&config, &store).await?;
    let tail = found.tail.clone().context("the log was looked at")?;
    ensure!(tail.compared == 1 && tail.records > 2_000 && tail.unread.is_empty(), "{found}");
    ensure!(found.wrong.len() == 1 && found.wrong[0].subject == "jukebox somebody else", "{found}");
    Ok(())
}

#[tokio::test]
async fn the_exit_code_and_the_json_say_it() -> Result<()> {
    let server = Setup::embedded().unjudged().set(&["guests", "grant"], 20).start().await?;
    Client { transport: HttpTransport::new(&server.url())? }.start_as_guest(&StartAsGuest::default()).await?;
    let doctor = |arguments: &[&str]| -> Result<(bool, String)> {
        let output = server.command(arguments)?.output()?;
        Ok((output.status.success(), String::from_utf8(output.stdout)?))
    };
    let (well, said) = doctor(&["doctor"])?;
    ensure!(well && said.contains("1 accounts, 1 lots, 1 transfers") && said.contains("All is well"), "{said}");
    let pool = sqlite(server.data()).await?;
    sqlx::query("UPDATE lots SET balance = 19").execute(&pool).await?;
    pool.close().await;
    let (well, said) = doctor(&["doctor"])?;
    ensure!(
        !well && said.contains("3 things are wrong") && said.contains("granted 20 is 20, but available 19"),
        "{said}"
    );
    let (well, said) = doctor(&["doctor", "--json"])?;
    let json: serde_json::Value = serde_json::from_str(&said)?;
    let troubles: Vec<_> = json["wrong"].as_array().context("a list")?.iter().map(|wrong| &wrong["trouble"]).collect();
    ensure!(!well && json["well"] == false && troubles == ["credits", "lot", "books"], "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_out_of_reach_is_said_and_proves_nothing() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let mut installation = Installation::make(On::Network).await?;
    let (store, _) = played(&installation).await?;
    let mut config = installation.config().clone();
    config.log.kafka.insert("bootstrap.servers".into(), "127.0.0.1:9".into());
    let found = examined(&config, &store).await?;
    ensure!(found.wrong.len() == 1 && found.wrong[0].trouble == Trouble::Log, "{found}");
    ensure!(found.to_string().contains("can't be compared") && !found.well(), "{found}");
    Ok(())
}
