//! The staff's app: posters among the downloads, keys that skip from anywhere, the tray, more windows.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use jukeline_app::play::{PlayState, ReturnReason, SkipReason};
use jukeline_tests::{
    browser::{Browser, Desk, Look, Secrets},
    eventually,
    house::{EMAIL, Evening, House, PASSWORD},
    machine::Need,
    needs,
    server::Setup,
    tray::Tray,
    wait::always,
};
use serde_json::json;

/// What may take a while on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// The keys that skip, as they are without a choice.
const SKIP: &str = "ctrl+alt+shift+s";

/// The staff's app at the floor of the evening's house.
async fn staff(desk: &Desk, evening: &Evening, more: &[&str]) -> Result<Browser> {
    let url = evening.server.url();
    let app = desk.open(&[&["--role", "staff", "--server", &url], more].concat()).await?;
    sign_in(&app).await?;
    Ok(app)
}

async fn sign_in(app: &Browser) -> Result<()> {
    app.sign_in(EMAIL, PASSWORD).await?;
    app.wait_for(".staff .pair").await
}

/// A server whose address leads to it from outside, as behind a proxy.
fn reachable() -> Setup {
    Setup::embedded().set(&["public_url"], "https://jukebox.example")
}

/// Waits for a whole file.
async fn is_pdf(file: &Path) -> Result<()> {
    eventually("the poster", PATIENCE, || async {
        let content = std::fs::read(file).with_context(|| file.display().to_string())?;
        ensure!(content.starts_with(b"%PDF-") && content.trim_ascii_end().ends_with(b"%%EOF"), "{}", content.len());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_poster_is_among_the_downloads_and_open() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let evening = Evening::begin_with(reachable()).await?;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let app = staff(&desk, &evening, &[]).await?;
    app.press("Posters for the tables").await?;
    app.wait_for_text("The poster is in your downloads: poster-copper.pdf.").await?;
    app.keep_picture("shell-staff-poster").await?;
    let first = desk.home().join("Downloads/poster-copper.pdf");
    is_pdf(&first).await?;
    ensure!(desk.opened_outside().await? == first.display().to_string(), "it is shown");
    let written = std::fs::metadata(&first)?.modified()?;
    app.press("Posters for the tables").await?;
    app.wait_for_text("poster-copper (2).pdf").await?;
    is_pdf(&desk.home().join("Downloads/poster-copper (2).pdf")).await?;
    ensure!(std::fs::metadata(&first)?.modified()? == written, "the first stays as it was");
    app.close().await
}

#[tokio::test]
async fn a_browser_downloads_the_poster_and_a_private_server_has_none() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let evening = Evening::begin_with(reachable()).await?;
    let downloads = tempfile::tempdir()?;
    let browser = Browser::chromium(&Look { language: "de".into(), ..Look::desktop() }).await?;
    let kept = json!({ "behavior": "allow", "downloadPath": downloads.path() });
    browser.devtools("Browser.setDownloadBehavior", kept).await?;
    browser.goto(&format!("{}/staff", evening.server.url())).await?;
    sign_in(&browser).await?;
    browser.press("Plakate für die Tische").await?;
    browser.wait_for_text("Das Plakat liegt in deinen Downloads: poster-copper.pdf.").await?;
    browser.keep_picture("staff-poster-german").await?;
    is_pdf(&downloads.path().join("poster-copper.pdf")).await?;

    let private = Evening::begin().await?;
    browser.goto(&format!("{}/staff", private.server.url())).await?;
    sign_in(&browser).await?;
    browser.press("Plakate für die Tische").await?;
    browser.wait_for_text("Die Adresse dieses Servers ist von außen nicht erreichbar.").await?;
    browser.keep_picture("staff-no-poster-german").await?;
    ensure!(std::fs::read_dir(downloads.path())?.count() == 1, "nothing came");
    Ok(())
}

/// Waits until the app knows which play the keys mean.
async fn knows(app: &Browser) -> Result<()> {
    app.wait_for(".skip:not([disabled])").await?;
    app.wait_for(".anywhere kbd").await
}

#[tokio::test]
async fn the_keys_skip_what_plays_from_another_window() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let mut evening = Evening::begin().await?;
    let plays = evening.with_songs(3).await?;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let app = staff(&desk, &evening, &[]).await?;
    knows(&app).await?;
    ensure!(app.text(".anywhere kbd").await? == "Ctrl+Alt+Shift+S");
    app.keep_picture("shell-staff-keys").await?;
    let (first, second) = (plays[0].play, plays[1].play);

    // Taken back in time: nothing is ever sent.
    let minimised = "return document.visibilityState";
    desk.xdotool(&["search", "--onlyvisible", "--name", "Jukeline", "windowminimize"]).await?;
    desk.press(SKIP).await?;
    app.wait_for(".undo").await?;
    app.click(".undo .btn").await?;
    app.wait_for_text("stays. Nothing was sent.").await?;
    println!("the window is {} after the keys", app.eval(minimised).await?);
    always("the song sounds on", Duration::from_secs(5), || async {
        Ok(evening.state(first).await? == PlayState::Started)
    })
    .await?;

    // Left alone: skipped.
    desk.press(SKIP).await?;
    app.wait_for_text("was skipped: 2 credits back.").await?;
    ensure!(evening.returned(first).await? == ReturnReason::Staff { said: SkipReason::Other });

    // Pressed for a song that plays no more, as far as the app was told: refused, and the next one sounds on.
    evening.gone(first).await?;
    evening.start_next().await?;
    let title = &plays[1].song.song.title;
    app.until("the next song", &format!("return document.querySelector('.now h2').innerText === {title:?}")).await?;
    let words = json!({ "now": "", "pause": "", "skip": "", "open": "" });
    let before = json!({ "play": first, "is_still": false, "is_cut_off": false, "words": words });
    let tell = format!("jukelineShell.floor('{before}').then(done);");
    ensure!(app.eval_async(&tell).await? == "Control+Alt+Shift+S");
    desk.press(SKIP).await?;
    app.wait_for_text("That song doesn’t play any more: nothing was skipped.").await?;
    app.keep_picture("shell-staff-keys-refused").await?;
    always("the second sounds on", Duration::from_secs(5), || async {
        Ok(evening.state(second).await? == PlayState::Started)
    })
    .await?;
    app.close().await
}

#[tokio::test]
async fn the_keys_are_a_choice_that_is_remembered() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let mut evening = Evening::begin().await?;
    let plays = evening.with_songs(2).await?;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let app = staff(&desk, &evening, &["--skip-shortcut", ""]).await?;
    app.wait_for(".skip:not([disabled])").await?;
    app.close().await?;
    let url = evening.server.url();
    let app = desk.open(&["--role", "staff", "--server", &url]).await?;
    app.wait_for(".skip:not([disabled])").await?;
    desk.press(SKIP).await?;
    always("nobody listens", Duration::from_secs(2), || async {
        Ok(!app.shows(".undo").await? && !app.shows(".anywhere").await?)
    })
    .await?;
    app.close().await?;
    let app = desk.open(&["--role", "staff", "--server", &url, "--skip-shortcut", "super+F9"]).await?;
    knows(&app).await?;
    ensure!(app.text(".anywhere kbd").await? == "Super+F9");

    // Another program has them: the second app starts all the same, and names no keys.
    let second = Desk::open(&desk, &["--role", "staff", "--server", &url]).await?;
    second.wait_for(".skip:not([disabled])").await?;
    always("no keys are named", Duration::from_secs(2), || async { Ok(!second.shows(".anywhere").await?) }).await?;
    second.close().await?;
    desk.press("super+F9").await?;
    app.wait_for(".undo").await?;
    app.wait_for_text("was skipped: 2 credits back.").await?;
    ensure!(evening.returned(plays[0].play).await? == ReturnReason::Staff { said: SkipReason::Other });
    app.close().await
}

#[tokio::test]
async fn the_tray_shows_what_plays_and_hands_wishes_to_the_page() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let mut evening = Evening::begin().await?;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let tray = Tray::on(desk.bus()).await?;
    let app = staff(&desk, &evening, &[]).await?;
    let quiet = tray.offers("Pause").await?;
    let said: Vec<(&str, bool)> = quiet.iter().map(|line| (&*line.words, line.enabled)).collect();
    ensure!(said == [("The jukebox is quiet", false), ("Pause", true), ("Skip …", false), ("Open", true)], "{said:?}");
    let plays = evening.with_songs(2).await?;
    let song = &plays[0].song.song;
    let now = format!("{} – {}", song.title, song.artist);
    let playing = tray.offers("Skip …").await?;
    ensure!(playing[0].words == now && !playing[0].enabled, "{playing:?}");

    tray.choose("Pause").await?;
    evening.screen.until("the pause", |screen| screen.plan.as_ref().is_some_and(|plan| plan.paused)).await?;
    tray.choose("Go on playing").await?;
    evening.screen.until("the sound", |screen| screen.plan.as_ref().is_some_and(|plan| !plan.paused)).await?;

    tray.choose("Skip …").await?;
    app.wait_for("dialog[open]").await?;
    app.press("Too loud").await?;
    app.wait_for_text("was skipped: 2 credits back.").await?;
    ensure!(evening.returned(plays[0].play).await? == ReturnReason::Staff { said: SkipReason::TooLoud });

    // Whoever signs out has nothing to order there.
    tray.click().await?;
    app.press("Sign out").await?;
    eventually("an idle tray", PATIENCE, || async {
        let lines = tray.menu().await?;
        ensure!(lines[0].words == "Jukeline" && lines.iter().filter(|line| line.enabled).count() == 1, "{lines:?}");
        Ok(())
    })
    .await?;
    app.close().await
}

#[tokio::test]
async fn another_jukebox_has_a_window_of_its_own_that_remembers_its_size() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let mut evening = Evening::begin().await?;
    let plays = evening.with_songs(2).await?;
    House::open(evening.house.operator.clone(), "yard").await?;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let url = evening.server.url();
    let arguments = ["--role", "staff", "--server", &url, "--open", "/staff/copper"];
    let app = desk.open(&arguments).await?;
    sign_in(&app).await?;
    knows(&app).await?;
    app.keep_picture("shell-staff-several").await?;
    open_yard(&app).await?;
    app.wait_for_text("none paired yet").await?;
    app.keep_picture("shell-staff-yard").await?;
    app.client().set_window_size(1_000, 700).await?;
    app.until("its size", "return innerWidth <= 1000 && innerWidth > 900 && innerHeight <= 700").await?;

    // What the keys mean is what its window shows: nothing plays in the yard. Then the other is in front.
    desk.press(SKIP).await?;
    always("the song sounds on", Duration::from_secs(5), || async {
        Ok(evening.state(plays[0].play).await? == PlayState::Started)
    })
    .await?;
    turn_to(&app, "/staff/copper").await?;
    ensure!(!app.shows(".undo").await?, "another jukebox was in front");
    desk.close_windows("Jukeline").await?;
    drop(app);

    let app = desk.open(&arguments).await?;
    app.until("the first window's size", "return innerWidth > 1200").await?;
    open_yard(&app).await?;
    app.until("the size of before", "return innerWidth <= 1000 && innerWidth > 900 && innerHeight <= 700").await?;
    app.close().await
}

/// Opens the yard beside the copper's floor, and turns to its window.
async fn open_yard(app: &Browser) -> Result<()> {
    app.press("Open The Copper Still (/r/yard) in a new window").await?;
    turn_to(app, "/staff/yard").await
}

/// Turns to the window that shows this page. WebKit names windows in no order.
async fn turn_to(app: &Browser, path: &str) -> Result<()> {
    eventually(path, PATIENCE, || async {
        for window in app.client().windows().await? {
            app.client().switch_to_window(window).await?;
            if app.eval("return location.pathname").await? == path {
                return Ok(());
            }
        }
        anyhow::bail!("no window shows it")
    })
    .await
}

#[tokio::test]
async fn a_browser_opens_another_jukebox_in_a_tab() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let mut evening = Evening::begin().await?;
    evening.with_songs(3).await?;
    House::open(evening.house.operator.clone(), "yard").await?;
    let browser = Browser::chromium(&Look { language: "de".into(), ..Look::desktop() }).await?;
    browser.goto(&format!("{}/staff", evening.server.url())).await?;
    browser.sign_in(EMAIL, PASSWORD).await?;
    browser.wait_for(".signin .apart").await?;
    browser.keep_picture("staff-pick-german").await?;
    browser.click("a[href='/staff/copper']").await?;
    browser.wait_for_text("bereit am Bildschirm").await?;
    browser.keep_picture("staff-several-german").await?;
    browser.press("The Copper Still (/r/yard) in einem neuen Fenster öffnen").await?;
    browser.turn_to_window(1).await?;
    browser.until("the yard", "return location.pathname === '/staff/yard'").await?;
    let phone = Browser::chromium(&Look { language: "de".into(), ..Look::phone() }).await?;
    phone.goto(&format!("{}/staff/copper", evening.server.url())).await?;
    sign_in(&phone).await?;
    phone.wait_for(".skip:not([disabled])").await?;
    phone.keep_picture("staff-remote-german").await?;
    ensure!(!phone.visible_text().await?.contains("Plakate"), "the remote is for the sound");
    Ok(())
}
