//! The apps' windows: signing in once, a system without a keyring, and a screen that nobody minds.

use std::time::Duration;

use anyhow::{Result, ensure};
use jukeline_app::api::ScreenRole;
use jukeline_tests::{
    browser::{Browser, Desk, Secrets},
    eventually,
    house::{EMAIL, House, PASSWORD, Phone},
    machine::Need,
    music, needs,
    server::{Server, Setup},
};

/// A page that froze is there again by then.
const WATCHDOG: Duration = Duration::from_secs(10);

async fn house() -> Result<(Server, House)> {
    let server = Setup::embedded().start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    Ok((server, house))
}

async fn patron(desk: &Desk, server: &Server) -> Result<Browser> {
    let app = desk.open(&["--role", "patron", "--server", &server.url()]).await?;
    app.until("the app's page", "return document.querySelector('#main h1') !== null").await?;
    Ok(app)
}

async fn sign_in(app: &Browser) -> Result<()> {
    app.eval("location.href = '/signin'").await?;
    app.fill("input[type=email]", EMAIL).await?;
    app.fill("input[type=password]", PASSWORD).await?;
    app.click("form .btn.main").await?;
    app.until("the page after signing in", "return location.pathname !== '/signin'").await.map(drop)
}

/// Whom the app's server takes the app for: the address of who is signed in, or nothing.
async fn who(app: &Browser) -> Result<Option<String>> {
    let me = "jukelineShell.fetch('/api/me', {}).then(answer => answer.json()).then(me => done(me.email ?? null));";
    Ok(app.eval_async(me).await?.as_str().map(str::to_owned))
}

#[tokio::test]
async fn who_signed_in_once_is_signed_in_after_a_restart_and_the_page_keeps_nothing() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let (server, _house) = house().await?;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let app = patron(&desk, &server).await?;
    app.keep_picture("shell-patron").await?;
    sign_in(&app).await?;
    ensure!(who(&app).await?.as_deref() == Some(EMAIL), "signed in");
    let kept = app.eval("return JSON.stringify({...localStorage, ...sessionStorage}) + document.cookie").await?;
    let token = "__TAURI_INTERNALS__.invoke('session').then(held => done(held.token));";
    let token = app.eval_async(token).await?;
    ensure!(token.as_str().is_some_and(|token| token.len() >= 32 && !kept.to_string().contains(token)), "{kept}");
    app.close().await?;

    let app = patron(&desk, &server).await?;
    ensure!(who(&app).await?.as_deref() == Some(EMAIL), "signed in still");
    let out = "jukelineShell.fetch('/api/sessions/current', { method: 'DELETE' }).then(answer => done(answer.status));";
    ensure!(app.eval_async(out).await? == 204, "signed out");
    app.close().await?;
    let app = patron(&desk, &server).await?;
    ensure!(who(&app).await?.is_none(), "signed out for good");
    app.close().await
}

#[tokio::test]
async fn without_a_keyring_one_is_signed_in_for_this_run_and_told_so() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let (server, _house) = house().await?;
    let desk = Desk::begin(Secrets::None).await?;
    let app = patron(&desk, &server).await?;
    sign_in(&app).await?;
    ensure!(who(&app).await?.as_deref() == Some(EMAIL), "signed in");
    app.wait_for_text("You stay signed in until you close the app.").await?;
    app.keep_picture("shell-no-keyring").await?;
    app.press("Got it").await?;
    app.close().await?;
    let app = patron(&desk, &server).await?;
    ensure!(who(&app).await?.is_none(), "signed in without a keyring");
    app.close().await
}

/// A screen's app that is paired as the house's player.
async fn player(desk: &Desk, server: &Server, house: &House) -> Result<Browser> {
    let app = desk.open(&["--role", "screen", "--server", &server.url()]).await?;
    app.wait_for("#pairing-code").await?;
    app.keep_picture("shell-screen-pairing").await?;
    let code = house.operator.pairing_code(house.jukebox, ScreenRole::Player).await?.code;
    app.fill("#pairing-code", &code).await?;
    app.press("Pair this screen").await?;
    app.until("the claim", "return window.jukeline && window.jukeline.epoch !== null").await?;
    Ok(app)
}

#[tokio::test]
async fn the_screen_plays_on_without_its_server_and_after_a_frozen_page() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let (server, house) = house().await?;
    let desk = Desk::begin(Secrets::None).await?;
    let app = player(&desk, &server, &house).await?;
    let guest = Phone::enter(&server.url(), &house.room, &app.room_code().await?).await?;
    for song in house.songs().await?.into_iter().take(2) {
        guest.queue(song).await?;
    }
    let before = app.hear().await?;
    app.keep_picture("shell-screen-playing").await?;

    app.eval("window.before = true; setTimeout(() => { for (;;); }, 0)").await?;
    eventually("the page after it froze", WATCHDOG * 3, || async {
        ensure!(app.eval("return window.before ?? null").await?.is_null(), "the old page");
        Ok(())
    })
    .await?;
    let after = app.hear().await?;
    ensure!(after.play == before.play, "the same play goes on: {before:?} {after:?}");
    app.close().await
}
