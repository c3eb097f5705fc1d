//! The websocket of what was heard: exactly the places of a chart that a song changed are told, and songs of elsewhere
//! once, without whoever heard them.

use anyhow::{Context, Result, bail, ensure};
use futures_util::StreamExt;
use jukeline_app::{
    api::{Chart, ChartChange, ChartEntry, Code, Elsewhere, ElsewhereEntry, PastMessage, Problem, ScreenRole},
    client::Client,
    id::SongId,
};
use jukeline_tests::{
    eventually,
    house::{House, Phone, Screen},
    kafka::Kafka,
    machine::Need,
    music, needs,
    postgres::Postgres,
    server::{Server, Setup},
};
use serde_json::json;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const PATIENCE: Duration = Duration::from_secs(30);
/// Five changes without any word of them take 20 seconds each.
const FIVE_CHANGES: Duration = Duration::from_secs(60);
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

    /// The next songs of elsewhere; a beat before them is passed over.
    async fn elsewhere(&mut self) -> Result<Vec<ElsewhereEntry>> {
        loop {
            match self.next().await? {
                PastMessage::Elsewhere(entries) => return Ok(entries),
                PastMessage::Beat { .. } => {}
                other @ PastMessage::Chart(_) => bail!("nobody asked for {other:?}"),
            }
        }
    }

    /// The next songs are these, newest first, at a venue of this name in a town that isn't told.
    async fn hears_elsewhere(&mut self, wanted: &[SongId], venue: Option<&str>) -> Result<Vec<ElsewhereEntry>> {
        let told = self.elsewhere().await?;
        let songs: Vec<SongId> = told.iter().map(|entry| entry.song.song.id).collect();
        let where_heard = told.iter().all(|entry| entry.venue_name.as_deref() == venue && entry.city.is_none());
        ensure!(songs == wanted && where_heard, "{told:?} instead of {wanted:?} at {venue:?}");
        Ok(told)
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
    let all_told = async {
        for (song, told, places) in steps {
            mara.queue(song).await?;
            screen.play_one().await?;
            watcher.is_told(&told, places).await?;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(FIVE_CHANGES, all_told).await.context("the word of changes was lost")??;

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

/// A venue where songs are heard.
struct Bar {
    house: House,
    screen: Screen,
    base: String,
}

impl Bar {
    async fn open(server: &Server, house: House) -> Result<Bar> {
        house.rules(|rules| (rules.price, rules.cooldown_minutes) = (2, 0)).await?;
        let mut screen = house.pair(server, ScreenRole::Player).await?;
        screen.claim(None).await?;
        Ok(Bar { house, screen, base: server.url() })
    }

    /// One more venue of the same operator and town.
    async fn another(&self, server: &Server, room: &str) -> Result<Bar> {
        let operator = Client { transport: self.house.operator.transport.clone() };
        Bar::open(server, House::open(operator, room).await?).await
    }

    async fn guest(&self) -> Result<Phone> {
        Phone::enter(&self.base, &self.house.room, self.screen.code()?).await
    }

    async fn plays(&mut self, phone: &Phone, song: SongId) -> Result<()> {
        phone.queue(song).await?;
        self.screen.play_one().await?;
        Ok(())
    }

    /// From now on the others are not told what is heard here.
    async fn keeps_to_itself(&self) -> Result<()> {
        let venue = self.house.operator.room(&self.house.room).await?.info.venue;
        let visitor = &self.house.operator.transport;
        let settings = visitor.bare().put(format!("{}/api/venues/{venue}/settings", visitor.base()));
        settings.json(&json!({ "shown_elsewhere": false })).send().await?.error_for_status()?;
        Ok(())
    }
}

/// Songs are heard at the screens' process, and told by another or the same.
async fn elsewhere_is_told_once(watched: &Server, screens: &Server) -> Result<()> {
    let mut copper = Bar::open(screens, House::set_up(screens, &music::folder()?).await?).await?;
    let mut tin = copper.another(screens, "tin").await?;
    let songs = copper.house.songs().await?;
    let (one, two, three) = (songs[0], songs[1], songs[2]);

    let mut watcher = Watcher::open(watched, "elsewhere=network").await?;
    let mut in_town = Watcher::open(watched, "elsewhere=city").await?;
    watcher.hears_elsewhere(&[], None).await?;
    in_town.hears_elsewhere(&[], None).await?;

    // What is heard here is not elsewhere. There, a name is told once five people were heard in that night.
    let guest = copper.guest().await?;
    copper.plays(&guest, three).await?;
    for nth in 1..=5 {
        let guest = tin.guest().await?;
        let song = if nth % 2 == 0 { two } else { one };
        tin.plays(&guest, song).await?;
        watcher.hears_elsewhere(&[song], (nth == 5).then_some("The Copper Still")).await?;
    }
    // In one town the songs alone would tell where: they are told together with the name.
    let told = in_town.hears_elsewhere(&[one, two, one, two, one], Some("The Copper Still")).await?;

    // Whoever comes back is told the last ones again, each once, as the page is.
    let mut again = Watcher::open(watched, "elsewhere=network").await?;
    let all = again.hears_elsewhere(&[one, two, one, two, one], Some("The Copper Still")).await?;
    ensure!(all == told, "{all:?} instead of {told:?}");
    let page = format!("{}/api/rooms/copper/elsewhere?scope=network", watched.url());
    let page: Elsewhere = reqwest::get(&page).await?.json().await?;
    ensure!(page.entries == all, "{:?} instead of {all:?}", page.entries);

    // A venue that says no is left out; the others are told.
    tin.keeps_to_itself().await?;
    let regular = tin.guest().await?;
    tin.plays(&regular, two).await?;
    let mut zinc = copper.another(screens, "zinc").await?;
    let guest = zinc.guest().await?;
    for song in [three, two] {
        zinc.plays(&guest, song).await?;
        watcher.hears_elsewhere(&[song], None).await?;
    }
    eventually("the others alone", PATIENCE, || async {
        let mut late = Watcher::open(watched, "elsewhere=network").await?;
        late.hears_elsewhere(&[two, three], None).await?;
        Ok(())
    })
    .await?;

    // With a chart beside it, each is told of its own.
    let mut both = Watcher::open(watched, &format!("{EVER}&elsewhere=network")).await?;
    let (mut charts, mut words) = (0, 0);
    for _ in 0..2 {
        match both.next().await? {
            PastMessage::Chart(change) => charts += change.entries.len(),
            PastMessage::Elsewhere(entries) => words += entries.len(),
            PastMessage::Beat { .. } => bail!("a beat before the first words"),
        }
    }
    ensure!((charts, words) == (1, 2), "{charts} places, {words} songs");
    let guest = copper.guest().await?;
    copper.plays(&guest, one).await?;
    both.change().await?;
    zinc.plays(&zinc.guest().await?, one).await?;
    both.hears_elsewhere(&[one], None).await?;
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

/// Two processes of a network.
async fn network_of_two(database: &str) -> Result<(Kafka, Postgres, Server, Server)> {
    let kafka = Kafka::start().await?;
    let postgres = Postgres::start().await?;
    let url = postgres.create_database(database).await?;
    let network = Setup::network(&kafka, &url).set(&["guests", "grant"], 20);
    let one = network.clone().start().await?;
    let other = network.data(one.data()).start().await?;
    Ok((kafka, postgres, one, other))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded() -> Result<()> {
    let server = Setup::embedded().set(&["guests", "grant"], 20).start().await?;
    each_change_is_told(&server, &server).await?;
    refused(&server, "copper", "", Code::Invalid, Some("window")).await?;
    refused(&server, "copper", "window=week", Code::Invalid, Some("scope")).await?;
    refused(&server, "copper", "scope=city", Code::Invalid, Some("window")).await?;
    refused(&server, "copper", "elsewhere=city&window=week", Code::Invalid, Some("scope")).await?;
    refused(&server, "copper", "elsewhere=city&genre=Jazz", Code::Invalid, Some("window")).await?;
    refused(&server, "copper", "elsewhere=street", Code::BadRequest, None).await?;
    refused(&server, "copper", &format!("{EVER}&genre="), Code::Invalid, Some("genre")).await?;
    refused(&server, "copper", "window=decade&scope=here", Code::BadRequest, None).await?;
    refused(&server, "copper", &format!("{EVER}&more=1"), Code::BadRequest, None).await?;
    refused(&server, "nowhere", EVER, Code::NotFound, None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_network_of_two() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let (_kafka, _postgres, one, other) = network_of_two("live_charts").await?;
    each_change_is_told(&other, &one).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn elsewhere_embedded() -> Result<()> {
    let server = Setup::embedded().set(&["guests", "grant"], 20).start().await?;
    elsewhere_is_told_once(&server, &server).await?;
    refused(&server, "nowhere", "elsewhere=network", Code::NotFound, None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn elsewhere_on_a_network_of_two() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let (_kafka, _postgres, one, other) = network_of_two("live_elsewhere").await?;
    elsewhere_is_told_once(&other, &one).await
}
