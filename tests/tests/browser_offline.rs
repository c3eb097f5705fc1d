//! The web app: judged installable, opened from its icon without a network or a server, and carried over to another build.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jukeline_app::api::ScreenRole;
use jukeline_tests::{
    browser::{Browser, Look},
    builds::{PagesFolder, another_build, only_in},
    eventually,
    house::{House, Phone},
    machine::{self, Need},
    music, needs,
    sandbox::GOOD,
    server::{Server, Setup},
    shop::Shop,
    wait::always,
};
use serde_json::{Value, json};

/// The names of the page's caches and the paths in them.
const CACHES: &str = "caches.keys().then(async names => {
    const kept = [];
    for (const name of names)
        kept.push(...(await (await caches.open(name)).keys()).map(key => new URL(key.url).pathname));
    done({ names, kept });
}, error => done({ error: String(error) }));";
/// The boot data's word for which pages these are.
const BUILD: &str = "return JSON.parse(document.getElementById('boot').textContent).build";
/// How long an update of the worker or a song's end may take.
const LATER: Duration = Duration::from_secs(150);

/// A venue in free play with a screen that has no page, and a guest who is in.
async fn open(setup: Setup) -> Result<(Server, House, Phone, jukeline_tests::house::Screen)> {
    let server = setup.start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    house.rules(|rules| rules.price = 0).await?;
    let mut screen = house.pair(&server, ScreenRole::Player).await?;
    screen.claim(None).await?;
    let guest = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
    Ok((server, house, guest, screen))
}

/// Waits until this browser keeps all of these, and says what it keeps.
async fn keeps(browser: &Browser, wanted: &[&str]) -> Result<Vec<String>> {
    eventually(&format!("{wanted:?} kept"), LATER, || async {
        let kept = kept(browser).await?.1;
        ensure!(wanted.iter().all(|path| kept.iter().any(|has| has == path)), "it keeps {kept:#?}");
        Ok(kept)
    })
    .await
}

async fn kept(browser: &Browser) -> Result<(Vec<String>, Vec<String>)> {
    let seen = browser.eval_async(CACHES).await?;
    let list = |key: &str| -> Result<Vec<String>> {
        let words = seen[key].as_array().with_context(|| seen.to_string())?;
        Ok(words.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    };
    Ok((list("names")?, list("kept")?))
}

/// A phone that opened the room once, and keeps it.
async fn visitor(server: &Server) -> Result<Browser> {
    let phone = Browser::chromium(&Look::phone()).await?;
    phone.goto(&format!("{}/r/copper", server.url())).await?;
    phone.wait_for("main .now").await?;
    phone.until("the service worker", "return navigator.serviceWorker.controller !== null").await?;
    keeps(&phone, &["/", "/r/copper", "/ui/boot/patron.js"]).await?;
    Ok(phone)
}

async fn mark(browser: &Browser) -> Result<()> {
    browser.eval("window.stillTheSame = true").await.map(drop)
}

/// Whether the page has not been loaded since [`mark`].
async fn is_the_same(browser: &Browser) -> Result<bool> {
    Ok(browser.eval("return window.stillTheSame === true").await? == json!(true))
}

#[tokio::test]
async fn chromium_calls_it_installable_and_the_wallet_offers_it() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (server, _house, _guest, _screen) = open(Setup::embedded()).await?;
    let phone = visitor(&server).await?;
    eventually("the judgement", LATER, || async {
        let errors = phone.devtools("Page.getInstallabilityErrors", json!({})).await?;
        ensure!(errors["installabilityErrors"] == json!([]), "{errors}");
        Ok(())
    })
    .await?;
    let manifest = phone.devtools("Page.getAppManifest", json!({})).await?;
    ensure!(manifest["errors"] == json!([]), "{manifest}");
    let said: Value = serde_json::from_str(manifest["data"].as_str().context("no manifest")?)?;
    ensure!(said["id"] == "/" && said["display"] == "standalone", "{said}");
    let app = phone.devtools("Page.getAppId", json!({})).await?;
    ensure!(app["appId"] == json!(format!("{}/", server.url())), "{app}");

    phone.goto(&format!("{}/wallet", server.url())).await?;
    // Chromium offers it by itself. What it would ask in a window of its own is answered here.
    phone.wait_for_text("Jukeline as an app").await?;
    phone.keep_picture("wallet-install").await?;
    phone
        .eval(
            "window.jukelineOffer = { prompt: () => {
                window.asked = true;
                return Promise.resolve({ outcome: 'accepted' });
            } };",
        )
        .await?;
    phone.press("Add to home screen").await?;
    phone.until("the question", "return window.asked === true").await?;
    phone.wait_until_gone(".install").await
}

#[tokio::test]
async fn an_iphone_is_told_in_words() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (server, _house, _guest, _screen) = open(Setup::embedded()).await?;
    let phone = Browser::chromium(&Look::phone()).await?;
    let agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/17.5 Mobile/15E148 Safari/604.1";
    phone.devtools("Emulation.setUserAgentOverride", json!({ "userAgent": agent })).await?;
    // Safari doesn't offer it to pages.
    let silence = "addEventListener('beforeinstallprompt', event => event.stopImmediatePropagation(), true)";
    phone.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": silence })).await?;
    phone.goto(&format!("{}/wallet", server.url())).await?;
    phone.wait_for_text("Tap Share in the browser, then “Add to Home Screen”.").await?;
    phone.keep_picture("wallet-install-iphone").await?;
    // Opened from the home screen it has nothing to say of it.
    let app = "Object.defineProperty(navigator, 'standalone', { value: true })";
    phone.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": app })).await?;
    phone.client().refresh().await?;
    phone.wait_for("main h2").await?;
    ensure!(!phone.shows(".install").await?, "it is an app already");
    Ok(())
}

#[tokio::test]
async fn without_a_network_the_icon_opens_the_last_room() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (server, house, guest, _screen) = open(Setup::embedded()).await?;
    let songs = house.songs().await?;
    let waits = guest.queue(songs[1]).await?.song.song.title;
    let phone = visitor(&server).await?;
    phone.wait_for_text(&waits).await?;

    let cut = phone.cut_off().await?;
    phone.goto(&format!("{}/", server.url())).await?;
    phone.until("the last room", "return location.pathname === '/r/copper'").await?;
    phone.wait_for_text("You’re offline.").await?;
    phone.wait_for_text("The Copper Still").await?;
    phone.wait_for_text(&waits).await?;
    phone.keep_picture("offline-room").await?;
    // A page that was never opened is drawn from the shell; one of another program says that it isn't there.
    phone.goto(&format!("{}/played", server.url())).await?;
    phone.wait_for("nav.tabs").await?;
    phone.goto(&format!("{}/wallet", server.url())).await?;
    phone.wait_for_text("This page wasn’t open here before.").await?;
    phone.keep_picture("offline-not-kept").await?;
    phone.press("To the room").await?;
    phone.wait_for_text("You’re offline.").await?;

    mark(&phone).await?;
    let next = guest.queue(songs[2]).await?.song.song.title;
    phone.back_online(cut).await?;
    phone.wait_for_text(&next).await?;
    phone.until("the connection", "return !document.body.innerText.includes('You’re offline.')").await?;
    ensure!(is_the_same(&phone).await?, "nothing was loaded again");
    Ok(())
}

#[tokio::test]
async fn without_a_server_the_app_opens_and_comes_back_by_itself() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (mut server, _house, _guest, _screen) = open(Setup::embedded()).await?;
    let phone = visitor(&server).await?;
    phone.goto(&format!("{}/wallet?from=room", server.url())).await?;
    phone.goto(&format!("{}/wallet", server.url())).await?;
    phone.wait_for("main h2").await?;
    keeps(&phone, &["/wallet", "/ui/boot/wallet.js"]).await?;
    let addresses = kept(&phone).await?.1;
    ensure!(addresses.iter().filter(|path| *path == "/wallet").count() == 1, "{addresses:#?}");

    server.kill9();
    phone.goto(&format!("{}/wallet?from=room", server.url())).await?;
    phone.wait_for("nav.tabs").await?;
    phone.keep_picture("offline-wallet").await?;
    phone.goto(&format!("{}/", server.url())).await?;
    phone.until("the last room", "return location.pathname === '/r/copper'").await?;
    phone.wait_for_text("No connection.").await?;
    mark(&phone).await?;
    server.restart().await?;
    phone.until("the connection", "return !document.body.innerText.includes('No connection.')").await?;
    ensure!(is_the_same(&phone).await?, "nothing was loaded again");
    // A page that isn't kept says so, and loads by itself as soon as it can.
    server.kill9();
    phone.goto(&format!("{}/history", server.url())).await?;
    phone.wait_for_text("You’re offline.").await?;
    server.restart().await?;
    phone.wait_for("nav.tabs").await
}

#[tokio::test]
async fn what_an_old_build_kept_goes_when_another_takes_over() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (old, new) = (machine::pages()?, another_build(&machine::pages()?)?);
    let folder = PagesFolder::of(&old)?;
    let (mut server, _house, _guest, _screen) = open(Setup::embedded().set(&["http", "ui"], folder.path())).await?;
    let phone = visitor(&server).await?;
    let before = phone.eval(BUILD).await?;
    let gone = only_in(&old, new.path())?;
    ensure!(!gone.is_empty(), "the builds differ");

    folder.becomes(new.path())?;
    server.restart().await?;
    // The page that is open finds its style as it is today.
    let style = gone.iter().find(|file| file.contains("/wallet-") && file.ends_with(".css")).context("no style")?;
    let found = phone
        .eval_async(&format!(
            "fetch('/ui/{style}').then(a => done([a.status, a.redirected, a.headers.get('content-type')]))"
        ))
        .await?;
    ensure!(found == json!([200, true, "text/css"]), "{found}");

    phone.goto(&format!("{}/r/copper", server.url())).await?;
    let after = phone.eval(BUILD).await?;
    ensure!(after != before, "opened anew, it is the new build: {after}");
    eventually("one cache, of the new build", LATER, || async {
        let (names, kept) = kept(&phone).await?;
        ensure!(names == [format!("jukeline-{}", after.as_str().unwrap_or_default())], "{names:?}");
        let stale: Vec<_> =
            kept.iter().filter(|path| gone.iter().any(|file| **path == format!("/ui/{file}"))).collect();
        ensure!(stale.is_empty(), "{stale:#?}");
        Ok(())
    })
    .await?;
    keeps(&phone, &["/", "/r/copper", "/ui/boot/patron.js"]).await?;
    server.kill9();
    phone.goto(&format!("{}/", server.url())).await?;
    phone.wait_for_text("The Copper Still").await?;
    ensure!(phone.eval(BUILD).await? == after, "the new build opens without a server");
    server.restart().await
}

#[tokio::test]
async fn an_update_waits_for_the_songs_end_on_the_screen_and_for_the_next_opening_on_the_phone() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (old, new) = (machine::pages()?, another_build(&machine::pages()?)?);
    let folder = PagesFolder::of(&old)?;
    let mut server = Setup::embedded().set(&["http", "ui"], folder.path()).start().await?;
    let base = server.url();
    let house = House::set_up(&server, &music::folder()?).await?;
    house.rules(|rules| rules.price = 0).await?;
    let player = Browser::player(&house, &base).await?;
    let guest = Phone::enter(&base, &house.room, &player.room_code().await?).await?;
    let songs = house.songs().await?;
    let first = guest.queue(songs[0]).await?;
    guest.queue(songs[1]).await?;
    let phone = Browser::chromium(&Look::phone()).await?;
    phone.goto(&format!("{base}/r/{}?c={}", house.room, player.room_code().await?)).await?;
    phone.wait_for("main .now").await?;
    phone.press("Find").await?;
    phone.goto(&format!("{base}/r/{}/song/{}", house.room, songs[2])).await?;
    phone.wait_for("dialog[open] .sheet-foot .btn.main.priced").await?;
    let before = player.hear().await?;
    ensure!(before.play == Some(first.play.to_string()), "{before:?}");
    let build = player.eval(BUILD).await?;
    mark(&player).await?;
    mark(&phone).await?;

    folder.becomes(new.path())?;
    server.restart().await?;
    player.wait_for(".room-code").await?;
    // Its song is not cut short …
    always("the same page", Duration::from_secs(3), || is_the_same(&player)).await?;
    let during = player.hear().await?;
    ensure!(during.play == before.play, "{during:?}");
    // … and a request that was begun on the old page ends there.
    phone.click("dialog[open] .sheet-foot .btn.main.priced").await?;
    phone.wait_for("dialog[open] .accepted").await?;

    eventually("the new screen", LATER, || async {
        ensure!(!is_the_same(&player).await?, "still the old page");
        Ok(())
    })
    .await?;
    ensure!(player.eval(BUILD).await? != build, "the new build");
    let after = player.hear().await?;
    ensure!(after.play != before.play, "the next song, without a touch: {after:?}");
    let heard = eventually("the first song's end", LATER, || async {
        let plays = guest.api.plays(None).await?.plays;
        let mine = plays.into_iter().find(|mine| mine.play == first.play).context("no such play")?;
        ensure!(mine.state.is_final(), "{mine:?}");
        Ok(mine)
    })
    .await?;
    ensure!(heard.state == jukeline_app::play::PlayState::Finished, "it was played to its end: {heard:?}");
    ensure!(is_the_same(&phone).await?, "the phone was not loaded again");
    phone.goto(&format!("{base}/r/{}", house.room)).await?;
    ensure!(phone.eval(BUILD).await? != build, "opened anew, the phone has the new build");
    Ok(())
}

#[tokio::test]
async fn a_screen_that_was_touched_sounds_on_after_an_update() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (old, new) = (machine::pages()?, another_build(&machine::pages()?)?);
    let folder = PagesFolder::of(&old)?;
    let mut server = Setup::embedded().set(&["http", "ui"], folder.path()).start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    let player = Browser::chromium(&Look::desktop()).await?;
    player.pair_player(&house, &server.url()).await?;
    player.click("button.touch").await?;
    player.wait_until_gone("button.touch").await?;
    let build = player.eval(BUILD).await?;

    folder.becomes(new.path())?;
    server.restart().await?;
    // Nothing plays: there is nothing to wait for.
    eventually("the new screen", LATER, || async {
        ensure!(player.eval(BUILD).await? != build, "still the old page");
        Ok(())
    })
    .await?;
    player.until("the claim", "return window.jukeline && window.jukeline.epoch !== null").await?;
    ensure!(!player.shows("button.touch").await?, "no other touch");
    let guest = Phone::enter(&server.url(), &house.room, &player.room_code().await?).await?;
    let song = house.songs().await?[0];
    eventually("a player", Duration::from_secs(20), || async { guest.queue(song).await }).await?;
    player.hear().await.map(drop)
}

#[tokio::test]
async fn an_update_in_the_middle_of_a_purchase_loses_nothing() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let (old, new) = (machine::pages()?, another_build(&machine::pages()?)?);
    let folder = PagesFolder::of(&old)?;
    let mut shop = Shop::with(|setup| setup.set(&["http", "ui"], folder.path())).await?;
    let base = shop.server.url();
    let phone = Browser::chromium(&Look::phone()).await?;
    phone.goto(&format!("{base}/r/copper?c={}", shop.screen.code()?)).await?;
    phone.wait_for("main .now").await?;
    phone.goto(&format!("{base}/wallet")).await?;
    phone.wait_for(".packs .btn.main.priced").await?;
    let build = phone.eval(BUILD).await?;
    mark(&phone).await?;

    folder.becomes(new.path())?;
    shop.server.restart().await?;
    // Chosen on the old page, paid at the hosted one, and told by the new.
    phone.click(".packs .btn.main.priced").await?;
    phone.wait_for("#number").await?;
    phone.fill("#number", GOOD).await?;
    phone.fill("#expiry", "12 / 34").await?;
    phone.fill("#cvc", "123").await?;
    phone.click("form button").await?;
    phone.until("the way back", &format!("return location.origin === '{base}'")).await?;
    phone.wait_for_text("12 credits").await?;
    ensure!(phone.eval(BUILD).await? != build, "the new build");
    Ok(())
}
