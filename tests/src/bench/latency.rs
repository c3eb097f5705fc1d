//! How long it takes from asking for a song until somebody else's phone shows it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures_util::StreamExt;
use jukeline_app::{
    api::{Change, RoomMessage},
    id::PlayId,
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};
use tokio_tungstenite::connect_async;

use super::{
    house::{House, Size},
    raw,
    report::{Aim, Row, percentile},
};
use crate::{
    kafka::Kafka,
    postgres::Postgres,
    server::{Server, Setup},
};

/// How many requests are measured.
const COUNT: usize = 400;
/// How many go first and are not counted.
const WARM_UP: usize = 40;
/// Rooms that take turns, so that no queue grows longer than a bar's.
const SIZE: Size = Size { rooms: 8, guests: 2, songs: 100 };

/// Kafka and PostgreSQL: asked for at one process, seen at another.
///
/// # Errors
/// Something does not start, or a request is refused or not seen.
pub async fn network() -> Result<Vec<Row>> {
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let store = postgres.create_database("jukeline").await?;
    let setup = Setup::network(&kafka, &store).unjudged().set(&["guests", "grant"], 1000);
    let first = setup.clone().start().await?;
    let house = House::furnish(&first, &store, SIZE).await?;
    let second = setup.start().await?;
    // Before and after, so that a machine that slows down is fair to both.
    let mut plain = raw::kafka_round_trips(&kafka, "bench-before", COUNT / 2).await?;
    let (answers, seen) = ask_and_see(&house, &second).await?;
    plain.extend(raw::kafka_round_trips(&kafka, "bench-after", COUNT / 2).await?);
    Ok(rows("network: asked → seen at another process", &seen, &answers, &plain))
}

/// The server alone with its SQLite.
///
/// # Errors
/// As [`network`].
pub async fn embedded() -> Result<Vec<Row>> {
    let server = Setup::embedded().unjudged().set(&["guests", "grant"], 1000).start().await?;
    let store = format!("sqlite://{}", server.data().join("jukeline.sqlite").display());
    let house = House::furnish(&server, &store, SIZE).await?;
    let folder = tempfile::Builder::new().prefix("jukeline-bench-").tempdir()?;
    let mut plain = raw::sqlite_commits(folder.path(), COUNT / 2).await?;
    let (answers, seen) = ask_and_see(&house, &server).await?;
    std::fs::remove_file(folder.path().join("plain.sqlite"))?;
    plain.extend(raw::sqlite_commits(folder.path(), COUNT / 2).await?);
    Ok(rows("embedded: asked → seen by another client", &seen, &answers, &plain))
}

fn rows(what: &str, seen: &[Duration], answers: &[Duration], plain: &[Duration]) -> Vec<Row> {
    let row = |name: String, samples: &[Duration], share| {
        Row::new(name, percentile(samples, share), "ms").against(percentile(plain, share))
    };
    vec![
        row(format!("{what}, p50"), seen, 0.5).aim(Aim::TimesAtMost(4.0)),
        row(format!("{what}, p99"), seen, 0.99),
        row(format!("{what}: the asker's answer, p50"), answers, 0.5),
    ]
}

/// Asks for one song after the other; returns how long each answer took and when a listener at `elsewhere` saw it.
async fn ask_and_see(house: &House, elsewhere: &Server) -> Result<(Vec<Duration>, Vec<Duration>)> {
    let (tell, mut sightings) = unbounded_channel();
    let mut listeners = JoinSet::new();
    for (room, _) in &house.rooms {
        listen(elsewhere, room, tell.clone(), &mut listeners).await?;
    }
    let (mut answers, mut seen) = (Vec::new(), Vec::new());
    for number in 0..COUNT + WARM_UP {
        let (_, guests) = &house.rooms[number % house.rooms.len()];
        let turn = number / house.rooms.len();
        let began = Instant::now();
        let play = guests[turn % guests.len()].ask(house.songs[turn % house.songs.len()]).await?;
        answers.push(began.elapsed());
        seen.push(sighting(&mut sightings, play).await?.duration_since(began));
    }
    Ok((answers.split_off(WARM_UP), seen.split_off(WARM_UP)))
}

async fn sighting(sightings: &mut UnboundedReceiver<(PlayId, Instant)>, wanted: PlayId) -> Result<Instant> {
    let waiting = async {
        while let Some((play, at)) = sightings.recv().await {
            if play == wanted {
                return Ok(at);
            }
        }
        anyhow::bail!("the listeners are gone")
    };
    tokio::time::timeout(Duration::from_secs(10), waiting).await.context("nobody saw the song in the queue")?
}

/// Connects a listener that tells when it saw which song join the queue.
async fn listen(
    server: &Server,
    room: &str,
    tell: UnboundedSender<(PlayId, Instant)>,
    listeners: &mut JoinSet<()>,
) -> Result<()> {
    let (mut socket, _) = connect_async(server.websocket_url(&format!("/api/rooms/{room}/live"))).await?;
    let snapshot = socket.next().await.context("no snapshot")??;
    serde_json::from_str::<RoomMessage>(snapshot.to_text()?)?;
    listeners.spawn(async move {
        while let Some(Ok(message)) = socket.next().await {
            let at = Instant::now();
            let Ok(Ok(RoomMessage::Delta(delta))) = message.to_text().map(serde_json::from_str) else { continue };
            if let Change::Added { entry, .. } = delta.change {
                // Nobody listens any more once the section is over.
                let _ = tell.send((entry.play, at));
            }
        }
    });
    Ok(())
}
