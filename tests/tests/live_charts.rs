//! A chart's websocket: a song is heard, and exactly the places that it changed are told.

use anyhow::{Context, Result, bail, ensure};
use futures_util::StreamExt;
use jukeline_app::{
    api::{Chart, ChartChange, ChartEntry, Code, PastMessage, Problem, ScreenRole},
    id::SongId,
};
use jukeline_tests::{
    eventually,
    house::{House, Phone},
    kafka::Kafka,
    machine::Need,
    music, needs,
    postgres::Postgres,
    server::{Server, Setup},
};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const PATIENCE: Duration = Duration::from_secs(30);
/// No night turns in it.
const EVER: &str = "window=ever&scope=here";

/// Somebody who looks at a chart.
struct Watcher {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    shown: Vec<ChartEntry>,
}

impl Watcher {
    /// Waits for the charts to be there, which on a network takes a moment.
    async fn open(server: &Server, query: &str) -> Result<Watcher> {
        let address = server.websocket_url(&format!("/api/rooms/copper/past/live?{query}"));
        let opened = eventually("the socket", PATIENCE, || async { Ok(connect_async(address.clone()).await?) });
        Ok(Watcher { socket: opened.await?.0, shown: Vec::new() })
    }

    async fn next(&mut self) -> Result<PastMessage> {
        let message = tokio::time::timeout(PATIENCE, self.socket.next()).await?.context("the socket closed")??;
        Ok(serde_json::from_str(message.to_text()?)?)
    }

    /// The next change, which is applied; a beat before it is passed over.
    async fn change(&mut self) -> Result<ChartChange> {
        loop {
            match self.next().await? {
                PastMessage::Chart(change) => {
                    change.as_ref().clone().apply(&mut self.shown);
                    return Ok(*change);
                }
                PastMessage::Beat { .. } => {}
                other @ PastMessage::Elsewhere(_) => bail!("nobody asked for {other:?}"),
            }
        }
    }

    /// The next change tells these places, songs and plays, and no others.
    async fn is_told(&mut self, wanted: &[(u32, SongId, u32)], places: u32) -> Result<()> {
        let change = self.change().await?;
        let told: Vec<_> = change.entries.iter().map(|entry| (entry.rank, entry.song.id, entry.plays)).collect();
        ensure!(told == wanted && change.places == places, "{told:?} of {} instead of {wanted:?}", change.places);
        Ok(())
    }
}

/// Songs are heard at the screen's process, and watched at another or the same.
async fn each_change_is_told(watched: &Server, screens: &Server) -> Result<()> {
    let house = House::set_up(screens, &music::folder()?).await?;
    house.rules(|rules| (rules.price, rules.cooldown_minutes) = (2, 0)).await?;
    let mut screen = house.pair(screens, ScreenRole::Player).await?;
    screen.claim(None).await?;
    let mara = Phone::enter(&screens.url(), &house.room, screen.code()?).await?;
    let songs = house.songs().await?;
    let (one, two, three) = (songs[0], songs[1], songs[2]);

    let mut watcher = Watcher::open(watched, EVER).await?;
    let mut idle = Watcher::open(watched, &format!("{EVER}&genre=None%20such")).await?;
    watcher.is_told(&[], 0).await?;
    idle.is_told(&[], 0).await?;

    // Of two that were heard as often the one that was heard last goes first.
    let steps = [
        (one, vec![(1, one, 1)], 1),
        (two, vec![(1, two, 1), (2, one, 1)], 2),
        (two, vec![(1, two, 2)], 2),
        (three, vec![(2, three, 1), (3, one, 1)], 3),
        (one, vec![(1, one, 2), (2, two, 2), (3, three, 1)], 3),
    ];
    for (song, told, places) in steps {
        mara.queue(song).await?;
        screen.play_one().await?;
        watcher.is_told(&told, places).await?;
    }

    let chart: Chart = reqwest::get(format!("{}/api/rooms/copper/charts?{EVER}", watched.url())).await?.json().await?;
    ensure!(watcher.shown == chart.entries, "{:?} instead of {:?}", watcher.shown, chart.entries);
    let mut late = Watcher::open(watched, EVER).await?;
    late.change().await?;
    ensure!(late.shown == chart.entries, "whoever comes later is told all");
    // What others heard was looked at and is none of its songs; it hears that the connection lives all the same.
    let next = idle.next().await?;
    ensure!(matches!(next, PastMessage::Beat { .. }), "{next:?}");
    Ok(())
}

/// Refused with a code and the field's name, before there is a socket.
async fn refused(server: &Server, room: &str, query: &str, code: Code, field: Option<&str>) -> Result<()> {
    let path = format!("/api/rooms/{room}/past/live?{query}");
    ensure!(connect_async(server.websocket_url(&path)).await.is_err(), "{path} opened");
    let problem: Problem = reqwest::get(format!("{}{path}", server.url())).await?.json().await?;
    let named = problem.params.get("field").and_then(|field| field.as_str());
    ensure!(problem.code == code && (field.is_none() || named == field), "{path}: {problem:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded() -> Result<()> {
    let server = Setup::embedded().set(&["guests", "grant"], 20).start().await?;
    each_change_is_told(&server, &server).await?;
    refused(&server, "copper", "", Code::Invalid, Some("window")).await?;
    refused(&server, "copper", "window=week", Code::Invalid, Some("scope")).await?;
    refused(&server, "copper", "scope=city", Code::Invalid, Some("window")).await?;
    refused(&server, "copper", "elsewhere=city", Code::Invalid, Some("elsewhere")).await?;
    refused(&server, "copper", &format!("{EVER}&elsewhere=network"), Code::Invalid, Some("elsewhere")).await?;
    refused(&server, "copper", &format!("{EVER}&genre="), Code::Invalid, Some("genre")).await?;
    refused(&server, "copper", "window=decade&scope=here", Code::BadRequest, None).await?;
    refused(&server, "copper", &format!("{EVER}&more=1"), Code::BadRequest, None).await?;
    refused(&server, "nowhere", EVER, Code::NotFound, None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_network_of_two() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let kafka = Kafka::start().await?;
    let postgres = Postgres::start().await?;
    let url = postgres.create_database("live_charts").await?;
    let network = Setup::network(&kafka, &url).set(&["guests", "grant"], 20);
    let one = network.clone().start().await?;
    let other = network.data(one.data()).start().await?;
    each_change_is_told(&other, &one).await
}
