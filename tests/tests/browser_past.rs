//! What was heard in a real browser: a room's charts and what plays elsewhere, one's own history, favourites and years,
//! empty and with plays that were heard.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jukeline_app::{api::ScreenRole, id::SongId};
use jukeline_tests::{
    browser::{Browser, Look},
    eventually,
    house::{House, Phone, Screen},
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
            "return [...document.querySelectorAll('h1, h2, p, .rank, .plays, .btn, .segment, .heart, .input')]
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

/// A phone in the room with an account of its own, which the browser's cookies hold.
async fn somebody(server: &Server, house: &House, screen: &Screen, language: &str) -> Result<Browser> {
    let phone = Browser::chromium(&Look { language: language.into(), ..Look::phone() }).await?;
    phone.goto(&format!("{}/r/{}?c={}", server.url(), house.room, screen.code()?)).await?;
    phone.wait_for("main .now").await?;
    let made = phone
        .eval_async(
            "const asks = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
             fetch('/api/guests', asks).then(answer => done(answer.status));",
        )
        .await?;
    ensure!(made == json!(201), "{made}");
    Ok(phone)
}

/// Whoever holds the browser asks for a song, and it is heard.
async fn hear(phone: &Browser, house: &House, screen: &mut Screen, song: SongId) -> Result<()> {
    let ask = json!({ "play": uuid::Uuid::now_v7(), "song": song, "price": 0 });
    let asked = phone
        .eval_async(&format!(
            "fetch('/api/rooms/{}/plays', {{ method: 'POST', headers: {{ 'content-type': 'application/json' }},
                body: JSON.stringify({ask}) }}).then(async answer => done(answer.status + ' ' + await answer.text()));",
            house.room
        ))
        .await?;
    ensure!(asked.as_str().is_some_and(|told| told.starts_with("20")), "{asked}");
    screen.play_one().await.map(drop)
}

/// A venue whose songs are free and play again at once.
async fn free_house(server: &Server) -> Result<(House, Screen)> {
    let house = House::set_up(server, &music::folder()?).await?;
    house.rules(|rules| (rules.price, rules.cooldown_minutes, rules.free_per_hour) = (0, 0, 20)).await?;
    let mut screen = house.pair(server, ScreenRole::Player).await?;
    screen.claim(None).await?;
    Ok((house, screen))
}

/// Opens a page again and again until the readers have come as far as to show this.
async fn open_until(phone: &Browser, url: &str, css: &str) -> Result<()> {
    eventually(css, Duration::from_secs(60), || async {
        phone.goto(url).await?;
        phone.wait_for("main > :not([aria-busy])").await?;
        ensure!(phone.shows(css).await?, "{url} doesn't show it");
        Ok(())
    })
    .await
}

/// The same page in large text, on its side, and with titles of any length.
async fn look_hard(phone: &Browser, name: &str) -> Result<()> {
    let title = "A title that goes on and on, as some of the older songs about rivers and railways do, for ever";
    phone
        .eval(&format!("document.querySelectorAll('main .row-title').forEach(t => t.textContent = '{title}')"))
        .await?;
    look(phone, &format!("{name}-long")).await?;
    phone.double_the_text().await?;
    look(phone, &format!("{name}-200")).await?;
    phone.text_as_usual().await?;
    phone.devtools("Emulation.setDeviceMetricsOverride", sideways(844, 390)).await?;
    look(phone, &format!("{name}-landscape")).await?;
    phone.devtools("Emulation.setDeviceMetricsOverride", sideways(390, 844)).await.map(drop)
}

fn sideways(width: u32, height: u32) -> serde_json::Value {
    json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": true })
}

#[tokio::test]
async fn what_was_heard_is_found_again_with_todays_price_or_why_not() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let server = Setup::embedded().start().await?;
    let (house, mut screen) = free_house(&server).await?;
    let songs = house.songs().await?;
    let history = format!("{}/history", server.url());
    for language in ["en", "de"] {
        let phone = somebody(&server, &house, &screen, language).await?;
        for song in [songs[0], songs[1], songs[0]] {
            hear(&phone, &house, &mut screen, song).await?;
        }
        // All three, in the list and in the counts: the reader takes a moment.
        eventually("the history", Duration::from_secs(60), || async {
            open_until(&phone, &history, "main .hearted .again").await?;
            let rows = phone.eval("return document.querySelectorAll('main .hearted').length").await?;
            ensure!(rows == json!(3), "{rows} rows");
            let top = phone.text("main .shelf li:first-child .row-sub").await?;
            ensure!(top.starts_with('2'), "the song that was heard twice comes first, not {top:?}");
            Ok(())
        })
        .await?;
        let again =
            if language == "en" { "Play again, free, next" } else { "Noch einmal spielen, gratis, als Nächstes" };
        phone.wait_for_text(again).await?;
        let leads = phone.eval("return document.querySelector('main .hearted a').getAttribute('href')").await?;
        ensure!(leads == json!(format!("/r/{}/song/{}", house.room, songs[0])), "{leads}");
        look(&phone, &format!("past-history-{language}")).await?;

        let found = house.operator.quote(&house.room, songs[1]).await?.song.song.title;
        phone.fill("#history-q", &found).await?;
        phone.until("one is left", "return document.querySelectorAll('main .hearted').length === 1").await?;
        phone.fill("#history-q", "zzzzzz").await?;
        let nothing = if language == "en" { "You heard nothing like that" } else { "Davon hast du nichts gehört" };
        phone.wait_for_text(nothing).await?;
        look(&phone, &format!("past-history-nothing-{language}")).await?;
        phone.press(if language == "en" { "Show all" } else { "Alles zeigen" }).await?;
        phone.until("all are back", "return document.querySelectorAll('main .hearted').length === 3").await?;

        // A night before the first, and the address keeps it.
        phone.goto(&format!("{history}?to=2020-01-01")).await?;
        phone.wait_for_text(nothing).await?;
        ensure!(phone.eval("return document.querySelector('.filters').open").await? == json!(true));
        look(&phone, &format!("past-history-filters-{language}")).await?;

        open_until(&phone, &history, "main .hearted .again").await?;
        look_hard(&phone, &format!("past-history-{language}")).await?;
    }

    // A song that was just heard, where the house waits before it plays again.
    let phone = somebody(&server, &house, &screen, "en").await?;
    hear(&phone, &house, &mut screen, songs[2]).await?;
    house.rules(|rules| rules.cooldown_minutes = 60).await?;
    open_until(&phone, &history, "main .hearted .why-not").await
}

#[tokio::test]
async fn favourites_go_into_the_queue_together_and_each_is_told_by_its_name() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let server = Setup::embedded().start().await?;
    let (house, mut screen) = free_house(&server).await?;
    house.rules(|rules| rules.per_patron = 2).await?;
    let songs = house.songs().await?;
    let favourites = format!("{}/favourites", server.url());
    let phone = somebody(&server, &house, &screen, "en").await?;
    phone.goto(&favourites).await?;
    phone.wait_for_text("No favourites yet").await?;
    look(&phone, "past-favourites-empty").await?;

    // The heart of a row that was heard; the others by the API.
    hear(&phone, &house, &mut screen, songs[0]).await?;
    open_until(&phone, &format!("{}/history", server.url()), "main .hearted .heart").await?;
    phone.click("main .heart").await?;
    phone.until("it is one", "return document.querySelector('main .heart').ariaPressed === 'true'").await?;
    for song in &songs[1..3] {
        let put = format!("fetch('/api/favourites/{song}', {{ method: 'PUT' }}).then(answer => done(answer.status));");
        ensure!(phone.eval_async(&put).await? == json!(204));
    }
    phone.goto(&favourites).await?;
    phone.until("all three", "return document.querySelectorAll('main .hearted').length === 3").await?;
    look(&phone, "past-favourites").await?;
    look_hard(&phone, "past-favourites").await?;

    phone.goto(&favourites).await?;
    phone.wait_for("main .hearted .again").await?;
    phone.press("Select several and queue them").await?;
    phone.wait_for(".choosable input").await?;
    phone.eval("document.querySelectorAll('.choosable input').forEach(box => box.click())").await?;
    phone.wait_for_text("Queue 3 songs").await?;
    look(&phone, "past-favourites-chosen").await?;
    phone.click(".choice-bar .btn.main").await?;
    phone.until("each is decided", "return document.querySelector('.told')?.ariaBusy === 'false'").await?;
    let told = phone.text(".told").await?;
    ensure!(told.contains("In line: 2 of 3") && told.contains("Nothing was taken."), "{told}");
    for song in &songs[..3] {
        let title = house.operator.quote(&house.room, *song).await?.song.song.title;
        ensure!(told.contains(&title), "{title} isn't in {told:?}");
    }
    look(&phone, "past-favourites-told").await?;
    phone.press("Done").await?;
    phone.wait_for_text("Already coming.").await?;

    // What it costs together is said before it is asked for, and what is missing is sold.
    house.rules(|rules| (rules.price, rules.per_patron) = (50, 9)).await?;
    let german = somebody(&server, &house, &screen, "de").await?;
    let put =
        format!("fetch('/api/favourites/{}', {{ method: 'PUT' }}).then(answer => done(answer.status));", songs[3]);
    ensure!(german.eval_async(&put).await? == json!(204));
    german.goto(&favourites).await?;
    german.press("Mehrere wählen und wünschen").await?;
    german.click(".choosable input").await?;
    german.wait_for_text("Zusammen kosten sie 50 Credits").await?;
    ensure!(german.shows(".choice-bar a[href='/wallet']").await?);
    look(&german, "past-favourites-short-de").await
}

#[tokio::test]
async fn a_year_is_four_pictures_to_share_or_to_keep() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let server = Setup::embedded().start().await?;
    let (house, mut screen) = free_house(&server).await?;
    let songs = house.songs().await?;
    for language in ["en", "de"] {
        let phone = somebody(&server, &house, &screen, language).await?;
        hear(&phone, &house, &mut screen, songs[0]).await?;
        open_until(&phone, &format!("{}/history", server.url()), "main .hearted").await?;
        let year = phone.eval("return document.querySelector('.ways a[href^=\"/years/\"]').href").await?;
        let year = year.as_str().context("no way to the year")?.to_owned();
        phone.goto(&year).await?;
        phone.until("four", "return document.querySelectorAll('main .pictures img').length === 4").await?;
        phone.until("drawn", "return document.querySelector('main .pictures img').naturalWidth === 1080").await?;
        let words = phone.eval("return document.querySelector('main .pictures img').alt").await?;
        let told = words.as_str().unwrap_or_default();
        ensure!(
            told.contains(if language == "en" { "1 play, 1 song, 1 artist, 1 night" } else { "1-mal gehört" }),
            "{told}"
        );
        let saves = phone.eval("return document.querySelector('main .picture a').download").await?;
        ensure!(saves.as_str().is_some_and(|name| name.ends_with("-numbers.png")), "{saves}");
        look(&phone, &format!("past-year-{language}")).await?;

        phone.goto(&format!("{}/years/2019", server.url())).await?;
        let empty = if language == "en" {
            "No song of yours was heard in 2019"
        } else {
            "2019 war kein Lied von dir zu hören"
        };
        phone.wait_for_text(empty).await?;
        ensure!(phone.shows("main .years a[href='/years/2018']").await?);
        ensure!(phone.shows("main .years a[href='/years/2020']").await?);
        look(&phone, &format!("past-year-empty-{language}")).await?;

        // A device that shares pictures is given one.
        let shares = "navigator.canShare = data => data.files?.[0]?.type === 'image/png';
                      navigator.share = async data => { window.given = data.files[0].name; };";
        phone.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": shares })).await?;
        phone.goto(&year).await?;
        phone.click("main .picture .btn.main").await?;
        phone.until("it was given", "return window.given?.endsWith('-numbers.png')").await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_plays_elsewhere_comes_by_itself_and_is_played_here_with_one_tap() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let server = Setup::embedded().start().await?;
    let (house, screen) = free_house(&server).await?;
    let other = House::open(house.operator.clone(), "silver").await?;
    other.rules(|rules| rules.price = 0).await?;
    let mut there = other.pair(&server, ScreenRole::Player).await?;
    there.claim(None).await?;
    let mara = Phone::enter(&server.url(), &other.room, there.code()?).await?;
    let song = house.songs().await?[0];
    let elsewhere = format!("{}/r/{}/elsewhere", server.url(), house.room);

    let phone = somebody(&server, &house, &screen, "en").await?;
    phone.goto(&elsewhere).await?;
    phone.wait_for_text("Nothing was heard elsewhere a moment ago").await?;
    look(&phone, "past-elsewhere-empty").await?;
    mara.queue(song).await?;
    there.play_one().await?;
    eventually("the song that plays elsewhere", Duration::from_secs(90), || async {
        ensure!(phone.shows("main .queue .row .again").await?);
        Ok(())
    })
    .await?;
    phone.wait_for_text("Play here, free").await?;
    look(&phone, "past-elsewhere").await?;
    // One patron of one venue: told with the town, the song would point at them.
    phone.press("Near you").await?;
    phone.wait_for_text("Nothing was heard near you a moment ago").await?;
    ensure!(phone.eval("return location.search").await? == json!("?scope=city"));
    phone.press("Everywhere").await?;
    phone.wait_for("main .queue .row .again").await?;
    look_hard(&phone, "past-elsewhere").await?;

    let german = somebody(&server, &house, &screen, "de").await?;
    german.goto(&elsewhere).await?;
    german.wait_for_text("Hier spielen, gratis").await?;
    look(&german, "past-elsewhere-de").await?;
    german.click("main .queue .row").await?;
    german.wait_for("dialog[open] .btn.main.priced").await?;
    ensure!(german.eval("return location.pathname").await? == json!(format!("/r/{}/song/{song}", house.room)));
    Ok(())
}

#[tokio::test]
async fn charts_of_a_genre_and_what_they_say_when_the_server_is_gone() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let mut server = Setup::embedded().start().await?;
    let (house, mut screen) = free_house(&server).await?;
    let song = house.songs().await?[0];
    let genre = house.operator.quote(&house.room, song).await?.song.genre.context("the music has genres")?;
    let other = house.operator.browse(&house.room).await?.genres.into_iter().find(|shelf| shelf.name != genre);
    let phone = open_charts(&server, &house, "en").await?;
    phone.wait_for("#genre option:nth-child(2)").await?;
    Phone::enter(&server.url(), &house.room, screen.code()?).await?.queue(song).await?;
    screen.play_one().await?;
    phone.wait_for(FIRST).await?;
    let choose = |genre: &str| {
        format!(
            "const box = document.querySelector('#genre'); box.value = {}; box.dispatchEvent(new Event('change', {{ bubbles: true }}))",
            json!(genre)
        )
    };
    if let Some(other) = other {
        phone.eval(&choose(&other.name)).await?;
        phone.wait_for_text("Others may have their songs").await?;
        look(&phone, "past-charts-genre-empty").await?;
    }
    phone.eval(&choose(&genre)).await?;
    phone.wait_for(FIRST).await?;
    let search = phone.eval("return new URLSearchParams(location.search).get('genre')").await?;
    ensure!(search == json!(genre), "{search}");
    look(&phone, "past-charts-genre").await?;
    look_hard(&phone, "past-charts").await?;

    server.kill9();
    phone.wait_for_text("These are the charts of").await?;
    ensure!(phone.shows(FIRST).await?, "the last chart stays");
    look(&phone, "past-charts-offline").await
}
