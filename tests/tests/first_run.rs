//! The first run in the browser alone: an empty server becomes a jukebox that a phone plays.

use std::net::IpAddr;

use anyhow::{Context, Result, ensure};
use jukeline_tests::{
    browser::{Browser, Look},
    house::{EMAIL, PASSWORD, setup_token},
    machine::Need,
    music, needs,
    server::{Server, Setup},
};

/// The operator, the venue and its jukebox.
async fn make_the_venue(page: &Browser) -> Result<()> {
    page.wait_for_text("First, you").await?;
    page.keep_picture("setup-1-you").await?;
    page.fill("#name", "Dana").await?;
    page.fill("#email", EMAIL).await?;
    page.fill("#password", PASSWORD).await?;
    page.press("Go on to your venue").await?;

    page.wait_for("#latitude").await?;
    ensure!(page.eval("return location.pathname").await? == "/setup", "the spent link leaves the address");
    page.fill("#name", "The Copper Still").await?;
    page.keep_picture("setup-2-venue").await?;
    page.press("Go on to the jukebox").await?;

    page.wait_for("#room").await?;
    page.fill("#room", "copper").await?;
    page.wait_for_text("/r/copper").await?;
    page.keep_picture("setup-3-jukebox").await?;
    page.press("Go on to your music").await
}

async fn import_the_music(page: &Browser) -> Result<()> {
    page.fill("#folder", "/there/is/no/such/folder").await?;
    page.press("Read this folder").await?;
    page.wait_for_text("There is no such folder on the server.").await?;
    page.keep_picture("setup-4-no-folder").await?;
    page.fill("#folder", &music::folder()?.display().to_string()).await?;
    page.press("Read this folder").await?;
    page.wait_for_text("Go on to the screen").await?;
    page.keep_picture("setup-4-music").await?;
    page.press("Go on to the screen").await
}

/// Opens the player in a second window, as the page offers.
async fn pair_the_player(page: &Browser) -> Result<()> {
    page.wait_for(".big-code").await?;
    page.keep_picture("setup-5-screen").await?;
    page.press("Open it here").await?;
    page.turn_to_window(1).await?;
    page.wait_for_text("Scan, tap, hear.").await?;
    page.turn_to_window(0).await?;
    page.wait_for_text("The screen is here.").await?;
    page.keep_picture("setup-5-screen-is-here").await?;
    page.press("I hear it. Go on to a phone").await
}

/// A phone shows that it is in the room by the code, and asks for the first song it finds.
async fn ask_for_a_song(phone: &Browser, code: &str) -> Result<String> {
    phone.wait_for_text("The jukebox is quiet").await?;
    phone.press("Find").await?;
    phone.click("main .shelf a[href*='/song/']").await?;
    phone.press("I’m here: enter the code").await?;
    phone.fill("dialog #code", code).await?;
    phone.keep_picture("first-run-phone-code").await?;
    phone.press("I’m here").await?;
    phone.wait_for_text("free, 3 of 3 left").await?;
    phone.click("dialog[open] .sheet-foot .btn.main.priced").await?;
    phone.wait_for("dialog[open] .accepted").await?;
    phone.keep_picture("first-run-phone-accepted").await?;
    phone.text("dialog #song-title").await
}

/// Both browsers of this test have the machine's own address; what counts as a phone comes from another one.
async fn open_from_another_address(room: &str) -> Result<()> {
    let phone = reqwest::Client::builder().local_address(IpAddr::from([127, 0, 0, 2])).build()?;
    phone.get(room).send().await?.error_for_status()?;
    Ok(())
}

async fn open_setup(server: &Server) -> Result<Browser> {
    let page = Browser::chromium(&Look::screen()).await?;
    page.goto(&format!("{}/setup/{}", server.url(), setup_token(server).await?)).await?;
    Ok(page)
}

#[tokio::test]
async fn an_empty_server_becomes_a_jukebox_by_its_setup_page() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let server = Setup::embedded().start().await?;
    let page = open_setup(&server).await?;
    make_the_venue(&page).await?;
    import_the_music(&page).await?;
    pair_the_player(&page).await?;

    page.wait_for_text("Connect a phone").await?;
    page.wait_for_text("Waiting for a phone").await?;
    page.keep_picture("setup-6-phone").await?;
    let address = page.text(".connect .address-live strong").await?;
    let (_, room) = address.split_once('/').context("no path in the address")?;
    page.turn_to_window(1).await?;
    let code = page.room_code().await?;
    let phone = Browser::chromium(&Look::phone()).await?;
    phone.goto(&format!("{}/{room}", server.url())).await?;
    let title = ask_for_a_song(&phone, &code).await?;
    page.hear().await?;
    page.wait_for_text(&title).await?;
    page.keep_picture("first-run-screen-plays").await?;

    page.turn_to_window(0).await?;
    open_from_another_address(&format!("{}/{room}", server.url())).await?;
    page.wait_for_text("I see your phone.").await?;
    page.keep_picture("setup-6-phone-seen").await?;
    page.press("Finish").await?;
    page.wait_for_text("Everything is in place.").await?;
    page.keep_picture("setup-overview").await
}
