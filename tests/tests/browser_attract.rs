//! A jukebox screen while nothing plays: what was heard by turns, as songs end, and without a network.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    api::{Report, ScreenRole},
    client::Client,
    id::SongId,
};
use jukeline_tests::{
    browser::{Browser, Look},
    eventually,
    house::{House, Phone, Screen},
    machine::Need,
    music, needs,
    server::{Server, Setup},
    wait::always,
};
use serde_json::{Value, json};

/// Each turn comes again within this.
const ROUND: Duration = Duration::from_secs(120);
const TOP: &str = "Top 10 here this week";
const ELSEWHERE: &str = "Just played elsewhere";
const INVITATION: &str = "Scan, tap, hear.";
/// What is seen: the heading of the turn that has faded in.
const SEEN: &str = "const on = document.querySelector('.turn.on');
    return getComputedStyle(on).opacity === '1' ? on.querySelector('h1').textContent : ''";
/// Titles of the chart's songs, in their order.
const TITLES: &str = "return [...document.querySelectorAll('.heard li')].filter(li => li.querySelector('.rank'))
    .map(li => li.querySelector('strong').textContent)";
/// How many turns there are.
const TURNS: &str = "return document.querySelectorAll('.turn').length";
/// What reaches beyond its row, its turn or the page.
const BEYOND: &str = "const inside = (e, box) => {
        const [a, b] = [e.getBoundingClientRect(), box.getBoundingClientRect()];
        return a.left > b.left - 1 && a.right < b.right + 1 && a.top > b.top - 1 && a.bottom < b.bottom + 1;
    };
    const [page, main, code] = ['.stage', 'main', '.ask'].map(css => document.querySelector(css));
    const rows = [...document.querySelectorAll('.heard li')].flatMap(li =>
        [...li.querySelectorAll('strong, .heard-song span, .where, .moved, .rank')].filter(e => !inside(e, li)));
    const turns = [...document.querySelectorAll('.turn')]
        .filter(e => e.scrollHeight > e.clientHeight + 1 || !inside(e, main));
    return [...rows, ...turns, ...[main, code].filter(e => e && !inside(e, page))].map(e => e.textContent)";

/// A room with its player.
struct Bar {
    house: House,
    player: Screen,
    guest: Phone,
}

impl Bar {
    async fn open(server: &Server, house: House) -> Result<Bar> {
        house.rules(|rules| (rules.price, rules.cooldown_minutes) = (2, 0)).await?;
        let mut player = house.pair(server, ScreenRole::Player).await?;
        player.claim(None).await?;
        let guest = Phone::enter(&server.url(), &house.room, player.code()?).await?;
        Ok(Bar { house, player, guest })
    }

    async fn plays(&mut self, song: SongId) -> Result<()> {
        self.guest.queue(song).await?;
        self.player.play_one().await.map(drop)
    }

    /// A screen that shows what this room says.
    async fn display(&self, server: &Server, language: &str) -> Result<Browser> {
        self.display_as(server, Look { language: language.into(), ..Look::screen() }).await
    }

    async fn display_as(&self, server: &Server, look: Look) -> Result<Browser> {
        let display = Browser::chromium(&Look { size: (1920, 1080), ..look }).await?;
        // The page itself, not the window, is as large as a television.
        let size = json!({ "width": 1920, "height": 1080, "deviceScaleFactor": 1, "mobile": false });
        display.devtools("Emulation.setDeviceMetricsOverride", size).await?;
        let code = self.house.operator.pairing_code(self.house.jukebox, ScreenRole::Display).await?.code;
        display.goto(&format!("{}/screen?pair={code}", server.url())).await?;
        display.wait_for(".turn.on").await?;
        Ok(display)
    }
}

/// Players without a page say nothing between two songs: that is no absence here.
async fn open() -> Result<(Server, Bar)> {
    let setup = Setup::embedded().set(&["guests", "grant"], 100).set(&["floor", "silent_after_seconds"], 600);
    let server = setup.start().await?;
    let bar = Bar::open(&server, House::set_up(&server, &music::folder()?).await?).await?;
    Ok((server, bar))
}

/// Waits for a turn and judges it.
async fn turn(display: &Browser, heading: &str, name: &str) -> Result<()> {
    seen(display, heading).await?;
    display.keep_picture(name).await?;
    let beyond = display.eval(BEYOND).await?;
    ensure!(beyond == json!([]), "{name}: {beyond}");
    Ok(())
}

async fn seen(display: &Browser, heading: &str) -> Result<()> {
    eventually(heading, ROUND, || async {
        let seen = display.eval(SEEN).await?;
        ensure!(seen == json!(heading), "{seen}");
        Ok(())
    })
    .await
}

async fn turns(display: &Browser, wanted: usize) -> Result<()> {
    eventually("the turns", ROUND, || async {
        let turns = display.eval(TURNS).await?;
        ensure!(turns == json!(wanted), "{turns} instead of {wanted}");
        Ok(())
    })
    .await
}

/// The chart on the screen leads with this song.
async fn leads(display: &Browser, title: &str) -> Result<()> {
    eventually("the first place", ROUND, || async {
        let titles = display.eval(TITLES).await?;
        ensure!(titles.get(0) == Some(&json!(title)), "{titles} instead of {title}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_idle_screen_tells_by_turns_what_was_heard() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (mut server, mut bar) = open().await?;
    let songs = bar.house.songs().await?;
    let display = bar.display(&server, "en").await?;

    // Nothing was heard yet: it invites, and goes on doing so for longer than a turn.
    seen(&display, INVITATION).await?;
    always("the invitation alone", Duration::from_secs(15), || async {
        Ok(display.eval(TURNS).await? == json!(1) && display.eval(SEEN).await? == json!(INVITATION))
    })
    .await?;
    turn(&display, INVITATION, "attract-empty").await?;

    // Songs end, and the screen tells so by itself.
    bar.plays(songs[0]).await?;
    turns(&display, 2).await?;
    for song in &songs[1..7] {
        bar.plays(*song).await?;
    }
    turns(&display, 3).await?;
    let operator = Client { transport: bar.house.operator.transport.clone() };
    let mut other = Bar::open(&server, House::open(operator, "tin").await?).await?;
    for song in [songs[7], songs[2]] {
        other.plays(song).await?;
    }
    turns(&display, 4).await?;
    turn(&display, TOP, "attract-top").await?;
    turn(&display, ELSEWHERE, "attract-elsewhere").await?;
    turn(&display, INVITATION, "attract-invitation").await?;

    // The song that was heard first is heard again.
    let titles = display.eval(TITLES).await?;
    let last = titles.get(6).and_then(Value::as_str).context("seven places")?.to_owned();
    bar.plays(songs[0]).await?;
    leads(&display, &last).await?;

    // While a song plays and nothing waits, a few stand beside it.
    bar.guest.queue(songs[1]).await?;
    let (play, attempt) = bar.player.next_song().await?;
    bar.player.report(play, attempt, Report::Started { position_ms: 0 }, 0).await?;
    display.wait_for(".screen-now").await?;
    let is_there = "const e = document.querySelector('.screen-beside li');
        return e && document.querySelector('.screen-beside').getAnimations().length === 0";
    display.until("a few songs beside it", is_there).await?;
    display.keep_picture("attract-beside").await?;
    for report in [Report::Heard, Report::Finished] {
        bar.player.report(play, attempt, report, 0).await?;
    }

    // Without a network it keeps what it had last.
    let wait_for_chart = || async {
        let titles = display.eval(TITLES).await?;
        ensure!(titles.as_array().is_some_and(|titles| titles.len() == 7), "{titles}");
        Ok(titles)
    };
    let before = eventually("the chart again", ROUND, wait_for_chart).await?;
    server.kill9();
    display.wait_for(".ask.away").await?;
    turn(&display, TOP, "attract-offline").await?;
    let after = display.eval(TITLES).await?;
    ensure!(after == before, "{after} instead of {before}");
    turns(&display, 4).await
}

/// Every other place went up, the others down.
const MOVES: &str = "document.querySelectorAll('.moved').forEach((moved, nth) => {
        const way = ['up', 'down'][nth % 2];
        moved.className = `moved ${way}`;
        const icon = moved.querySelector('use');
        icon.setAttribute('href', icon.getAttribute('href').replace(/#.*/, `#${way}`));
        moved.querySelector('span[aria-hidden]').textContent = nth + 1;
    })";

/// As long as words get, and no place to break them.
const LONG: &str = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetzesänderungsverordnung";
/// Right to left.
const ARABIC: &str = "أغنية طويلة جدا عن القمر النحاسي القديم والبحر والليل في المدينة البعيدة";

#[tokio::test]
async fn turns_stay_on_the_screen_whatever_the_titles_and_stand_still_where_motion_is_unwelcome() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (server, mut bar) = open().await?;
    let songs = bar.house.songs().await?;
    for song in &songs {
        bar.plays(*song).await?;
    }
    let operator = Client { transport: bar.house.operator.transport.clone() };
    let mut other = Bar::open(&server, House::open(operator, "tin").await?).await?;
    // Named: five people were heard there.
    for song in &songs[..5] {
        other.guest = Phone::enter(&server.url(), "tin", other.player.code()?).await?;
        other.plays(*song).await?;
    }
    let german = bar.display_as(&server, Look { language: "de".into(), is_moving: true, ..Look::screen() }).await?;
    ensure!(german.eval("return document.getAnimations().length").await? != json!(0), "nothing moves");
    let still = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
    german.devtools("Emulation.setEmulatedMedia", still).await?;
    turns(&german, 4).await?;
    turn(&german, "Top 10 hier diese Woche", "attract-top-de").await?;
    let moves = german.eval("return document.getAnimations().length").await?;
    ensure!(moves == json!(0), "{moves} things move");
    turn(&german, "Gerade anderswo gespielt", "attract-elsewhere-de").await?;
    turn(&german, "Scannen, tippen, hören.", "attract-invitation-de").await?;
    for (title, name) in [(LONG, "long"), (ARABIC, "rtl")] {
        let words = "document.querySelectorAll('.heard strong, .heard-song span')";
        german.eval(&format!("{words}.forEach(t => t.textContent = '{title}')")).await?;
        german.eval(MOVES).await?;
        turn(&german, "Top 10 hier diese Woche", &format!("attract-top-{name}")).await?;
        turn(&german, "Gerade anderswo gespielt", &format!("attract-elsewhere-{name}")).await?;
    }
    Ok(())
}
