//! What was heard in a real browser: a room's charts, from nothing heard to a song at its place, and one's own history.

use std::time::Duration;

use anyhow::{Result, ensure};
use jukeline_app::api::ScreenRole;
use jukeline_tests::{
    browser::{Browser, Look},
    eventually,
    house::{House, Phone},
    machine::Need,
    music, needs,
    server::{Server, Setup},
};
use serde_json::json;

/// The song at the first place.
const FIRST: &str = "main .places > li:first-child .place";

/// Keeps a picture, which is judged too, and refuses what reaches beyond the page's edges.
async fn look(browser: &Browser, name: &str) -> Result<()> {
    browser.keep_picture(name).await?;
    let beyond = browser
        .eval(
            "return [...document.querySelectorAll('h1, h2, p, .rank, .plays, .btn, .segment')]
                .filter(e => !e.closest('.sr-only, .shelf'))
                .filter(e => e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)
                .map(e => e.textContent)",
        )
        .await?;
    ensure!(beyond == json!([]), "{name}: {beyond}");
    Ok(())
}

/// A phone that has come to the charts over the room's own link.
async fn open_charts(server: &Server, house: &House, language: &str) -> Result<Browser> {
    let phone = Browser::chromium(&Look { language: language.into(), ..Look::phone() }).await?;
    phone.goto(&format!("{}/r/{}", server.url(), house.room)).await?;
    let link = format!("main a[href='/r/{}/charts']", house.room);
    phone.wait_for(&link).await?;
    phone.eval(&format!("document.querySelector(\"{link}\").scrollIntoView({{ block: 'center' }})")).await?;
    phone.click(&link).await?;
    phone.wait_for("main .segments").await?;
    Ok(phone)
}

#[tokio::test]
async fn a_song_that_was_heard_comes_into_the_charts_and_leads_to_its_sheet() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let server = Setup::embedded().start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    house.rules(|rules| rules.price = 0).await?;
    let mut screen = house.pair(&server, ScreenRole::Player).await?;
    screen.claim(None).await?;
    let mara = Phone::enter(&server.url(), &house.room, screen.code()?).await?;

    let phone = open_charts(&server, &house, "en").await?;
    phone.wait_for_text("Nothing was heard here yet this week").await?;
    look(&phone, "past-charts-empty").await?;

    // The page looks again by itself.
    let song = house.songs().await?[0];
    mara.queue(song).await?;
    screen.play_one().await?;
    phone.wait_for(FIRST).await?;
    let told = phone.text(FIRST).await?;
    ensure!(told.replace('\n', " ").contains("1 play"), "{told:?}");
    let leads = phone.eval(&format!("return document.querySelector('{FIRST}').getAttribute('href')")).await?;
    ensure!(leads == json!(format!("/r/{}/song/{song}", house.room)), "{leads}");
    look(&phone, "past-charts").await?;

    phone.press("Ever").await?;
    phone.wait_for_text("Every night since the first song counts.").await?;
    phone.press("Everywhere").await?;
    phone.wait_for(FIRST).await?;
    ensure!(phone.eval("return location.search").await? == json!("?window=ever&scope=network"));

    // Titles of any length and script.
    for (title, name) in [
        ("A title that goes on and on, as some of the older songs about rivers and railways do, for ever", "long"),
        ("أغنية طويلة جدا عن القمر النحاسي القديم والبحر والليل في المدينة البعيدة", "rtl"),
    ] {
        phone
            .eval(&format!(
                "document.querySelectorAll('main .place .row-title').forEach(t => t.textContent = '{title}')"
            ))
            .await?;
        look(&phone, &format!("past-charts-{name}")).await?;
    }

    let german = open_charts(&server, &house, "de").await?;
    german.wait_for(FIRST).await?;
    german.wait_for_text("In der Stadt").await?;
    look(&german, "past-charts-de").await?;
    german.goto(&format!("{}/history", server.url())).await?;
    german.wait_for_text("Von dir war noch kein Lied zu hören").await?;
    look(&german, "past-history-nobody-de").await?;

    phone.click(FIRST).await?;
    phone.wait_for("dialog[open] #song-title").await?;
    look(&phone, "past-sheet").await
}

#[tokio::test]
async fn a_room_that_is_not_there_says_so() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let server = Setup::embedded().start().await?;
    House::set_up(&server, &music::folder()?).await?;
    let phone = Browser::chromium(&Look::phone()).await?;
    phone.goto(&format!("{}/r/nowhere/charts", server.url())).await?;
    phone.wait_for("main [role=alert]").await?;
    eventually("a way to look again", Duration::from_secs(5), || async {
        ensure!(phone.shows("main [role=alert] .btn").await?);
        Ok(())
    })
    .await?;
    look(&phone, "past-charts-failed").await
}
