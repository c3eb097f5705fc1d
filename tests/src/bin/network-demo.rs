//! The demo as a network of venues: Apache Kafka, PostgreSQL and two servers. `cargo xtask demo --network` builds what it
//! needs and runs it; the arguments are those of `jukeline demo`.

use std::{ffi::OsStr, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, Result, ensure};
use jukeline_tests::{
    eventually,
    kafka::Kafka,
    machine,
    postgres::Postgres,
    server::{Server, Setup},
};
use tokio::{
    process::{Child, Command},
    signal::unix::{SignalKind, signal},
};

/// The demo's port unless `--port` says otherwise.
const PORT: u16 = 8080;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let store = postgres.create_database("jukeline").await?;
    println!("Apache Kafka: {}\nPostgreSQL:   {store}", kafka.bootstrap());
    let folder = tempfile::Builder::new().prefix("jukeline-demo-").tempdir()?;
    let data = value_of(&arguments, "--data").map_or_else(|| folder.path().join("data"), PathBuf::from);
    let setup = Setup::network(&kafka, &store).unjudged().data(&data);
    let port = value_of(&arguments, "--port").map_or(Ok(PORT), str::parse)?;

    let config = folder.path().join("demo.toml");
    std::fs::write(&config, setup.clone().port(port).to_toml()?)?;
    let mut first = start_demo(&config, &data, port, &arguments)?;
    let outcome = run_both(&mut first, setup, port).await;
    let _ = first.start_kill();
    outcome
}

/// Starts the first server in the foreground: its terminal is this one.
fn start_demo(config: &std::path::Path, data: &std::path::Path, port: u16, arguments: &[String]) -> Result<Child> {
    let mut demo = Command::new(machine::server()?);
    demo.arg("demo").arg("--config").arg(config).arg("--ui").arg(machine::pages()?).args(arguments);
    if value_of(arguments, "--data").is_none() {
        demo.arg("--data").arg(data);
    }
    if value_of(arguments, "--port").is_none() {
        demo.arg("--port").arg(port.to_string());
    }
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_own(name)) {
        demo.env_remove(name);
    }
    demo.kill_on_drop(true).spawn().context("cannot start the demo")
}

/// Starts the second server once the first is ready, and waits for the end of the first.
async fn run_both(first: &mut Child, setup: Setup, port: u16) -> Result<ExitCode> {
    let (mut interrupted, mut asked) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let second = async {
        let url = format!("http://127.0.0.1:{port}/readyz");
        eventually("the first server", Duration::from_secs(600), || async {
            ensure!(reqwest::get(&url).await?.status().is_success(), "it is not ready");
            Ok(())
        })
        .await?;
        let server = setup.start().await?;
        println!("Second server: {} (the same jukeboxes: take a phone on each)", server.url());
        Ok::<Server, anyhow::Error>(server)
    };
    tokio::pin!(second);
    let mut running = None;
    loop {
        tokio::select! {
            status = first.wait() => return Ok(if status?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
            // The terminal sends Ctrl-C to the demo too: it drains and ends by itself.
            _ = interrupted.recv() => {}
            _ = asked.recv() => return Ok(ExitCode::SUCCESS),
            server = &mut second, if running.is_none() => running = Some(server?),
        }
    }
}

/// The value after an option, or after its equals sign.
fn value_of<'a>(arguments: &'a [String], option: &str) -> Option<&'a str> {
    let position = arguments.iter().position(|argument| argument.starts_with(option))?;
    match arguments[position].strip_prefix(option)? {
        "" => arguments.get(position + 1).map(String::as_str),
        rest => rest.strip_prefix('='),
    }
}

/// The build tool's variables are not the server's configuration.
fn is_own(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with("JUKELINE_")
}
