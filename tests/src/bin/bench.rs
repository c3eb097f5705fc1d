//! `cargo xtask bench [network] [embedded] [plays] [webhooks] [charts] [fold] [replay] [fanout] [search] [start] [state]
//! [apps] [--songs N] [--records N]`: measures the named sections, or all of them, prints a table and writes it to
//! `bench/bench.json` in the target folder. A section that fails is told, and the others are measured all the same.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};
use jukeline_tests::bench::{
    apps, charts, fanout, fold, latency, listeners, plays, replay,
    report::{Row, table, write_json},
    search, start, state, webhooks,
};
use tokio::task::JoinHandle;

/// The sections in the order in which they run.
const SECTIONS: [&str; 12] = [
    "start", "apps", "search", "fanout", "state", "embedded", "network", "plays", "webhooks", "charts", "fold",
    "replay",
];
/// Songs among which is searched.
const SONGS: usize = 1_000_000;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(count) = take_value(&mut arguments, "--listeners")? {
        let url = take_value(&mut arguments, "--url")?.context("--listeners needs --url")?;
        listeners::run(count.parse()?, &url).await?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(file) = take_value(&mut arguments, "--bare")? {
        charts::bare(Path::new(&file)).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let songs = take_value(&mut arguments, "--songs")?.map_or(Ok(SONGS), |songs| songs.parse())?;
    let records = take_value(&mut arguments, "--records")?.map_or(Ok(replay::RECORDS), |records| records.parse())?;
    if let Some(unknown) = arguments.iter().find(|name| !SECTIONS.contains(&name.as_str())) {
        bail!("{unknown:?} is no section: there are {}", SECTIONS.join(", "));
    }
    let wanted = |name: &&str| arguments.is_empty() || arguments.iter().any(|argument| argument == name);
    let mut rows = Vec::new();
    for section in SECTIONS.into_iter().filter(wanted) {
        println!("measuring {section} …");
        let began = Instant::now();
        // A task of its own: even a panic is this section's alone.
        let outcome = run(section, songs, records).await;
        let measured = outcome.map_err(anyhow::Error::from).and_then(|outcome| outcome);
        rows.extend(measured.unwrap_or_else(|error| vec![Row::failed(section, format!("{error:#}"))]));
        println!("  {:.0} s", began.elapsed().as_secs_f32());
    }
    let file = target_folder()?.join("bench/bench.json");
    write_json(&rows, &file)?;
    println!("\n{}\n{}", table(&rows), file.display());
    Ok(if rows.iter().any(|row| row.failed.is_some()) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn run(section: &str, songs: usize, records: usize) -> JoinHandle<Result<Vec<Row>>> {
    match section {
        "apps" => tokio::spawn(apps::apps()),
        "network" => tokio::spawn(latency::network()),
        "embedded" => tokio::spawn(latency::embedded()),
        "plays" => tokio::spawn(plays::plays()),
        "webhooks" => tokio::spawn(webhooks::webhooks()),
        "charts" => tokio::spawn(charts::charts()),
        "fold" => tokio::spawn(fold::fold()),
        "replay" => tokio::spawn(replay::replay(records)),
        "fanout" => tokio::spawn(fanout::fan_out()),
        "state" => tokio::spawn(state::state()),
        "search" => tokio::task::spawn_blocking(move || search::search(songs)),
        _ => tokio::spawn(start::start()),
    }
}

/// Takes `name` and the value behind it out of the arguments.
fn take_value(arguments: &mut Vec<String>, name: &str) -> Result<Option<String>> {
    let Some(index) = arguments.iter().position(|argument| argument == name) else { return Ok(None) };
    ensure!(index + 1 < arguments.len(), "{name} needs a value");
    arguments.remove(index);
    Ok(Some(arguments.remove(index)))
}

/// The folder above the profile's, in which this program was built.
fn target_folder() -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    program.ancestors().nth(2).map(PathBuf::from).context("this program lies in no target folder")
}
