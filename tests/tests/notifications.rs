//! "Your song is next": offered after a song, asked for at a touch, told once while nobody sees the page, in Chromium and
//! in the app's window with a desktop's notification server.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    api::{MyPlay, Report, ScreenRole, SongQuery},
    id::PlayId,
};
use jukeline_tests::{
    browser::{Browser, Desk, Look, Secrets},
    eventually,
    house::{House, Phone, Screen},
    machine::Need,
    music, needs,
    server::{Server, Setup},
    wait::always,
};
use serde_json::{Value, json};

/// A row of the catalogue that leads to a song's sheet.
const SONG: &str = "main a.row[href*='/song/']";
/// The sheet's one main button.
const PLAY: &str = "dialog[open] .sheet-foot .btn.main.priced";
/// The offer in the sheet.
const OFFER: &str = "dialog[open] .notice";
/// What the page's service worker shows.
const SHOWN: &str = "navigator.serviceWorker.ready.then(registration => registration.getNotifications()).then(all =>
    done(all.map(({ title, body, tag, data }) => ({ title, body, tag, data }))), error => done(String(error)));";
/// Counts how often the page asks for the permission.
const COUNT: &str = "window.asked = 0;
    const ask = Notification.requestPermission.bind(Notification);
    Notification.requestPermission = () => { window.asked += 1; return ask(); };";
/// How long a message may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A venue in free play whose player is moved by the test.
struct Night {
    server: Server,
    house: House,
    screen: Screen,
}

impl Night {
    async fn begin() -> Result<Night> {
        let server = Setup::embedded().start().await?;
        let house = House::set_up(&server, &music::folder()?).await?;
        house.rules(|rules| (rules.price, rules.free_per_hour) = (0, 10)).await?;
        let mut screen = house.pair(&server, ScreenRole::Player).await?;
        screen.claim(None).await?;
        Ok(Night { server, house, screen })
    }

    /// The address in the code on the screen.
    fn scanned(&self) -> Result<String> {
        Ok(format!("{}/r/{}?c={}", self.server.url(), self.house.room, self.screen.code()?))
    }

    /// Two others ask for a song each, of which the first begins. (Of one person's songs the second waits for everybody's first.)
    async fn others_wait(&mut self) -> Result<(PlayId, i64)> {
        let newest = SongQuery { list: Some("newest".into()), ..SongQuery::default() };
        let page = self.house.operator.songs(&self.house.room, &newest).await?;
        for found in page.songs.into_iter().rev().take(2) {
            let other = Phone::enter(&self.server.url(), &self.house.room, self.screen.code()?).await?;
            other.queue(found.song.id).await?;
        }
        self.start().await
    }

    async fn start(&mut self) -> Result<(PlayId, i64)> {
        let (play, attempt) = self.screen.next_song().await?;
        self.screen.report(play, attempt, Report::Started { position_ms: 0 }, 0).await?;
        Ok((play, attempt))
    }

    async fn finish(&mut self, (play, attempt): (PlayId, i64)) -> Result<()> {
        self.screen.report(play, attempt, Report::Heard, 0).await?;
        self.screen.report(play, attempt, Report::Finished, 0).await?;
        let over =
            |screen: &Screen| screen.plan.as_ref().is_some_and(|plan| plan.lineup.iter().all(|song| song.play != play));
        self.screen.until("the song's end in the plan", over).await
    }

    /// Queues the newest song by the page, and leaves its sheet open. Gives its title.
    async fn ask(&self, page: &Browser) -> Result<String> {
        self.ask_for(page, 0).await
    }

    /// Queues the newest song but `nth`, and leaves its sheet open. Gives its title.
    async fn ask_for(&self, page: &Browser, nth: usize) -> Result<String> {
        page.leave_for(&format!("/r/{}/find?list=newest", self.house.room)).await?;
        let row = format!("document.querySelectorAll(\"{SONG}\")[{nth}]");
        page.until("the catalogue", &format!("return {row} !== undefined")).await?;
        page.eval(&format!("{row}.click()")).await?;
        page.click(PLAY).await?;
        page.wait_for("dialog[open] .accepted").await?;
        // As it is, rather than as it is drawn: WebKit draws some frames later.
        let title = page.eval("return document.querySelector('dialog[open] #song-title').textContent").await?;
        Ok(title.as_str().context("no title")?.to_owned())
    }
}

/// A phone in the room.
async fn phone(night: &Night, permission: &str, look: Look) -> Result<Browser> {
    in_the_room(night, permission, Browser::chromium(&look).await?).await
}

/// Goes to the room with a page that counts how often it asks, and with this permission.
async fn in_the_room(night: &Night, permission: &str, phone: Browser) -> Result<Browser> {
    phone.permit(&night.server.url(), "notifications", permission).await?;
    phone.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": COUNT })).await?;
    phone.goto(&night.scanned()?).await?;
    phone.wait_for("main .now").await?;
    phone.until("the service worker", "return navigator.serviceWorker.controller !== null").await?;
    Ok(phone)
}

async fn shown(phone: &Browser) -> Result<Vec<Value>> {
    let shown = phone.eval_async(SHOWN).await?;
    Ok(shown.as_array().with_context(|| shown.to_string())?.clone())
}

/// Puts the page away, once it is the one that was last opened.
async fn hide(page: &Browser) -> Result<()> {
    let is_here = "return document.readyState === 'complete' && document.querySelector('main .now') !== null &&
        document.querySelector('dialog[open]') === null";
    page.until("the room", is_here).await?;
    page.minimise().await?;
    page.until("a page that nobody sees", "return document.hidden").await.map(drop)
}

/// One's own play as the server knows it.
async fn own(page: &Browser) -> Result<MyPlay> {
    let plays = "fetch('/api/plays').then(answer => answer.text()).then(done);";
    let text = page.eval_async(plays).await?;
    let mut plays: Value = serde_json::from_str(text.as_str().context("no text")?)?;
    Ok(serde_json::from_value(plays["plays"][0].take())?)
}

#[tokio::test]
async fn a_phone_that_is_put_away_tells_once_that_its_song_is_next() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let mut night = Night::begin().await?;
    let first = night.others_wait().await?;
    let phone = phone(&night, "granted", Look::phone()).await?;
    ensure!(!phone.shows(OFFER).await?, "nothing is offered before a song is in line");
    let title = night.ask(&phone).await?;
    phone.wait_for(OFFER).await?;
    ensure!(phone.eval("return window.asked").await? == 0, "asked without a touch");
    phone.keep_picture("notice-offer").await?;
    phone.press("Tell me").await?;
    phone.wait_for_text("You’ll be told.").await?;
    ensure!(phone.eval("return window.asked").await? == 1, "asked at the touch");
    phone.keep_picture("notice-on").await?;
    phone.press("Back to the room").await?;
    hide(&phone).await?;
    night.finish(first).await?;
    let second = night.start().await?;
    let told =
        eventually("a notification", PATIENCE, || async { shown(&phone).await?.pop().context("none yet") }).await?;
    let play = own(&phone).await?.play;
    let room = format!("/r/{}", night.house.room);
    ensure!(told == json!({ "title": "Your song is next.", "body": title, "tag": play, "data": room }), "{told}");
    // Touched or wiped away, it is not told again as it starts.
    phone
        .eval_async(
            "navigator.serviceWorker.ready.then(async registration => {
        for (const notice of await registration.getNotifications()) notice.close();
        done(true);
    });",
        )
        .await?;
    night.finish(second).await?;
    night.start().await?;
    phone.wait_for_text(&title).await?;
    phone.until("the song on the page", "return document.querySelector('.now-label') !== null").await?;
    always("told once", Duration::from_secs(3), || async { Ok(shown(&phone).await?.is_empty()) }).await
}

#[tokio::test]
async fn a_touch_on_the_desktops_notification_brings_the_browsers_page_back() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium, Need::Shell);
    let mut night = Night::begin().await?;
    let first = night.others_wait().await?;
    let desk = Desk::begin(Secrets::None).await?;
    let notices = desk.notices().await?;
    let page = in_the_room(&night, "granted", Browser::chromium_at(&desk, &Look::desktop()).await?).await?;
    let title = night.ask(&page).await?;
    page.press("Tell me").await?;
    page.press("Back to the room").await?;
    hide(&page).await?;
    night.finish(first).await?;
    night.start().await?;
    let told = notices.first().await?;
    ensure!(told.contains("|Your song is next.|") && told.contains(&title), "{told}");
    notices.touch().await?;
    page.until("the page again", "return !document.hidden").await?;
    page.close().await
}

#[tokio::test]
async fn a_page_that_is_seen_says_it_by_itself() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let mut night = Night::begin().await?;
    let first = night.others_wait().await?;
    let phone = phone(&night, "granted", Look::phone()).await?;
    night.ask(&phone).await?;
    phone.press("Tell me").await?;
    phone.press("Back to the room").await?;
    night.finish(first).await?;
    night.start().await?;
    phone.wait_for_text("Your song is next.").await?;
    ensure!(shown(&phone).await?.is_empty(), "told to who sees it");
    // Off again, where one would look for it.
    phone.leave_for("/me").await?;
    let switch =
        "return [...document.querySelectorAll('.switch')].find(label => label.textContent.startsWith('Tell me'))
        ?.querySelector('input').checked === true";
    phone.until("the switch is on", switch).await?;
    phone.keep_picture("notice-switch").await?;
    phone
        .eval(
            "[...document.querySelectorAll('.switch')].find(label => label.textContent.startsWith('Tell me')).click()",
        )
        .await?;
    phone.until("kept", "return localStorage.getItem('jukeline.notify') === 'no'").await?;
    Ok(())
}

#[tokio::test]
async fn a_second_page_that_is_seen_keeps_the_first_quiet() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let mut night = Night::begin().await?;
    let first = night.others_wait().await?;
    let phone = phone(&night, "granted", Look::desktop()).await?;
    night.ask(&phone).await?;
    phone.press("Tell me").await?;
    phone.press("Back to the room").await?;
    phone.open_window().await?;
    phone.goto(&format!("{}/r/{}", night.server.url(), night.house.room)).await?;
    phone.wait_for_text("Yours.").await?;
    phone.turn_to_window(0).await?;
    hide(&phone).await?;
    night.finish(first).await?;
    night.start().await?;
    phone.wait_for_text("Your song is next.").await?;
    always("quiet", Duration::from_secs(3), || async { Ok(shown(&phone).await?.is_empty()) }).await
}

#[tokio::test]
async fn who_refuses_is_told_how_it_stands_and_never_asked_again() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let night = Night::begin().await?;
    let german = Look { language: "de".into(), ..Look::phone() };
    let phone = phone(&night, "granted", german).await?;
    night.ask(&phone).await?;
    phone.wait_for(OFFER).await?;
    phone.keep_picture("notice-offer-de").await?;
    // What the person says to the browser's own question.
    phone
        .eval("Notification.requestPermission = () => { window.asked += 1; return Promise.resolve('denied'); }")
        .await?;
    phone.press("Ja, bitte").await?;
    phone.wait_for_text("Dieses Gerät zeigt keine Mitteilungen von Jukeline.").await?;
    phone.keep_picture("notice-denied-de").await?;
    phone.permit(&night.server.url(), "notifications", "denied").await?;
    night.ask_for(&phone, 1).await?;
    ensure!(!phone.shows(OFFER).await?, "offered again");
    phone.leave_for("/me").await?;
    phone.wait_for_text("Dieses Gerät zeigt keine Mitteilungen von Jukeline.").await?;
    ensure!(phone.eval("return window.asked").await? == 0, "asked again");
    Ok(())
}

#[tokio::test]
async fn a_no_is_kept() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let mut night = Night::begin().await?;
    let first = night.others_wait().await?;
    let phone = phone(&night, "granted", Look::phone()).await?;
    night.ask(&phone).await?;
    phone.press("No, thanks").await?;
    phone.wait_until_gone(OFFER).await?;
    night.ask_for(&phone, 1).await?;
    ensure!(!phone.shows(OFFER).await?, "offered again");
    phone.press("Back to the room").await?;
    hide(&phone).await?;
    night.finish(first).await?;
    night.start().await?;
    phone.wait_for_text("Your song is next.").await?;
    ensure!(shown(&phone).await?.is_empty() && phone.eval("return window.asked").await? == 0, "told unasked");
    Ok(())
}

#[tokio::test]
async fn the_apps_window_tells_by_the_desktops_server_and_comes_back_at_a_touch() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let mut night = Night::begin().await?;
    let first = night.others_wait().await?;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let notices = desk.notices().await?;
    let app = desk.open(&["--role", "patron", &night.scanned()?]).await?;
    app.wait_for_text("The Copper Still").await?;
    app.wait_for_text("You’re in the room").await?;
    let title = night.ask(&app).await?;
    app.wait_for(OFFER).await?;
    app.keep_picture("shell-notice-offer").await?;
    app.press("Tell me").await?;
    app.wait_for_text("You’ll be told.").await?;
    app.press("Back to the room").await?;
    hide(&app).await?;
    night.finish(first).await?;
    night.start().await?;
    let told = notices.first().await?;
    ensure!(told.ends_with(&format!("|Your song is next.|{title}|jukeline-patron")), "{told} of {title:?}");
    notices.touch().await?;
    app.until("the window again", "return !document.hidden").await?;
    app.close().await
}
