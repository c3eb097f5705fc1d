//! The player's own browser: songs that are too quiet, songs on its disk, and its page without a server.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Result, ensure};
use jukeline_tests::{
    browser::Browser,
    eventually,
    house::{House, Phone},
    machine::{self, Need},
    music, needs,
    server::Setup,
};
use serde_json::json;
use tempfile::TempDir;

/// The most that a quiet song is lifted, in decibels.
const MOST_DB: f64 = 12.0;

/// A piece of the tests' music, 30 dB more quiet than it is.
async fn quiet_music() -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let piece = std::fs::read_dir(music::folder()?)?.next().ok_or_else(|| anyhow::anyhow!("no music"))??.path();
    machine::run(softened(&piece, &folder.path().join("quiet.ogg"))?).await?;
    Ok(folder)
}

fn softened(from: &Path, to: &Path) -> Result<Command> {
    let mut ffmpeg = Command::new(machine::program("ffmpeg")?);
    ffmpeg.args(["-nostdin", "-loglevel", "error", "-i"]).arg(from);
    ffmpeg.args(["-filter:a", "volume=-30dB", "-c:a", "libvorbis", "-metadata", "title=A Whisper"]).arg(to);
    Ok(ffmpeg)
}

#[tokio::test]
async fn a_quiet_song_is_lifted_by_a_gain_node() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium, Need::Ffmpeg);
    let server = Setup::embedded().start().await?;
    let quiet = quiet_music().await?;
    let house = House::set_up(&server, quiet.path()).await?;
    house.operator.set_volume(house.jukebox, 100).await?;
    let player = Browser::player(&house, &server.url()).await?;
    let guest = Phone::enter(&server.url(), &house.room, &player.room_code().await?).await?;
    guest.queue(house.songs().await?[0]).await?;
    player.hear().await?;
    let lifted = |decibels: f64| 10_f64.powf(decibels / 20.0);
    let expected = lifted(MOST_DB);
    player.until("the gain", &format!("return Math.abs(window.jukeline.gain - {expected}) < 0.01")).await?;
    let volumes = "return [...document.querySelectorAll('audio')].filter(a => !a.paused).map(a => a.volume)";
    ensure!(player.eval(volumes).await? == json!([1]), "the element itself is at full volume");

    // At 60 of 100 (its square: 0.36) the same song is lifted by so much less.
    house.operator.set_volume(house.jukebox, 60).await?;
    let expected = lifted(MOST_DB) * 0.36;
    player.until("less gain", &format!("return Math.abs(window.jukeline.gain - {expected}) < 0.01")).await?;
    player.hear().await?;
    Ok(())
}

/// Requests for songs' sounds that this page made since it was loaded.
const FETCHED: &str = "return performance.getEntriesByType('resource').filter(e => e.name.endsWith('/sound')).length";
const KEPT: &str = "caches.open('jukeline-songs').then(c => c.keys()).then(keys => done(keys.length))";

#[tokio::test]
async fn songs_on_the_players_disk_are_not_fetched_again() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let server = Setup::embedded().start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    let player = Browser::player(&house, &server.url()).await?;
    let guest = Phone::enter(&server.url(), &house.room, &player.room_code().await?).await?;
    let songs = house.songs().await?;
    guest.queue(songs[0]).await?;
    guest.queue(songs[1]).await?;
    let before = player.hear().await?;
    eventually("both songs on the disk", Duration::from_secs(20), || async {
        let kept = player.eval_async(KEPT).await?;
        ensure!(kept == json!(2), "{kept} are kept");
        Ok(())
    })
    .await?;
    ensure!(player.eval(FETCHED).await? == json!(2), "each was fetched once");

    player.client().refresh().await?;
    let after = player.hear().await?;
    ensure!(after.play == before.play, "the same song goes on: {after:?} after {before:?}");
    player.wait_for(".screen-next").await?;
    let fetched = player.eval(FETCHED).await?;
    ensure!(fetched == json!(0), "{fetched} were fetched again");
    Ok(())
}

/// The page and the program that the service worker keeps.
const PAGE: &str = "caches.keys().then(names => Promise.all(
        names.filter(name => name !== 'jukeline-songs').map(name => caches.open(name).then(c => c.keys())))
    ).then(kept => done(kept.flat().filter(k => k.url.endsWith('/screen') || k.url.endsWith('.wasm')).length))";

#[tokio::test]
async fn the_players_page_loads_without_a_server_and_goes_on_when_it_is_back() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let mut server = Setup::embedded().start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    let player = Browser::player(&house, &server.url()).await?;
    let guest = Phone::enter(&server.url(), &house.room, &player.room_code().await?).await?;
    guest.queue(house.songs().await?[0]).await?;
    let before = player.hear().await?;
    player.until("the service worker", "return navigator.serviceWorker.controller !== null").await?;
    player.goto(&format!("{}/screen", server.url())).await?;
    player.hear().await?;
    eventually("the page in the cache", Duration::from_secs(20), || async {
        let kept = player.eval_async(PAGE).await?;
        ensure!(kept == json!(2), "{kept} are kept");
        Ok(())
    })
    .await?;

    server.kill9();
    player.client().refresh().await?;
    player.wait_for_text("Looking for the server").await?;
    server.restart().await?;
    let after = player.hear().await?;
    ensure!(after.play == before.play, "the same song goes on: {after:?} after {before:?}");
    ensure!(player.eval(FETCHED).await? == json!(0), "from the disk");
    Ok(())
}
