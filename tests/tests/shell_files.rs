//! What leads out of the patron's window, which has no cookie: receipts in the person's own browser, a table and pictures
//! among the downloads.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jukeline_tests::{
    browser::{Browser, Desk, Secrets},
    eventually,
    machine::Need,
    needs,
    sandbox::GOOD,
    shop::Shop,
};

/// What may take a while on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Comes into the room by its code, and buys with a good card.
async fn buy(desk: &Desk, shop: &Shop) -> Result<Browser> {
    let scanned = format!("{}/r/{}?c={}", shop.server.url(), shop.house.room, shop.screen.code()?);
    let app = desk.open(&["--role", "patron", &scanned]).await?;
    app.wait_for_text("The Copper Still").await?;
    app.until("the way in", "return location.search === ''").await?;
    app.leave_for("/wallet").await?;
    app.click(".packs .btn.main.priced").await?;
    shop.sandbox.type_card(&desk.opened_outside().await?, GOOD).await?;
    app.wait_for_text("12 credits").await?;
    Ok(app)
}

/// Asks for the first song, and hears it.
async fn hear(app: &Browser, shop: &mut Shop) -> Result<()> {
    app.leave_for(&format!("/r/{}/find?list=newest", shop.house.room)).await?;
    app.click("main a.row[href*='/song/']").await?;
    app.click("dialog[open] .sheet-foot .btn.main.priced").await?;
    app.wait_for("dialog[open] .accepted").await?;
    shop.screen.play_one().await.map(drop)
}

/// Opens a page until it shows this: readers take a moment.
async fn open_until(app: &Browser, path: &str, css: &str) -> Result<()> {
    eventually(css, PATIENCE, || async {
        app.leave_for(path).await?;
        app.wait_for("main > :not([aria-busy])").await?;
        ensure!(app.shows(css).await?, "{path} doesn't show it");
        Ok(())
    })
    .await
}

/// Waits until the app opened what this is true of, and tells what it was.
async fn opened(desk: &Desk, what: &str, is_it: impl Fn(&str) -> bool) -> Result<String> {
    eventually(what, PATIENCE, || async {
        let opened = desk.opened_outside().await?;
        ensure!(is_it(&opened), "{opened} was opened");
        Ok(opened)
    })
    .await
}

#[tokio::test]
async fn receipts_tables_and_pictures_leave_the_patrons_window() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let mut shop = Shop::open().await?;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let app = buy(&desk, &shop).await?;

    // A receipt, in the person's own browser, which isn't signed in.
    app.click(".purchase .charge summary").await?;
    app.click(".purchase .charge .actions .btn").await?;
    let receipts = format!("{}/receipts/", shop.server.url());
    let receipt = opened(&desk, "the receipt", |opened| opened.starts_with(&receipts)).await?;
    let answer = shop.mara.api.transport.bare().get(&receipt).send().await?;
    ensure!(answer.status().is_success(), "{receipt} answers {}", answer.status());
    ensure!(app.eval("return location.pathname").await? == "/wallet", "the window stays where it is");

    // What was heard, as a table.
    hear(&app, &mut shop).await?;
    open_until(&app, "/history", "main .hearted").await?;
    let downloads = desk.home().join("Downloads");
    app.press("Save it as a table").await?;
    app.wait_for_text("The file is in your downloads: history.csv.").await?;
    app.keep_picture("shell-patron-history-kept").await?;
    let table = downloads.join("history.csv");
    let shown = table.display().to_string();
    opened(&desk, "the table", |opened| opened == shown).await?;
    let rows = std::fs::read_to_string(&table)?;
    ensure!(rows.lines().count() == 2, "a head and a song, not {rows}");

    // The year's pictures: shown, and kept.
    let year = app.eval("return document.querySelector('.ways a[href^=\"/years/\"]').getAttribute('href')").await?;
    let year = year.as_str().context("no way to the year")?;
    open_until(&app, year, "main .pictures").await?;
    let drawn = "const all = [...document.querySelectorAll('main .pictures img')];
                 const undrawn = all.find(one => one.naturalWidth !== 1080);
                 undrawn?.scrollIntoView();
                 return all.length === 4 && !undrawn";
    app.until("four pictures", drawn).await?;
    app.click("main .picture .actions .btn:not(.main)").await?;
    app.wait_for_text("-numbers.png.").await?;
    app.keep_picture("shell-patron-year-kept").await?;
    let picture = opened(&desk, "the picture", |opened| opened.ends_with("-numbers.png")).await?;
    ensure!(picture.starts_with(&downloads.display().to_string()), "{picture} is among the downloads");
    ensure!(std::fs::read(&picture)?.starts_with(b"\x89PNG"), "{picture} is a picture");
    app.close().await
}
