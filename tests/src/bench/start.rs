//! How soon the embedded server is ready, and how little it takes.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::report::{Aim, Row, percentile};
use crate::server::{Server, Setup};

/// Starts that are measured.
const STARTS: usize = 5;
/// How long it does nothing before its memory is looked at.
const IDLE: Duration = Duration::from_secs(2);

/// From nothing, and again with what it made then.
///
/// # Errors
/// It does not start.
pub async fn start() -> Result<Vec<Row>> {
    let client = reqwest::Client::new();
    let folder = tempfile::Builder::new().prefix("jukeline-bench-").tempdir()?;
    let (mut new, mut again, mut memory) = (Vec::new(), Vec::new(), 0);
    for number in 0..STARTS {
        let data = folder.path().join(number.to_string());
        for samples in [&mut new, &mut again] {
            let began = Instant::now();
            let mut server = Setup::embedded().unjudged().data(&data).launch()?;
            ready(&mut server, &client).await?;
            samples.push(began.elapsed());
            tokio::time::sleep(IDLE).await;
            memory = memory.max(server.process().resident_memory()?);
            server.stop().await?;
        }
    }
    let seconds = |samples: &[Duration]| percentile(samples, 0.5) / 1e3;
    let mib = f64::from(u32::try_from(memory / 1024)?) / 1024.0;
    Ok(vec![
        Row::new("start to ready, embedded, empty folder, p50", seconds(&new), "s").aim(Aim::AtMost(0.5)),
        Row::new("start to ready, embedded, again, p50", seconds(&again), "s").aim(Aim::AtMost(0.5)),
        Row::new("resident memory idle, embedded, most", mib, "MiB").aim(Aim::AtMost(80.0)),
    ])
}

/// Asks without pause, so that a start is not rounded up.
async fn ready(server: &mut Server, client: &reqwest::Client) -> Result<()> {
    let url = format!("{}/readyz", server.url());
    let asking = async {
        loop {
            let answer = client.get(&url).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asking).await.with_context(|| server.log())
}
