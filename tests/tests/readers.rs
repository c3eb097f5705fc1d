//! Charts from a song's end to the page, and the commands about readers, with a server and without one.

use anyhow::{Result, ensure};
use jukeline_app::api::{Chart, ScreenRole};
use jukeline_tests::{
    eventually,
    house::{House, Phone},
    music,
    server::{Server, Setup},
};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a command on the server's configuration, beside it if it runs; gives what it said.
async fn said(server: &Server, arguments: &[&str]) -> Result<String> {
    let mut command = server.command(arguments)?;
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{text} {}", String::from_utf8_lossy(&output.stderr));
    Ok(text)
}

/// Waits for a chart with so many plays in all.
async fn chart(server: &Server, plays: u32) -> Result<Chart> {
    let path = format!("{}/api/rooms/copper/charts?window=tonight&scope=here", server.url());
    eventually("the chart", PATIENCE, || async {
        let chart: Chart = reqwest::get(&path).await?.error_for_status()?.json().await?;
        let found: u32 = chart.entries.iter().map(|entry| entry.plays).sum();
        ensure!(found == plays, "{found} of {plays}");
        Ok(chart)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn charts_are_built_anew_with_a_server_and_at_its_next_start() -> Result<()> {
    let data = tempfile::tempdir()?;
    let mut server = Setup::embedded().data(data.path()).set(&["guests", "grant"], 20).start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    house.rules(|rules| (rules.price, rules.cooldown_minutes) = (2, 0)).await?;
    let mut screen = house.pair(&server, ScreenRole::Player).await?;
    screen.claim(None).await?;
    let mara = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
    let songs = house.songs().await?;
    for song in [songs[0], songs[1], songs[1]] {
        mara.queue(song).await?;
        screen.play_one().await?;
    }
    let before = chart(&server, 3).await?;
    let order: Vec<_> = before.entries.iter().map(|entry| (entry.rank, entry.song.id, entry.plays)).collect();
    ensure!(order == [(1, songs[1], 2), (2, songs[0], 1)], "{order:?}");

    let text = said(&server, &["replay", "charts"]).await?;
    ensure!(text.contains("generation 2 is shown"), "{text}");
    ensure!(chart(&server, 3).await? == before, "the same again");
    let text = said(&server, &["readers"]).await?;
    let line = text.lines().nth(1).unwrap_or_default().split_whitespace().collect::<Vec<_>>();
    ensure!(line[..5] == ["charts", "2", "2", "shown", "plays"], "{text}");

    let file = data.path().join("charts.jsonl.gz").display().to_string();
    let text = said(&server, &["snapshot", "charts", "--to", &file]).await?;
    ensure!(text.contains("12 rows of charts, generation 2"), "{text}");
    let text = said(&server, &["replay", "charts", "--from-snapshot", &file]).await?;
    ensure!(text.contains("generation 3 is shown"), "{text}");
    ensure!(chart(&server, 3).await? == before, "the same from the file");
    std::fs::write(&file, "no snapshot")?;
    let mut damaged = server.command(&["replay", "charts", "--from-snapshot", &file])?;
    let output = tokio::task::spawn_blocking(move || damaged.output()).await??;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.code() == Some(1) && text.contains("is not a whole snapshot"), "{text}");
    ensure!(chart(&server, 3).await? == before, "what is shown stays");

    server.stop().await?;
    let text = said(&server, &["replay", "charts"]).await?;
    ensure!(text.contains("No server builds generation 4") && text.contains("next start"), "{text}");
    server.restart().await?;
    eventually("what was wished for to be shown", PATIENCE, || async {
        let text = said(&server, &["readers"]).await?;
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("charts")).collect();
        ensure!(lines.len() == 1 && lines[0].contains(" 4 shown"), "{text}");
        Ok(())
    })
    .await?;
    ensure!(chart(&server, 3).await? == before, "and again");
    let mut unknown = server.command(&["replay", "weather"])?;
    let output = tokio::task::spawn_blocking(move || unknown.output()).await??;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(!output.status.success() && text.contains("no reader weather: there are charts"), "{text}");
    Ok(())
}
