//! The pages in a real browser: a phone of 390 × 844 and a player's window, from the QR's address to the sound.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::{Locator, key::Key};
use jukeline_tests::{
    browser::{Browser, Look},
    eventually,
    house::{House, Phone},
    machine::Need,
    music, needs,
    server::{Server, Setup},
};
use serde_json::json;

/// A row of the catalogue that leads to a song's sheet.
const SONG: &str = "main a.row[href*='/song/']";
/// The sheet's one main button.
const PLAY: &str = "dialog[open] .sheet-foot .btn.main.priced";

/// A venue in free play or at a price, with a server of its own.
async fn open(price: u32) -> Result<(Server, House)> {
    let server = Setup::embedded().set(&["guests", "grant"], 20).start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    house.rules(|rules| rules.price = price).await?;
    Ok((server, house))
}

/// A phone that opens what the QR code holds.
async fn scan(server: &Server, house: &House, player: &Browser) -> Result<Browser> {
    let phone = Browser::chromium(&Look::phone()).await?;
    let code = player.room_code().await?;
    phone.goto(&format!("{}/r/{}?c={code}", server.url(), house.room)).await?;
    phone.until("the room", "return location.pathname + location.search === '/r/copper'").await?;
    phone.wait_for("main .now").await?;
    Ok(phone)
}

/// Opens the sheet of the `nth` newest song; returns its title.
async fn open_sheet(phone: &Browser, base: &str, room: &str, nth: usize) -> Result<String> {
    phone.goto(&format!("{base}/r/{room}/find?list=newest")).await?;
    phone.wait_for(SONG).await?;
    let rows = phone.client().find_all(Locator::Css(SONG)).await?;
    let row = rows.get(nth).context("too few songs")?;
    let title = row.find(Locator::Css(".row-title")).await?.text().await?;
    row.click().await?;
    phone.wait_for("dialog[open] #song-title").await?;
    Ok(title)
}

async fn ask(phone: &Browser, base: &str, room: &str, nth: usize) -> Result<String> {
    let title = open_sheet(phone, base, room, nth).await?;
    phone.click(PLAY).await?;
    phone.wait_for("dialog[open] .accepted").await?;
    Ok(title)
}

#[tokio::test]
async fn from_the_code_on_the_screen_to_the_sound() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (server, house) = open(0).await?;
    let base = server.url();
    let player = Browser::player(&house, &base).await?;
    player.wait_for_text("Scan, tap, hear.").await?;
    player.keep_picture("screen-attract").await?;
    let watcher = Browser::chromium(&Look::phone()).await?;
    watcher.goto(&format!("{base}/r/{}", house.room)).await?;
    watcher.wait_for_text("The jukebox is quiet").await?;
    watcher.keep_picture("room-quiet").await?;

    let phone = scan(&server, &house, &player).await?;
    phone.keep_picture("room-scanned").await?;
    phone.press("Find").await?;
    phone.wait_for_text("New here").await?;
    phone.keep_picture("find").await?;
    let title = open_sheet(&phone, &base, &house.room, 0).await?;
    phone.wait_for(PLAY).await?;
    phone.keep_picture("sheet-free").await?;
    phone.click(PLAY).await?;
    phone.wait_for("dialog[open] .accepted").await?;
    phone.keep_picture("sheet-accepted").await?;

    player.hear().await?;
    player.wait_for_text(&title).await?;
    player.keep_picture("screen-playing").await?;
    // The watcher has loaded nothing since: this came over its websocket.
    watcher.wait_for_text("Playing now").await?;
    watcher.wait_for_text(&title).await?;
    let loads = watcher.eval("return performance.getEntriesByType('navigation').length").await?;
    ensure!(loads == json!(1), "the page was loaded again: {loads}");
    watcher.keep_picture("room-playing").await?;
    phone.press("Back to the room").await?;
    phone.wait_for_text("Yours.").await?;
    phone.wait_for_text("You’re in the room").await?;
    phone.keep_picture("room-mine-plays").await?;
    for browser in [&player, &phone, &watcher] {
        // Who isn't paired or nobody yet is told so with 401, which browsers log.
        let unexpected = |line: &String| line.starts_with("SEVERE") && !line.contains("401 (Unauthorized)");
        let lines = browser.console().await?;
        ensure!(!lines.iter().any(unexpected), "{lines:#?}");
    }
    Ok(())
}

#[tokio::test]
async fn here_by_position_or_by_the_typed_code() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (server, house) = open(0).await?;
    let base = server.url();
    let player = Browser::player(&house, &base).await?;
    let phone = Browser::chromium(&Look::phone()).await?;
    let code_page = format!("{base}/r/{}/code", house.room);
    phone.goto(&code_page).await?;

    phone.refuse_position(&base).await?;
    phone.press("Use my position").await?;
    phone.wait_for_text("The browser gave no position. The code works as well.").await?;
    phone.keep_picture("code-position-refused").await?;

    phone.set_position(&base, 52.5200, 13.4050, 15.0).await?;
    phone.press("Use my position").await?;
    phone.wait_for_text("You seem to be somewhere else.").await?;
    phone.keep_picture("code-too-far").await?;

    phone.set_position(&base, 52.5004, 13.4239, 15.0).await?;
    phone.press("Use my position").await?;
    phone.wait_for_text("You’re in the room").await?;
    phone.until("the room", "return location.pathname === '/r/copper'").await?;

    // The same phone as another person's: nobody is in the room any more.
    phone.client().delete_all_cookies().await?;
    phone.eval("localStorage.clear()").await?;
    phone.goto(&code_page).await?;
    phone.wait_for("#code").await?;
    ensure!(!phone.visible_text().await?.contains("You’re in the room"), "nobody is somewhere");
    let code = player.room_code().await?;
    let wrong = if code.starts_with('0') { "999999" } else { "000000" };
    phone.fill("#code", wrong).await?;
    phone.press("I’m here").await?;
    phone.wait_for_text("Nothing was taken.").await?;
    phone.keep_picture("code-wrong").await?;
    phone.fill("#code", &format!("{} {}", &code[..3], &code[3..])).await?;
    phone.press("I’m here").await?;
    phone.wait_for_text("You’re in the room").await
}

#[tokio::test]
async fn a_song_taken_back_from_the_phone_returns_its_credits() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (server, house) = open(2).await?;
    let base = server.url();
    let player = Browser::player(&house, &base).await?;
    let phone = scan(&server, &house, &player).await?;
    ask(&phone, &base, &house.room, 0).await?;
    let first = player.hear().await?;
    let title = ask(&phone, &base, &house.room, 1).await?;
    phone.keep_picture("sheet-accepted-paid").await?;
    phone.press("Back to the room").await?;
    phone.wait_for_text("16 credits").await?;
    phone.wait_for_text("Yours. 2 credits if it plays").await?;
    phone.keep_picture("room-mine-waits").await?;
    player.wait_for_text(&title).await?;
    player.keep_picture("screen-next").await?;

    phone.press("Played").await?;
    phone.wait_for_text(&title).await?;
    phone.keep_picture("played").await?;
    phone.press("Take it back, refund 2").await?;
    phone.wait_for_text("You took it back").await?;
    phone.wait_for_text("Your 2 credits are back.").await?;
    phone.wait_for_text("18 credits").await?;
    phone.keep_picture("played-taken-back").await?;
    phone.press("Wallet").await?;
    phone.wait_for("main h1, header h1").await?;
    phone.keep_picture("wallet").await?;
    let now = player.hear().await?;
    ensure!(now.play == first.play, "the song that sounds goes on");
    player.wait_until_gone(".screen-next").await
}

#[tokio::test]
async fn of_two_player_windows_only_the_newer_sounds() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (server, house) = open(0).await?;
    let base = server.url();
    let player = Browser::player(&house, &base).await?;
    let guest = Phone::enter(&base, &house.room, &player.room_code().await?).await?;
    let songs = house.songs().await?;
    guest.queue(songs[0]).await?;
    guest.queue(songs[1]).await?;
    let before = player.hear().await?;

    player.open_window().await?;
    player.goto(&format!("{base}/screen")).await?;
    let after = player.hear().await?;
    player.keep_picture("screen-second-window").await?;
    player.turn_to_window(0).await?;
    player.hear_nothing().await?;
    player.wait_for_text("Another screen plays the sound now").await?;
    player.keep_picture("screen-superseded").await?;
    player.turn_to_window(1).await?;
    let later = player.hear().await?;
    ensure!(later.play == after.play, "{later:?} after {after:?}");
    ensure!(after.play == before.play, "the same song goes on in the new window: {after:?} after {before:?}");
    Ok(())
}

#[tokio::test]
async fn a_restart_of_the_server_is_told_and_survived() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (mut server, house) = open(0).await?;
    let base = server.url();
    let player = Browser::player(&house, &base).await?;
    let phone = scan(&server, &house, &player).await?;
    let title = ask(&phone, &base, &house.room, 0).await?;
    let before = player.hear().await?;
    phone.press("Back to the room").await?;
    phone.wait_for_text("Playing now").await?;

    server.kill9();
    phone.wait_for_text("No connection.").await?;
    phone.keep_picture("room-no-connection").await?;
    phone.wait_for_text(&title).await?;
    player.wait_for_text("Playing on from memory").await?;
    player.keep_picture("screen-offline").await?;
    let alone = player.hear().await?;
    ensure!(alone.play == before.play, "it plays on without the server");
    server.restart().await?;
    phone.until("the connection", "return !document.body.innerText.includes('No connection.')").await?;
    player.wait_for(".room-code").await?;
    let back = player.hear().await?;
    ensure!(back.play == before.play, "and with it again: {back:?}");

    // Live again: another guest's song appears without a touch.
    let guest = Phone::enter(&base, &house.room, &player.room_code().await?).await?;
    let songs = house.songs().await?;
    let other = guest.queue(songs[3]).await?;
    phone.wait_for_text(&other.song.song.title).await?;
    phone.keep_picture("room-back").await
}

#[tokio::test]
async fn sound_that_is_refused_asks_for_one_touch() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (server, house) = open(0).await?;
    let base = server.url();
    let player = Browser::chromium(&Look::desktop()).await?;
    player.pair_player(&house, &base).await?;
    player.wait_for("button.touch").await?;
    player.wait_for_text("Touch to turn the sound on").await?;
    player.keep_picture("screen-needs-touch").await?;
    player.hear_nothing().await?;
    player.click("button.touch").await?;
    player.wait_until_gone("button.touch").await?;
    let guest = Phone::enter(&base, &house.room, &player.room_code().await?).await?;
    let song = house.songs().await?[0];
    eventually("a player", Duration::from_secs(10), || async { guest.queue(song).await }).await?;
    player.hear().await?;
    Ok(())
}

#[tokio::test]
async fn twice_the_text_fits_and_keeps_the_main_button_in_view() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (server, house) = open(2).await?;
    let base = server.url();
    let player = Browser::player(&house, &base).await?;
    let phone = scan(&server, &house, &player).await?;
    phone.double_the_text().await?;
    phone.fits("large-room").await?;
    for (path, ready) in [("find", ".browse"), ("find?list=newest", SONG), ("code", "#code")] {
        phone.goto(&format!("{base}/r/{}/{path}", house.room)).await?;
        phone.wait_for(ready).await?;
        phone.double_the_text().await?;
        phone.fits(&format!("large-{}", path.replace("?list=", "-"))).await?;
    }
    open_sheet(&phone, &base, &house.room, 0).await?;
    phone.wait_for(PLAY).await?;
    phone.double_the_text().await?;
    phone.fits("large-sheet").await?;
    let in_view = format!(
        "const box = document.querySelector('{PLAY}').getBoundingClientRect();
         return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth"
    );
    phone.until("the main button in view", &in_view).await?;
    phone.click(PLAY).await?;
    phone.wait_for("dialog[open] .accepted").await?;
    phone.fits("large-accepted").await
}

/// Tabs until the focus is on a song; returns its address.
async fn tab_to_a_song(phone: &Browser) -> Result<String> {
    let focused = "return document.activeElement.getAttribute('href') || ''";
    for _ in 0..40 {
        phone.key(Key::Tab).await?;
        let href = phone.eval(focused).await?;
        if let Some(href) = href.as_str().filter(|href| href.contains("/song/")) {
            return Ok(href.to_owned());
        }
    }
    anyhow::bail!("no song within 40 tabs")
}

#[tokio::test]
async fn a_sheet_opens_and_closes_by_keyboard_and_gives_the_focus_back() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (server, house) = open(0).await?;
    let base = server.url();
    let phone = Browser::chromium(&Look::phone()).await?;
    phone.goto(&format!("{base}/r/{}/find?list=newest", house.room)).await?;
    phone.wait_for(SONG).await?;
    let song = tab_to_a_song(&phone).await?;
    phone.keep_picture("focus-on-a-row").await?;
    let back = format!("return document.activeElement.getAttribute('href') === '{song}'");
    for way in ["escape", "back"] {
        phone.key(Key::Enter).await?;
        phone.wait_for("dialog[open] #song-title").await?;
        phone
            .until("the focus in the sheet", "return document.querySelector('dialog').contains(document.activeElement)")
            .await?;
        phone.until("the sheet's own address", &format!("return location.pathname === '{song}'")).await?;
        match way {
            "escape" => phone.key(Key::Escape).await?,
            _ => phone.client().back().await?,
        }
        phone.wait_until_gone("dialog").await?;
        phone.until(&format!("the focus on the song after {way}"), &back).await?;
    }
    phone.keep_picture("focus-back").await
}
