//! Pages of before at today's server: what is open on phones and screens while a server is updated goes on.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jukeline_app::api::SongQuery;
use jukeline_tests::{
    browser::{Browser, Look},
    builds::PagesFolder,
    eventually,
    house::{EMAIL, House, PASSWORD, Phone},
    machine::{self, Need},
    music, needs,
    server::{Server, Setup},
};
use serde_json::json;

/// A row of the catalogue that leads to a song's sheet.
const SONG: &str = "main a.row[href*='/song/']";
/// The sheet's one main button.
const PLAY: &str = "dialog[open] .sheet-foot .btn.main.priced";

/// A venue in free play, on a server whose pages are in this folder.
async fn open(folder: &PagesFolder) -> Result<(Server, House)> {
    let server = Setup::embedded().set(&["http", "ui"], folder.path()).start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    house.rules(|rules| rules.price = 0).await?;
    Ok((server, house))
}

/// Finds the newest song on the phone, from the room's page on, and asks for it.
async fn ask(phone: &Browser, house: &House) -> Result<()> {
    let newest = SongQuery { list: Some("newest".into()), ..SongQuery::default() };
    let songs = house.operator.songs(&house.room, &newest).await?.songs;
    phone.fill("#q", &songs.first().context("no songs")?.song.title).await?;
    phone.until("the search", "return location.pathname.endsWith('/find') && location.search !== ''").await?;
    phone.click(SONG).await?;
    phone.wait_for(PLAY).await?;
    phone.click(PLAY).await?;
    phone.wait_for("dialog[open] .accepted").await
}

#[tokio::test]
async fn the_pages_of_before_play_a_song_at_todays_server() -> Result<()> {
    needs!(Need::Server, Need::PreviousPages, Need::Chromium);
    let folder = PagesFolder::of(&machine::previous_pages()?)?;
    let (server, house) = open(&folder).await?;
    let player = Browser::player(&house, &server.url()).await?;
    let phone = Browser::chromium(&Look::phone()).await?;
    phone.goto(&format!("{}/r/{}?c={}", server.url(), house.room, player.room_code().await?)).await?;
    phone.wait_for("main .now").await?;
    ask(&phone, &house).await?;
    player.hear().await?;
    phone.press("Back to the room").await?;
    phone.wait_for_text("Yours.").await?;
    player.keep_picture("previous-screen").await?;
    phone.keep_picture("previous-room").await?;
    let staff = Browser::chromium(&Look::desktop()).await?;
    staff.goto(&format!("{}/staff", server.url())).await?;
    staff.sign_in(EMAIL, PASSWORD).await?;
    staff.click(".skip").await?;
    staff.press("Too loud").await?;
    eventually("the skip", Duration::from_secs(30), || async {
        let room = house.operator.room(&house.room).await?;
        ensure!(room.playing.is_none(), "{room:?}");
        Ok(())
    })
    .await?;
    staff.keep_picture("previous-staff").await
}

#[tokio::test]
async fn pages_of_before_that_are_open_go_on_when_the_server_is_updated() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::PreviousPages, Need::Chromium);
    let folder = PagesFolder::of(&machine::previous_pages()?)?;
    let (mut server, house) = open(&folder).await?;
    let base = server.url();
    let player = Browser::player(&house, &base).await?;
    let phone = Browser::chromium(&Look::phone()).await?;
    phone.goto(&format!("{base}/r/{}?c={}", house.room, player.room_code().await?)).await?;
    phone.wait_for("main .now").await?;
    phone.eval("window.stillTheSame = true").await?;
    let guest = Phone::enter(&base, &house.room, &player.room_code().await?).await?;
    let songs = house.songs().await?;
    guest.queue(songs[3]).await?;
    let before = player.hear().await?;

    folder.becomes(&machine::pages()?)?;
    server.restart().await?;
    phone.until("the connection", "return !document.body.innerText.includes('No connection.')").await?;
    ask(&phone, &house).await?;
    ensure!(phone.eval("return window.stillTheSame").await? == json!(true), "the phone was loaded again");
    let after = player.hear().await?;
    ensure!(after.play == before.play, "the song goes on: {after:?}");
    phone.goto(&format!("{base}/r/{}", house.room)).await?;
    phone.wait_for_text("Yours").await?;
    Ok(())
}
