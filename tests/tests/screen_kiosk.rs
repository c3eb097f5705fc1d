//! The screen as a kiosk: all of a monitor, and the ways to leave it.

use std::time::Duration;

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use jukeline_tests::{
    browser::{Desk, Monitors, Secrets},
    eventually,
    house::House,
    machine::Need,
    music, needs,
    server::{Server, Setup},
    wait::always,
};

/// A server with a house, whose screen isn't paired.
async fn server() -> Result<Server> {
    let server = Setup::embedded().start().await?;
    House::set_up(&server, &music::folder()?).await?;
    Ok(server)
}

#[tokio::test]
async fn a_kiosk_fills_its_only_monitor_and_is_left_by_escape() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let server = server().await?;
    let desk = Desk::begin(Secrets::None).await?;
    let arguments = ["--role", "screen", "--server", &server.url(), "--kiosk", "--kiosk-code", "4821"];
    let app = desk.open(&arguments).await?;
    app.wait_for("#pairing-code").await?;
    app.until("all of the monitor", "return innerWidth === 1280 && innerHeight === 1024").await?;
    app.keep_picture("shell-kiosk").await?;
    app.key(Key::Escape).await?;
    app.until("a window like any other", "return window.innerHeight < 1024").await?;
    ensure!(app.eval("return document.querySelector('#leave-kiosk')").await?.is_null(), "no code on the only monitor");
    app.close().await
}

#[tokio::test]
async fn a_kiosk_fills_the_second_monitor_and_is_left_with_the_staffs_code() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::TwoMonitors);
    let server = server().await?;
    let desk = Desk::with(Secrets::None, Monitors::Two).await?;
    let arguments = ["--role", "screen", "--server", &server.url(), "--kiosk", "--kiosk-code", "4821"];
    let app = desk.open(&arguments).await?;
    app.wait_for("#pairing-code").await?;
    let second = "return innerWidth === 1920 && innerHeight === 1080 && screenX === 1280";
    app.until("all of the second monitor", second).await?;
    // Which waits until the page is drawn.
    app.keep_picture("shell-kiosk-second").await?;
    desk.keep_picture("shell-kiosk-second-monitor")?;
    desk.press("alt+F4").await?;
    always("the kiosk stays", Duration::from_secs(2), || async { Ok(app.eval(second).await? == true) }).await?;
    app.key(Key::Escape).await?;
    app.fill("#leave-kiosk input", "1111").await?;
    app.keep_picture("shell-kiosk-code").await?;
    app.press("Leave").await?;
    app.wait_for_text("That is not the code.").await?;
    app.key(Key::Escape).await?;
    app.until("the kiosk as before", second).await?;
    // The next code is looked at a moment after a wrong one, and asked for again until then.
    eventually("a window like any other", Duration::from_secs(30), || async {
        if app.eval("return document.querySelector('#leave-kiosk')").await?.is_null() {
            app.key(Key::Escape).await?;
        }
        app.fill("#leave-kiosk input", "4821").await?;
        app.press("Leave").await?;
        let is_left = "setTimeout(() => done(innerHeight < 1080), 500)";
        ensure!(app.eval_async(is_left).await? == true, "still a kiosk");
        Ok(())
    })
    .await?;
    // Who left it may close the window, too.
    desk.close_windows("Jukeline").await
}
