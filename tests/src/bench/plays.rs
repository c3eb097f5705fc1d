//! How many songs a second are accepted, paid for and queued.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use jukeline_app::id::SongId;
use sqlx::{AnyConnection, Connection};
use tokio::task::JoinSet;

use super::{
    api::Guest,
    house::{House, Size},
    raw,
    report::{Aim, Row},
};
use crate::{kafka::Kafka, postgres::Postgres, server::Setup};

/// Requests under way at any moment.
const CONNECTIONS: usize = 64;
/// How long is measured, after the warm-up.
const SPAN: Duration = Duration::from_secs(5);
/// A fresh Java machine is slow at first.
const WARM_UP: Duration = Duration::from_secs(3);
/// Songs of three minutes of which a player is handed fewer.
const HANDED: usize = 6;
/// Forty bars of 400 songs at the most: no queue outgrows a long night's.
const SIZE: Size = Size { rooms: 40, guests: 5, songs: 400 };

/// On Kafka and PostgreSQL, against `pgbench -N`.
///
/// # Errors
/// Something does not start, or every request is refused.
pub async fn plays() -> Result<Vec<Row>> {
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let store = postgres.create_database("jukeline").await?;
    let server = Setup::network(&kafka, &store).unjudged().set(&["guests", "grant"], 10_000).start().await?;
    let house = House::furnish(&server, &store, SIZE).await?;
    fill_line_ups(&house).await?;
    let transactions = raw::pgbench(&postgres).await?;
    let rush = rush(&house).await?;
    check(&store, rush.accepted).await?;
    let row = Row::new("plays accepted, paid and queued, against pgbench -N", rush.per_second, "/s");
    let mut rows = vec![row.against(transactions).aim(Aim::TimesAtLeast(1.0))];
    if let Some((count, first)) = rush.refused {
        rows.push(Row::failed(format!("{count} of the requests"), first));
    }
    Ok(rows)
}

/// Queues more than the players are handed, so that the rush meets rooms as they are on a busy night.
async fn fill_line_ups(house: &House) -> Result<()> {
    for song in &house.songs[..HANDED] {
        let mut asking = JoinSet::new();
        for (_, guests) in &house.rooms {
            let (guest, song) = (guests[0].clone(), *song);
            asking.spawn(async move { guest.ask(song).await });
        }
        while let Some(asked) = asking.join_next().await {
            asked??;
        }
    }
    Ok(())
}

struct Rush {
    per_second: f64,
    accepted: usize,
    refused: Option<(usize, String)>,
}

/// What the connections share.
struct Turns {
    guests: Vec<Vec<Guest>>,
    songs: Vec<SongId>,
    next: AtomicUsize,
    accepted: AtomicUsize,
}

/// Asks on all connections at once, each for the next song in the next room.
async fn rush(house: &House) -> Result<Rush> {
    let guests = house.rooms.iter().map(|(_, guests)| guests.clone()).collect();
    let (next, accepted) = (AtomicUsize::new(HANDED * house.rooms.len()), AtomicUsize::new(0));
    let turns = Arc::new(Turns { guests, songs: house.songs.clone(), next, accepted });
    let deadline = Instant::now() + WARM_UP + SPAN;
    let mut connections: JoinSet<Vec<String>> = (0..CONNECTIONS).map(|_| connection(turns.clone(), deadline)).collect();
    tokio::time::sleep(WARM_UP).await;
    let (before, began) = (turns.accepted.load(Ordering::Relaxed), Instant::now());
    tokio::time::sleep_until(deadline.into()).await;
    let (after, took) = (turns.accepted.load(Ordering::Relaxed), began.elapsed());
    let mut refusals = Vec::new();
    while let Some(refused) = connections.join_next().await {
        refusals.extend(refused?);
    }
    let songs_used = turns.next.load(Ordering::Relaxed) / house.rooms.len();
    ensure!(songs_used < house.songs.len(), "the songs ran out: the bench needs a larger house");
    let refused = refusals.first().cloned().map(|first| (refusals.len(), first));
    let per_second = f64::from(u32::try_from(after - before)?) / took.as_secs_f64();
    Ok(Rush { per_second, accepted: turns.accepted.load(Ordering::Relaxed), refused })
}

async fn connection(turns: Arc<Turns>, deadline: Instant) -> Vec<String> {
    let mut refusals = Vec::new();
    while Instant::now() < deadline {
        let turn = turns.next.fetch_add(1, Ordering::Relaxed);
        let (room, song) = (turn % turns.guests.len(), turn / turns.guests.len());
        let Some(song_id) = turns.songs.get(song) else { break };
        let guests = &turns.guests[room];
        match guests[song % guests.len()].ask(*song_id).await {
            Ok(_) => drop(turns.accepted.fetch_add(1, Ordering::Relaxed)),
            Err(error) => refusals.push(format!("{error:#}")),
        }
    }
    refusals
}

/// Believes nobody's count: the plays are in the database, each with its reservation.
async fn check(store: &str, accepted: usize) -> Result<()> {
    let mut connection = AnyConnection::connect(store).await?;
    let sql = "SELECT COUNT(DISTINCT p.id) FROM plays p JOIN transfers t ON t.play = p.id AND t.kind = 'reserve' \
               WHERE p.state IN ('queued', 'handed') AND p.price = 1";
    let found: i64 = sqlx::query_scalar(sql).fetch_one(&mut connection).await.context("counting the plays")?;
    connection.close().await?;
    let found = usize::try_from(found)?;
    ensure!(accepted > 0 && found >= accepted, "{accepted} plays were accepted, {found} are in the database");
    Ok(())
}
