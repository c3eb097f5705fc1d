//! The windows of patrons and staff: signing in once, a system without a keyring, a purchase, a skip.

use std::time::Duration;

use anyhow::{Result, ensure};
use jukeline_tests::{
    browser::{Browser, Desk, Look, Secrets},
    eventually,
    house::{EMAIL, House, PASSWORD},
    machine::Need,
    music, needs,
    sandbox::GOOD,
    server::{Server, Setup},
    shop::Shop,
    tones::Tones,
};

async fn house() -> Result<(Server, House)> {
    let server = Setup::embedded().start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    Ok((server, house))
}

async fn sign_in(app: &Browser) -> Result<()> {
    app.leave_for("/signin").await?;
    app.sign_in(EMAIL, PASSWORD).await?;
    app.until("the page after signing in", "return location.pathname !== '/signin'").await.map(drop)
}

#[tokio::test]
async fn who_signed_in_once_is_signed_in_after_a_restart_and_the_page_keeps_nothing() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let (server, _house) = house().await?;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let app = desk.patron(&server).await?;
    app.keep_picture("shell-patron").await?;
    sign_in(&app).await?;
    ensure!(app.who().await?.as_deref() == Some(EMAIL), "signed in");
    let kept = app.eval("return JSON.stringify({...localStorage, ...sessionStorage}) + document.cookie").await?;
    let token = "__TAURI_INTERNALS__.invoke('session').then(held => done(held.token));";
    let token = app.eval_async(token).await?;
    ensure!(token.as_str().is_some_and(|token| token.len() >= 32 && !kept.to_string().contains(token)), "{kept}");
    app.close().await?;

    let app = desk.patron(&server).await?;
    ensure!(app.who().await?.as_deref() == Some(EMAIL), "signed in still");
    let out = "jukelineShell.fetch('/api/sessions/current', { method: 'DELETE' }).then(answer => done(answer.status));";
    ensure!(app.eval_async(out).await? == 204, "signed out");
    app.close().await?;
    let app = desk.patron(&server).await?;
    ensure!(app.who().await?.is_none(), "signed out for good");
    app.close().await
}

/// Signs in, is told why it is for this run, and is somebody again after a restart only if they sign in again.
async fn is_for_this_run(secrets: Secrets, words: &str, picture: &str) -> Result<()> {
    let (server, _house) = house().await?;
    let desk = Desk::begin(secrets).await?;
    let app = desk.patron(&server).await?;
    sign_in(&app).await?;
    ensure!(app.who().await?.as_deref() == Some(EMAIL), "signed in");
    app.wait_for_text(words).await?;
    app.keep_picture(picture).await?;
    app.press("Got it").await?;
    app.close().await?;
    let app = desk.patron(&server).await?;
    ensure!(app.who().await?.is_none(), "signed in without a keyring");
    app.close().await
}

#[tokio::test]
async fn without_a_keyring_one_is_signed_in_for_this_run_and_told_so() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let words = "This computer has no keyring. You stay signed in until you close the app.";
    is_for_this_run(Secrets::None, words, "shell-no-keyring").await
}

#[tokio::test]
async fn a_locked_keyring_holds_nobody_up() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let words = "The keyring is locked. You stay signed in until you close the app.";
    is_for_this_run(Secrets::Locked, words, "shell-locked-keyring").await
}

#[tokio::test]
async fn a_patron_scans_signs_in_buys_in_their_own_browser_and_plays() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Chromium);
    let mut shop = Shop::open().await?;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let scanned = format!("{}/r/{}?c={}", shop.server.url(), shop.house.room, shop.screen.code()?);
    let app = desk.open(&["--role", "patron", &scanned]).await?;
    app.wait_for_text("The Copper Still").await?;
    app.until("the way in", "return location.search === ''").await?;
    sign_in(&app).await?;
    ensure!(app.who().await?.as_deref() == Some(EMAIL), "signed in");
    app.leave_for("/wallet").await?;
    app.click(".packs .btn.main.priced").await?;
    let card_page = desk.opened_outside().await?;
    let outside = Browser::chromium(&Look::phone()).await?;
    outside.goto(&card_page).await?;
    for (field, text) in [("#number", GOOD), ("#expiry", "12 / 34"), ("#cvc", "123")] {
        outside.fill(field, text).await?;
    }
    outside.click("form button").await?;
    outside.wait_for_text("credits").await?;
    app.wait_for_text("12 credits").await?;
    app.keep_picture("shell-patron-paid").await?;
    app.leave_for(&format!("/r/{}/find?list=newest", shop.house.room)).await?;
    app.click("main a.row[href*='/song/']").await?;
    app.click("dialog[open] .sheet-foot .btn.main.priced").await?;
    app.wait_for("dialog[open] .accepted").await?;
    app.keep_picture("shell-patron-accepted").await?;
    shop.screen.play_one().await?;
    outside.close().await?;
    app.close().await
}

#[tokio::test]
async fn a_link_to_another_server_asks_before_the_app_belongs_to_it() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let (ours, _house) = house().await?;
    let (other, there) = house().await?;
    let desk = Desk::begin(Secrets::None).await?;
    let app = desk.patron(&ours).await?;
    sign_in(&app).await?;
    app.close().await?;
    let link = format!("{}/r/{}", other.url(), there.room);
    let app = desk.open(&["--role", "patron", &link]).await?;
    app.wait_for_text("Another jukebox").await?;
    app.wait_for_text(&other.url()).await?;
    app.keep_picture("shell-another-server").await?;
    app.press(&format!("Stay with {}", ours.url())).await?;
    app.until("the app's page", "return document.querySelector('#main h1') !== null").await?;
    let server = "return JSON.parse(document.getElementById('boot').textContent).server";
    ensure!(app.eval(server).await? == ours.url(), "it belongs to its own server still");
    app.close().await?;
    let app = desk.open(&["--role", "patron", &link]).await?;
    app.wait_for_text("Another jukebox").await?;
    app.press("Connect").await?;
    app.wait_for_text("The Copper Still").await?;
    ensure!(app.eval(server).await? == other.url(), "it belongs to the other one");
    app.close().await
}

#[tokio::test]
async fn staff_skip_what_plays_from_their_window() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell, Need::Ffmpeg);
    let tones = Tones::begin(40).await?;
    let Tones { server, house, .. } = &tones;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let screen = desk.player(server, house).await?;
    tones.queue_all(&tones.guest(&screen.room_code().await?).await?).await?;
    let playing = screen.hear().await?;
    let app = desk.open(&["--role", "staff", "--server", &server.url()]).await?;
    app.sign_in(EMAIL, PASSWORD).await?;
    app.wait_for_text("All is well").await?;
    app.keep_picture("shell-staff").await?;
    app.click(".skip").await?;
    app.wait_for("dialog[open]").await?;
    app.press("Too loud").await?;
    app.wait_for_text("was skipped").await?;
    eventually("the next song", Duration::from_secs(30), || async {
        let now = screen.reading().await?;
        ensure!(now.play.is_some() && now.play != playing.play && now.started, "{now:?}");
        Ok(())
    })
    .await?;
    screen.hear().await?;
    app.close().await
}
