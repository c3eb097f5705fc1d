//! Readers of facts in a network of processes: shared, killed, and built anew from a long log while songs go on.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    api::{HistoryQuery, StartAsGuest},
    client::Client,
    id::{AccountId, VenueId},
};
use jukeline_tests::{
    eventually,
    house::HttpTransport,
    kafka::Kafka,
    machine::Need,
    needs,
    past::{Network, Past, replay_while_songs_go_on},
    postgres::Postgres,
    server::{Server, Setup},
};
use rdkafka::consumer::{BaseConsumer, Consumer};

/// How long a condition may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// Processes that share the readers.
const SERVERS: usize = 3;
/// Two for each process.
const PARTITIONS: i64 = 6;
/// Plays that are told before a process is killed.
const TOLD: usize = 1_500;
/// So many of them have to be counted before it is: the rest is under way.
const COUNTED: u64 = 500;
/// Records of the rebuild: some two and a half minutes of an unoptimised server on two cores that are its own.
/// `cargo xtask bench replay` measures the same as it is shipped.
const RECORDS: usize = 1_000_000;
/// How long its folds may take where the cores are shared.
const LONG: Duration = Duration::from_secs(600);

/// Three processes on one log, and what is told to it.
struct Trial {
    kafka: Kafka,
    servers: Vec<Server>,
    network: Network,
    guests: Vec<(AccountId, Client<HttpTransport>)>,
    past: Past,
}

impl Trial {
    async fn begin(kafka: Kafka, postgres: &Postgres) -> Result<Trial> {
        let store = postgres.create_database("jukeline").await?;
        let mut servers = Vec::new();
        for _ in 0..SERVERS {
            // The facts are told from outside, so that the books know nothing of them.
            let setup = Setup::network(&kafka, &store).unjudged().set(&["log", "partitions"], PARTITIONS);
            servers.push(setup.start().await?);
        }
        let network = Network::furnish(&servers[0], &store, 4, 20).await?;
        let mut guests = Vec::new();
        for _ in 0..3 {
            let client = Client { transport: HttpTransport::new(&servers[0].url())? };
            guests.push((client.start_as_guest(&StartAsGuest::default()).await?.me.account, client));
        }
        let nights = vec![network.tonight().await?, 20_260_130, 20_260_131, 20_260_201];
        let people = guests.iter().map(|(account, _)| *account).collect();
        let past = Past::new(&kafka, "jukeline.plays", &network, nights, people)?;
        Ok(Trial { kafka, servers, network, guests, past })
    }

    /// Waits until each process has its share of what the charts and the histories read.
    async fn shared(&self) -> Result<()> {
        for reader in ["charts", "history"] {
            let group = format!("jukeline.{reader}.1");
            eventually("each process in the group", PATIENCE, || {
                let (client, group) = (self.kafka.client(), group.clone());
                async move { tokio::task::spawn_blocking(move || has_all(&client.create()?, &group)).await? }
            })
            .await?;
        }
        Ok(())
    }

    /// Waits until a process shows so many plays at least.
    async fn counted(&self, by: usize, plays: u64) -> Result<()> {
        let client = self.network.at(&self.servers[by]);
        eventually("plays to be counted", PATIENCE, || async {
            let counted: u64 = self.network.songs(&client).await?.values().map(|plays| u64::from(*plays)).sum();
            ensure!(counted >= plays, "{counted} of {plays}");
            Ok(())
        })
        .await
    }

    /// A process is killed with work under way; the others do it. It comes back while there is more.
    async fn is_killed(&mut self, victim: usize) -> Result<()> {
        let other = (victim + 1) % SERVERS;
        self.shared().await?;
        let before = self.past.heard();
        self.past.goes_on(TOLD).await?;
        self.counted(victim, before + COUNTED).await?;
        self.servers[victim].kill9();
        self.past.goes_on(TOLD).await?;
        self.counted(other, self.past.heard()).await?;
        let (started, told) = tokio::join!(self.servers[victim].restart(), self.past.goes_on(TOLD));
        started.and(told)
    }

    /// Every process shows what was told, in charts and in histories.
    async fn tells(&self) -> Result<()> {
        for server in &self.servers {
            self.network.tells(&self.network.at(server), &self.past, PATIENCE).await?;
        }
        for (account, guest) in &self.guests {
            let expected = self.past.history(*account);
            eventually("the history", PATIENCE, || async {
                let told = guest.history(&HistoryQuery::default()).await?.venues;
                let told: BTreeMap<VenueId, u32> = told.into_iter().map(|venue| (venue.venue, venue.plays)).collect();
                ensure!(told == expected, "{told:?} instead of {expected:?}");
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}

/// Whether a group is at rest with a member from each process.
fn has_all(consumer: &BaseConsumer, group: &str) -> Result<()> {
    let groups = consumer.fetch_group_list(Some(group), Duration::from_secs(10))?;
    let found = groups.groups().iter().find(|found| found.name() == group).context("no such group")?;
    let members: BTreeSet<&str> = found.members().iter().map(|member| member.id()).collect();
    ensure!(found.state() == "Stable" && members.len() == SERVERS, "{} with {members:?}", found.state());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_share_the_readers_and_whichever_is_killed_each_play_counts_once() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres, Need::Server);
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let mut trial = Trial::begin(kafka, &postgres).await?;
    for victim in [0, 1, 2, 0] {
        trial.is_killed(victim).await.with_context(|| format!("process {victim} is killed"))?;
    }
    trial.tells().await?;
    // Behind everything that was told twice: once these are counted, that was read too.
    trial.shared().await?;
    trial.past.goes_on(200).await?;
    trial.tells().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn charts_are_built_anew_from_a_million_records_while_songs_go_on_and_no_count_falls() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres, Need::Server);
    let replayed = replay_while_songs_go_on(RECORDS, LONG).await?;
    ensure!(replayed.records == RECORDS as u64, "{replayed:?}");
    println!("{replayed:?}");
    Ok(())
}
