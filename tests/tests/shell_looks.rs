//! How the apps' windows look in WebKit: in German, and in letters twice as large.

use anyhow::{Result, ensure};
use jukeline_tests::{
    browser::{Browser, Desk, Secrets},
    house::{EMAIL, Evening, PASSWORD},
    machine::Need,
    needs,
};

/// A desk whose owner speaks German, and an evening with a queue.
async fn german() -> Result<(Desk, Evening)> {
    let mut evening = Evening::begin().await?;
    evening.with_songs(4).await?;
    let mut desk = Desk::begin(Secrets::Unlocked).await?;
    desk.speak_german().await?;
    Ok((desk, evening))
}

/// A window whose page is German.
async fn open(desk: &Desk, arguments: &[&str]) -> Result<Browser> {
    let app = desk.open(arguments).await?;
    let language = app.eval("return navigator.language").await?;
    ensure!(language == "de-DE", "WebKit speaks {language}");
    Ok(app)
}

/// As it is, and with twice the text.
async fn look(app: &Browser, name: &str) -> Result<()> {
    app.fits(&format!("shell-{name}-german")).await?;
    app.double_the_text().await?;
    app.fits(&format!("shell-{name}-large")).await?;
    app.text_as_usual().await
}

#[tokio::test]
async fn the_patrons_window() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Locales);
    let (desk, evening) = german().await?;
    let room = &evening.house.room;
    let scanned = format!("{}/r/{room}?c={}", evening.server.url(), evening.screen.code()?);
    let app = open(&desk, &["--role", "patron", &scanned]).await?;
    // The page goes in by the code, and begins anew.
    app.until("the way in", "return location.search === ''").await?;
    app.wait_for_text("Läuft gerade").await?;
    look(&app, "patron-room").await?;
    for (path, ready, name) in [
        (format!("/r/{room}/find?list=newest"), "main a.row[href*='/song/']", "patron-find"),
        ("/wallet".into(), "main .banner", "patron-wallet"),
        ("/signin".into(), "main form", "patron-sign-in"),
        ("/r/elsewhere".into(), "main .btn", "patron-no-room"),
    ] {
        app.leave_for(&path).await?;
        app.wait_for(ready).await?;
        look(&app, name).await?;
    }
    app.close().await
}

#[tokio::test]
async fn the_staffs_window() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Locales);
    let (desk, evening) = german().await?;
    let app = open(&desk, &["--role", "staff", "--server", &evening.server.url()]).await?;
    app.wait_for("input[type=password]").await?;
    look(&app, "staff-sign-in").await?;
    app.sign_in(EMAIL, PASSWORD).await?;
    app.wait_for("tbody tr:nth-child(2)").await?;
    look(&app, "staff").await?;
    app.close().await
}

#[tokio::test]
async fn the_screens_window() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Locales);
    let (desk, evening) = german().await?;
    let app = open(&desk, &["--role", "screen", "--server", &evening.server.url()]).await?;
    app.wait_for("#pairing-code").await?;
    look(&app, "screen-pairing").await?;
    app.close().await
}

#[tokio::test]
async fn the_page_that_asks_for_the_server() -> Result<()> {
    needs!(Need::Shell, Need::Locales);
    let mut desk = Desk::begin(Secrets::None).await?;
    desk.speak_german().await?;
    let app = open(&desk, &["--role", "patron"]).await?;
    app.wait_for("#address").await?;
    look(&app, "connect").await?;
    app.fill("#address", "the bar around the corner").await?;
    app.click("button").await?;
    app.wait_for("#error:not([hidden])").await?;
    look(&app, "connect-refused").await?;
    app.close().await
}
