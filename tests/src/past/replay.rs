//! Charts are built anew from a long log while songs go on, and whoever looks never sees half of it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use jukeline_app::id::SongId;

use super::{FACTS_OF_A_PLAY, Network, Past};
use crate::{kafka::Kafka, postgres::Postgres, server::Setup, wait::eventually};

/// Venues of the network.
const VENUES: usize = 6;
/// Songs of the network: more than a chart has places, fewer than staff see.
const SONGS: usize = 200;
/// Nights before tonight in which songs were heard.
const NIGHTS: u32 = 60;
/// Plays that are told at once while the charts are built anew.
const LIVE: usize = 3;
/// Between those.
const PACE: Duration = Duration::from_millis(100);

/// What a rebuild came to.
#[derive(Clone, Copy, Debug)]
pub struct Replayed {
    /// Records that the log held when it began.
    pub records: u64,
    /// How long it took to fold them the first time, by all readers, from the first record that was told.
    pub first: Duration,
    /// From the command to its end.
    pub took: Duration,
    /// Plays that were told meanwhile.
    pub live: u64,
    /// How often somebody looked meanwhile.
    pub looks: u64,
}

/// Tells a log of so many records, waits until charts say what they come to, builds them anew while songs go on, and
/// fails unless every count that was seen meanwhile only rose, none was too high, and in the end all are a plain
/// recomputation of what was told.
///
/// # Errors
/// One of these is not so.
pub async fn replay_while_songs_go_on(records: usize, patience: Duration) -> Result<Replayed> {
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let store = postgres.create_database("jukeline").await?;
    // The facts are told from outside, so that the books know nothing of them.
    let server = Setup::network(&kafka, &store).unjudged().start().await?;
    let network = Arc::new(Network::furnish(&server, &store, VENUES, SONGS).await?);
    let nights = nights(network.tonight().await?);
    let mut past = Past::new(&kafka, "jukeline.plays", &network, nights, Vec::new())?;
    let began = Instant::now();
    past.goes_on(records / FACTS_OF_A_PLAY).await?;
    network.tells(&network.operator, &past, patience).await?;
    let first = began.elapsed();

    let (told, over) = (Arc::new(AtomicU64::new(past.heard())), Arc::new(AtomicBool::new(false)));
    let before = past.heard();
    let watching = tokio::spawn(watch(network.clone(), past.songs(), told.clone(), over.clone()));
    let going_on = tokio::spawn(go_on(past, told, over.clone()));
    let began = Instant::now();
    let mut command = server.command(&["replay", "charts"])?;
    let output = tokio::task::spawn_blocking(move || command.output()).await?;
    let took = began.elapsed();
    over.store(true, Ordering::Relaxed);
    let (mut past, looks) = (going_on.await??, watching.await??);
    let output = output?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(said.contains("generation 2 is shown"), "{said} {}", String::from_utf8_lossy(&output.stderr));
    let live = past.heard() - before;
    ensure!(live > 0 && looks > 0, "{live} plays and {looks} looks while it was built");

    network.tells(&network.operator, &past, patience).await?;
    // Behind everything that was told twice: once these are counted, that was read too.
    past.goes_on(VENUES * 8).await?;
    network.tells(&network.operator, &past, patience).await?;
    Ok(Replayed { records: before * FACTS_OF_A_PLAY as u64, first, took, live, looks })
}

/// Tonight and days before it, as far as their numbers go.
fn nights(tonight: u32) -> Vec<u32> {
    let mut nights = vec![tonight];
    let (mut year, mut month, mut day) = (tonight / 10_000, tonight / 100 % 100, tonight % 100);
    for _ in 0..NIGHTS {
        match (month, day) {
            (1, 1) => (year, month, day) = (year - 1, 12, 28),
            (_, 1) => (month, day) = (month - 1, 28),
            _ => day -= 1,
        }
        nights.push(year * 10_000 + month * 100 + day);
    }
    nights
}

async fn go_on(mut past: Past, told: Arc<AtomicU64>, over: Arc<AtomicBool>) -> Result<Past> {
    let mut pace = tokio::time::interval(PACE);
    while !over.load(Ordering::Relaxed) {
        pace.tick().await;
        // What is on its way may be counted before this knows that it was told.
        told.fetch_add(LIVE as u64, Ordering::SeqCst);
        past.goes_on(LIVE).await?;
    }
    Ok(past)
}

/// Looks at the counts all the time; gives how often.
async fn watch(
    network: Arc<Network>,
    mut least: BTreeMap<SongId, u32>,
    told: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
) -> Result<u64> {
    let mut looks = 0;
    while !over.load(Ordering::Relaxed) {
        let shown =
            eventually("a look at the charts", Duration::from_secs(60), || network.songs(&network.operator)).await?;
        let most = told.load(Ordering::SeqCst);
        for (song, plays) in &least {
            let now = shown.get(song).copied().unwrap_or(0);
            ensure!(now >= *plays, "{song:?} was heard {plays} times, and then {now} times");
        }
        let sum: u64 = shown.values().map(|plays| u64::from(*plays)).sum();
        ensure!(sum <= most, "{sum} plays of {most}");
        least = shown;
        looks += 1;
    }
    Ok(looks)
}
