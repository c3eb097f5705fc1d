//! One change to many listeners, who are a process of their own.

use std::{
    process::Stdio,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use super::{
    house::{House, Size},
    listeners::Seen,
    report::{Aim, Row, percentile},
};
use crate::server::Setup;

/// Changes that are measured.
const CHANGES: usize = 5;
/// Songs that wait beforehand: a change must cost the same behind a long queue. They are also more than a player is
/// handed, so that nothing else happens.
const WAITING: usize = 60;
const SIZE: Size = Size { rooms: 1, guests: 2, songs: 200 };
/// How long all listeners may take to connect.
const CONNECTING: Duration = Duration::from_secs(180);

/// To 1,000 and 10,000 listeners of the embedded server.
///
/// # Errors
/// The server does not start, or listeners can't connect or miss a change.
pub async fn fan_out() -> Result<Vec<Row>> {
    raise_file_limit();
    let server = Setup::embedded().unjudged().set(&["guests", "grant"], 1000).start().await?;
    let store = format!("sqlite://{}", server.data().join("jukeline.sqlite").display());
    let house = House::furnish(&server, &store, SIZE).await?;
    for number in 0..WAITING {
        ask(&house, number).await?;
    }
    let url = server.websocket_url(&format!("/api/rooms/{}/live", house.rooms[0].0));
    let mut rows = Vec::new();
    let mut asked = WAITING;
    for listeners in [1_000, 10_000] {
        let what = format!("one change to {listeners} listeners");
        match measure(&house, &url, listeners, &mut asked).await {
            Ok((took, bytes)) => {
                rows.push(Row::new(format!("{what}: the last has it"), percentile(&took, 0.5), "ms"));
                let bytes = f64::from(u32::try_from(bytes)?);
                rows.push(Row::new(format!("{what}: to each"), bytes, "bytes").aim(Aim::AtMost(600.0)));
            }
            Err(error) => rows.push(Row::failed(what, format!("{error:#}"))),
        }
    }
    Ok(rows)
}

async fn ask(house: &House, number: usize) -> Result<()> {
    let guests = &house.rooms[0].1;
    guests[number % guests.len()].ask(house.songs[number]).await.map(drop)
}

/// How long each change took to the last listener, and the most bytes that one change cost a listener.
async fn measure(house: &House, url: &str, listeners: usize, asked: &mut usize) -> Result<(Vec<Duration>, usize)> {
    let (_process, mut lines) = start_listeners(url, listeners)?;
    let ready = timeout(CONNECTING, lines.next_line()).await.context("they did not connect in time")??;
    anyhow::ensure!(ready.as_deref() == Some("ready"), "the listeners said {ready:?}");
    let (mut took, mut bytes) = (Vec::new(), 0);
    for _ in 0..CHANGES {
        let began = SystemTime::now().duration_since(UNIX_EPOCH)?;
        ask(house, *asked).await?;
        *asked += 1;
        let line = timeout(Duration::from_secs(30), lines.next_line()).await.context("not all saw the change")??;
        let seen: Seen = serde_json::from_str(&line.context("the listeners are gone")?)?;
        took.push(Duration::from_micros(seen.last_at_us).saturating_sub(began));
        bytes = bytes.max(seen.most_bytes);
    }
    Ok((took, bytes))
}

/// This same program as listeners.
fn start_listeners(url: &str, count: usize) -> Result<(Child, Lines<BufReader<ChildStdout>>)> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--listeners", &count.to_string(), "--url", url]).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn()?;
    let stdout = child.stdout.take().context("no output")?;
    Ok((child, BufReader::new(stdout).lines()))
}

/// As many open files as this user may have; the server and the listeners inherit it.
pub fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // A refusal shows later, as listeners that can't connect.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}
