//! Pages that no other test has a picture of, without a serious barrier for anybody. Every picture that a test keeps is
//! judged so.

use anyhow::Result;
use jukeline_app::api::ScreenRole;
use jukeline_tests::{
    browser::{Browser, Look},
    house::{House, Phone},
    machine::Need,
    music, needs,
    server::{Server, Setup},
};

async fn open() -> Result<(Server, House)> {
    let server =
        Setup::embedded().set(&["guests", "grant"], 20).set(&["floor", "silent_after_seconds"], 8).start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    house.rules(|rules| rules.price = 2).await?;
    Ok((server, house))
}

#[tokio::test]
async fn the_phones_quiet_pages_have_no_barrier() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium, Need::Axe);
    let (server, house) = open().await?;
    let base = server.url();
    let phone = Browser::chromium(&Look::phone()).await?;
    let pages = [
        ("/", "main .row", "venues"),
        ("/r/copper", "main .now", "room-without-player"),
        ("/r/copper/find?q=zzzzzzzz", "main .empty", "find-nothing"),
        ("/played", "main", "played-nothing"),
        ("/wallet", "main .empty", "wallet-nobody"),
        ("/me", "main", "me-nobody"),
        ("/privacy", "main h2", "privacy"),
        ("/signup", "main form", "sign-up"),
        ("/forgot", "main form", "forgot"),
        ("/reset/abc", "main form", "reset"),
        ("/signin", "main form", "sign-in"),
    ];
    for (path, ready, name) in pages {
        phone.goto(&format!("{base}{path}")).await?;
        phone.wait_for(ready).await?;
        phone.keep_picture(&format!("quiet-{name}")).await?;
    }
    phone.sign_in("nobody@bar.example", "not the right one").await?;
    phone.wait_for("[role=alert]").await?;
    phone.keep_picture("quiet-sign-in-error").await?;

    // Somebody who holds credits, and a sheet without a pass.
    let songs = house.songs().await?;
    phone.goto(&format!("{base}/r/{}/song/{}", house.room, songs[0])).await?;
    phone.wait_for("dialog[open] #song-title").await?;
    phone.keep_picture("quiet-sheet-not-here").await
}

#[tokio::test]
async fn pairing_a_touch_and_a_display_have_no_barrier() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium, Need::Axe);
    let (server, house) = open().await?;
    let base = server.url();
    let portrait = Look { size: (1080, 1920), ..Look::desktop() };
    let player = Browser::chromium(&portrait).await?;
    player.goto(&format!("{base}/screen")).await?;
    player.wait_for("#pairing-code").await?;
    player.fill("#pairing-code", "00000000").await?;
    player.click(".pair .btn.main").await?;
    player.wait_for("#pairing-error").await?;
    player.keep_picture("quiet-pairing-refused").await?;
    player.pair_player(&house, &base).await?;
    player.wait_for("button.touch").await?;
    player.keep_picture("quiet-touch-portrait").await?;
    player.click("button.touch").await?;
    player.wait_until_gone("button.touch").await?;

    let display = Browser::chromium(&Look { size: (1920, 1080), ..Look::screen() }).await?;
    let code = house.operator.pairing_code(house.jukebox, ScreenRole::Display).await?.code;
    display.goto(&format!("{base}/screen?pair={code}")).await?;
    display.wait_for(".room-code").await?;
    let guest = Phone::enter(&base, &house.room, &display.room_code().await?).await?;
    guest.queue(house.songs().await?[0]).await?;
    display.wait_for(".screen-now").await?;
    display.keep_picture("quiet-display").await?;
    player.client().close_window().await?;
    display.wait_for(".ask.away").await?;
    display.keep_picture("quiet-display-without-player").await
}
