//! The floor's consumer group: rebalances, a database that goes away, topics made anew, a cluster with rights.

use crate::{
    all_published,
    contract::{
        Installation, On, PATIENCE, doctor, fresh,
        house::{self, House, ask, claim, decided, patron, state},
        kafka_side, ready, stop_word, stopped,
    },
};
use anyhow::{Context as _, Result};
use jukeline_app::id::{AccountId, JukeboxId, PlayId, SongId};
use jukeline_backend::{context::Context, serve::Running, store::Store};
use jukeline_tests::{eventually, kafka::SecureCluster, machine::Need, needs, postgres::Postgres, wait::always};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use uuid::Uuid;

/// Songs asked for at jukeboxes in turn.
async fn ask_for(
    context: &Context,
    jukeboxes: &[JukeboxId],
    account: AccountId,
    songs: &[SongId],
) -> Result<Vec<PlayId>> {
    let mut plays = Vec::new();
    for song in songs {
        for jukebox in jukeboxes {
            let (play, request) = ask(account, *song);
            context.requests.append(*jukebox, &request).await?;
            plays.push(play);
        }
    }
    Ok(plays)
}

/// Waits until all plays are decided; fails unless each was decided once, in the order of `plays` at each jukebox.
async fn decided_once(store: &Store, plays: &[PlayId]) -> Result<()> {
    eventually("every decision", PATIENCE, || async {
        for play in plays {
            state(store, *play).await?.context("undecided")?;
        }
        Ok(())
    })
    .await?;
    let facts = house::facts(store).await?;
    let mut orders: BTreeMap<JukeboxId, Vec<PlayId>> = BTreeMap::new();
    for stamped in &facts {
        orders.entry(stamped.jukebox).or_default().extend(decided(&stamped.fact));
    }
    assert_eq!(orders.values().map(Vec::len).sum::<usize>(), plays.len(), "each once");
    for order in orders.values() {
        let wanted: Vec<PlayId> = plays.iter().filter(|play| order.contains(play)).copied().collect();
        assert_eq!(order, &wanted);
    }
    doctor(store).await
}

/// Waits until the topic of facts has all that the database decided, and checks its order per jukebox.
async fn published(installation: &Installation, store: &Store) -> Result<()> {
    let sql = "SELECT ce_id FROM outbox WHERE topic = 'plays'";
    let ids: Vec<String> = sqlx::query_scalar(sql).fetch_all(store.read()).await?;
    let read =
        kafka_side::read_until(installation.kafka()?, &installation.topic("plays"), ids.into_iter().collect()).await?;
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for record in read.iter().filter(|record| seen.insert(record.id())) {
        let stamped: jukeline_app::events::Stamped = serde_json::from_str(&record.payload)?;
        let before = last.insert(record.key.clone(), stamped.version.n).unwrap_or(0);
        assert_eq!(stamped.version.n, before + 1, "without a gap");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebalance_loses_nothing_and_doubles_nothing() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let installation = Installation::make(On::Network).await?;
    let first = installation.start().await?;
    let store = first.context.store.clone();
    let house = House::make(&store, 6, 40).await?;
    let ada = patron(&store, 5000).await?;
    for jukebox in &house.jukeboxes {
        first.context.requests.append(jukebox.to_owned(), &claim()).await?;
    }
    let mut plays = Vec::new();
    plays.extend(ask_for(&first.context, &house.jukeboxes, ada, &house.songs[..10]).await?);
    // A second process joins while the first has work, and takes a share of it.
    let (second, asked) =
        tokio::join!(installation.start(), ask_for(&first.context, &house.jukeboxes, ada, &house.songs[10..20]));
    let second = second?;
    plays.extend(asked?);
    plays.extend(ask_for(&second.context, &house.jukeboxes, ada, &house.songs[20..30]).await?);
    // The first is killed with whatever it holds; the second takes it all over.
    drop(first);
    plays.extend(ask_for(&second.context, &house.jukeboxes, ada, &house.songs[30..]).await?);
    let store = &second.context.store;
    decided_once(store, &plays).await?;
    published(&installation, store).await
}

/// The end of a consumer waits for its group's coordinator: a server that ends at such a moment must end all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_ends_at_any_moment_of_a_rebalance() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let installation = Arc::new(Installation::make(On::Network).await?);
    for lived in (0..8).map(|n| Duration::from_millis(n * 150)) {
        let (ended, end) = tokio::sync::oneshot::channel();
        let installation = installation.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            let outcome = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
                runtime.block_on(async {
                    let _running = installation.start_unready().await?;
                    tokio::time::sleep(lived).await;
                    Ok(())
                })
            });
            // Whoever waits is gone if this took too long.
            let _ = ended.send(outcome);
        });
        let outcome = tokio::time::timeout(PATIENCE, end).await;
        outcome.with_context(|| format!("a server that lived for {lived:?} doesn't end"))???;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_floor_goes_on_when_postgresql_comes_back() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let mut postgres = Postgres::start().await?;
    let installation = Installation::with_database(&postgres.create_database("jukeline").await?).await?;
    let running = installation.start().await?;
    let context = &running.context;
    let house = House::make(&context.store, 3, 30).await?;
    let ada = patron(&context.store, 1000).await?;
    for jukebox in &house.jukeboxes {
        context.requests.append(jukebox.to_owned(), &claim()).await?;
    }
    let mut plays = ask_for(context, &house.jukeboxes, ada, &house.songs[..10]).await?;
    // In the middle of that work.
    postgres.kill9();
    plays.extend(ask_for(context, &house.jukeboxes, ada, &house.songs[10..20]).await?);
    postgres.restart().await?;
    plays.extend(ask_for(context, &house.jukeboxes, ada, &house.songs[20..]).await?);
    decided_once(&context.store, &plays).await?;
    published(&installation, &context.store).await?;
    ready(context).await?;
    assert_eq!(stopped(context), None);
    Ok(())
}

/// An installation of one partition that decided some requests and was stopped.
async fn with_a_past() -> Result<(Installation, House, AccountId)> {
    let mut installation = Installation::make(On::Network).await?;
    installation.config().log.partitions = 1;
    let running = installation.start().await?;
    let store = &running.context.store;
    let house = House::make(store, 1, 20).await?;
    let ada = patron(store, 100).await?;
    running.context.requests.append(house.jukeboxes[0], &claim()).await?;
    let plays = ask_for(&running.context, &house.jukeboxes, ada, &house.songs[..4]).await?;
    decided_once(store, &plays).await?;
    Ok((installation, house, ada))
}

/// Replaces the topic of requests by one that holds so many others.
async fn make_anew(
    installation: &Installation,
    house: &House,
    account: AccountId,
    records: usize,
) -> Result<Vec<PlayId>> {
    let (kafka, topic) = (installation.kafka()?, installation.topic("requests"));
    kafka.delete_topic(&topic).await?;
    kafka.create_topic(&topic, 1).await?;
    let key = house.jukeboxes[0].to_string();
    let mut plays = Vec::new();
    for song in &house.songs[4..4 + records] {
        let (play, request) = ask(account, *song);
        let payload = serde_json::to_string(&request)?;
        kafka_side::produce(kafka, &topic, None, key.as_bytes(), Some(&Uuid::now_v7().to_string()), payload.as_bytes())
            .await?;
        plays.push(play);
    }
    Ok(plays)
}

/// The floor stops and decides nothing of a topic that isn't the one it read before.
async fn stops(running: &Running, plays: &[PlayId]) -> Result<()> {
    let word = stop_word(&running.context).await?;
    assert!(word.contains("made anew") && word.contains("partition 0"), "{word}");
    always("undecided", Duration::from_millis(500), || async {
        let mut states = Vec::new();
        for play in plays {
            states.push(state(&running.context.store, *play).await?);
        }
        Ok(states.iter().all(Option::is_none))
    })
    .await?;
    doctor(&running.context.store).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shorter_topic_made_anew_stops_the_floor() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let (installation, house, ada) = with_a_past().await?;
    let plays = make_anew(&installation, &house, ada, 2).await?;
    stops(&installation.start().await?, &plays).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_longer_topic_made_anew_stops_the_floor() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let (installation, house, ada) = with_a_past().await?;
    let plays = make_anew(&installation, &house, ada, 12).await?;
    stops(&installation.start().await?, &plays).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_made_anew_under_a_running_floor_stops_it() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let (installation, house, ada) = with_a_past().await?;
    let running = installation.start().await?;
    let plays = make_anew(&installation, &house, ada, 2).await?;
    stops(&running, &plays).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secure_cluster_is_used_with_the_rights_of_one_prefix() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let (cluster, postgres) = tokio::try_join!(SecureCluster::start(), crate::contract::postgres())?;
    let database = postgres.create_database(&fresh("t")).await?;
    let mut installation = Installation::elsewhere(&cluster.bootstrap(), &database).await?;
    let prefix = installation.topic("");
    cluster.create_user("jukeline", "a good password").await?;
    let rights = ["Create", "Read", "Write", "Describe", "DescribeConfigs"];
    tokio::try_join!(
        cluster.allow("jukeline", &rights, "topic", &prefix),
        cluster.allow("jukeline", &["Read"], "group", &prefix)
    )?;
    let client = cluster.client("jukeline", "a good password");
    let log = &mut installation.config().log;
    (log.replication, log.partitions) = (3, 2);
    let names = ["security.protocol", "sasl.mechanism", "sasl.username", "sasl.password", "ssl.ca.location"];
    kafka_side::settings(log, &client, &names)?;
    let running = installation.start().await?;
    let context = &running.context;
    let house = House::make(&context.store, 1, 1).await?;
    let (copper, ada) = (house.jukeboxes[0], patron(&context.store, 10).await?);
    let mut live = context.live.subscribe(copper);
    context.requests.append(copper, &claim()).await?;
    let (play, request) = ask(ada, house.songs[0]);
    context.requests.append(copper, &request).await?;
    let seen = tokio::time::timeout(PATIENCE, async {
        loop {
            if decided(&live.recv().await?.fact.fact) == Some(play) {
                return Ok::<_, anyhow::Error>(());
            }
        }
    });
    let seen = seen.await;
    assert_eq!(state(&context.store, play).await?.as_deref(), Some("handed"), "stopped: {:?}", stopped(context));
    all_published(&context.store).await?;
    seen.context("no decision came back through the cluster")??;
    Ok(())
}
