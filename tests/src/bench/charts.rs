//! What a chart costs whoever looks at it, and how soon a song that was heard moves it.

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use axum::{Router, body::Bytes, http::header, routing::get};
use futures_util::StreamExt;
use jukeline_app::api::{PastMessage, Report, ScreenRole};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    task::JoinSet,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{
    raw,
    report::{Aim, Row, percentile},
};
use crate::{
    eventually,
    house::{House, Phone},
    kafka::Kafka,
    music,
    postgres::Postgres,
    server::{Server, Setup},
};

/// Songs that are heard and measured.
const HEARD: usize = 60;
/// How many go first and are not counted.
const WARM_UP: usize = 5;
/// Between two songs: songs end minutes apart, and a chart that moves all the time is told once a second.
const BETWEEN: Duration = Duration::from_millis(1_300);
/// People who look at charts at the same time.
const CONNECTIONS: usize = 8;
/// How often each of them looks at one chart, in each of [`TURNS`].
const LOOKS: usize = 500;
/// Ours and the bare route take turns, so that a machine that slows down is fair to both.
const TURNS: usize = 4;
const CHARTS: [&str; 4] =
    ["window=week&scope=here", "window=month&scope=network", "window=ever&scope=network", "window=tonight&scope=city"];

/// On Kafka and PostgreSQL, with two processes: songs are played at one and looked at at the other.
///
/// # Errors
/// Something does not start, or a song that was heard is not seen.
pub async fn charts() -> Result<Vec<Row>> {
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let store = postgres.create_database("jukeline").await?;
    let setup = Setup::network(&kafka, &store).unjudged().set(&["guests", "grant"], 1000);
    let first = setup.clone().start().await?;
    let second = setup.data(first.data()).start().await?;
    let mut trips = raw::kafka_round_trips(&kafka, "bench-before", HEARD).await?;
    let moved = heard_and_moved(&first, &second).await?;
    trips.extend(raw::kafka_round_trips(&kafka, "bench-after", HEARD).await?);
    let row = |share: f64, name: &str| {
        Row::new(format!("heard → the chart moves at another process, {name}"), percentile(&moved, share), "ms")
            .against(percentile(&trips, share))
    };
    let mut rows = vec![row(0.5, "p50"), row(0.99, "p99")];
    for chart in CHARTS {
        let url = format!("{}/api/rooms/copper/charts?{chart}", second.url());
        let (ours, bare) = looks(&url).await?;
        let what = format!("GET chart {chart}");
        let against = |share| Row::new("", percentile(&ours, share), "ms").against(percentile(&bare, share));
        rows.push(Row { what: format!("{what}, p50"), ..against(0.5) });
        rows.push(Row { what: format!("{what}, p99"), ..against(0.99).aim(Aim::TimesAtMost(2.0)) });
    }
    Ok(rows)
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How long each song took from the report that it was heard until the chart moved at `elsewhere`.
async fn heard_and_moved(server: &Server, elsewhere: &Server) -> Result<Vec<Duration>> {
    let house = House::set_up(server, &music::folder()?).await?;
    house.rules(|rules| (rules.price, rules.cooldown_minutes, rules.per_patron) = (1, 0, 250)).await?;
    let mut screen = house.pair(server, ScreenRole::Player).await?;
    screen.claim(None).await?;
    let phone = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
    let songs = house.songs().await?;
    let address = elsewhere.websocket_url("/api/rooms/copper/past/live?window=ever&scope=network");
    let opened =
        eventually("the socket", Duration::from_secs(60), || async { Ok(connect_async(address.clone()).await?.0) });
    let mut socket: Socket = opened.await?;
    moved(&mut socket).await?;
    let mut took = Vec::new();
    for number in 0..HEARD + WARM_UP {
        phone.queue(songs[number % songs.len()]).await?;
        let (play, attempt) = screen.next_song().await?;
        screen.report(play, attempt, Report::Started { position_ms: 0 }, 0).await?;
        tokio::time::sleep(BETWEEN).await;
        let began = Instant::now();
        let (reported, at) = tokio::join!(screen.report(play, attempt, Report::Heard, 0), moved(&mut socket));
        reported?;
        took.push(at?.duration_since(began));
        screen.report(play, attempt, Report::Finished, 0).await?;
        let is_over = |plan: &jukeline_app::api::Plan| plan.lineup.iter().all(|song| song.play != play);
        screen.until("the song's end", |screen| screen.plan.as_ref().is_some_and(is_over)).await?;
    }
    Ok(took.split_off(WARM_UP))
}

/// When the next change of the chart came.
async fn moved(socket: &mut Socket) -> Result<Instant> {
    let waiting = async {
        loop {
            let message = socket.next().await.context("the socket closed")??;
            let at = Instant::now();
            if let Ok(PastMessage::Chart(_)) = serde_json::from_str(message.to_text()?) {
                return anyhow::Ok(at);
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.context("the chart did not move")?
}

/// How long answers take: the chart's, and those of a bare route with the same bytes.
async fn looks(url: &str) -> Result<(Vec<Duration>, Vec<Duration>)> {
    let body = reqwest::get(url).await?.error_for_status()?.bytes().await?;
    let (_process, bare) = start_bare(&body).await?;
    look(url).await?;
    look(&bare).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.extend(look(url).await?);
        theirs.extend(look(&bare).await?);
    }
    Ok((ours, theirs))
}

async fn look(url: &str) -> Result<Vec<Duration>> {
    let mut people = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (client, url) = (reqwest::Client::new(), url.to_owned());
        people.spawn(async move {
            let mut took = Vec::with_capacity(LOOKS);
            for _ in 0..LOOKS {
                let began = Instant::now();
                let body = client.get(&url).send().await?.error_for_status()?.bytes().await?;
                took.push(began.elapsed());
                ensure!(!body.is_empty(), "an empty answer");
            }
            Ok(took)
        });
    }
    people.join_all().await.into_iter().collect::<Result<Vec<_>>>().map(|took| took.concat())
}

/// This same program as a server of a bare route; gives its address.
async fn start_bare(body: &[u8]) -> Result<(Child, String)> {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), body)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--bare").arg(file.path()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn()?;
    let stdout = child.stdout.take().context("no output")?;
    let address = BufReader::new(stdout).lines().next_line().await?.context("the bare route did not start")?;
    Ok((child, address))
}

/// Serves the file's bytes at a route and nothing else, and prints the address: what `bench --bare FILE` runs.
///
/// # Errors
/// The file can't be read, or no port is free.
pub async fn bare(file: &Path) -> Result<()> {
    let body = Bytes::from(std::fs::read(file)?);
    let route = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], body) });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/chart", listener.local_addr()?);
    Ok(axum::serve(listener, Router::new().route("/chart", route)).await?)
}
