//! Buying credits in a real browser: from an empty wallet to the song, the cards that don't pay, the bank that asks, the
//! word that comes late, the other browser, the second click.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jukeline_app::{api::Report, play::BreakCause};
use jukeline_tests::{
    browser::{Browser, Look},
    eventually,
    house::House,
    machine::Need,
    music, needs,
    sandbox::{CHALLENGED, GOOD, POOR, Sandbox},
    server::{Server, Setup},
    shop::{PACKS, Shop},
    wait::always,
};
use serde_json::{Value, json};

/// The sheet's one main button.
const PLAY: &str = "dialog[open] .sheet-foot .btn.main.priced";
/// The sheet's one main button where credits are short.
const SHORT: &str = "dialog[open] .sheet-foot a.btn.main[href^='/wallet']";
/// The pack of the best value: 10 credits and 2 bonus.
const BEST: &str = ".packs .btn.main.priced";
/// The balance in the wallet.
const BALANCE: &str = "main .balance";

/// A thumb that counts what it presses.
struct Thumb<'a> {
    phone: &'a Browser,
    taps: usize,
}

impl Thumb<'_> {
    async fn tap(&mut self, css: &str) -> Result<()> {
        self.taps += 1;
        self.phone.click(css).await
    }
}

/// A phone that shows a room whose code it knows.
async fn scan(server: &Server, house: &House, code: &str) -> Result<Browser> {
    let phone = Browser::chromium(&Look::phone()).await?;
    phone.goto(&format!("{}/r/{}?c={code}", server.url(), house.room)).await?;
    phone.wait_for("main .now").await?;
    Ok(phone)
}

/// Waits for the hosted page, which is of another origin than the shop, and types a card.
async fn type_card(phone: &Browser, server: &Server, number: &str) -> Result<()> {
    phone.wait_for("#number").await?;
    let origin = phone.eval("return location.origin").await?;
    ensure!(origin != json!(server.url()), "the card is typed at {origin}");
    phone.fill("#number", number).await?;
    phone.fill("#expiry", "12 / 34").await?;
    phone.fill("#cvc", "123").await
}

/// Types a card and presses Pay.
async fn pay(phone: &Browser, server: &Server, number: &str) -> Result<()> {
    type_card(phone, server, number).await?;
    phone.click("form button").await
}

/// Starts as a guest, as the first request for a song does.
async fn become_a_guest(phone: &Browser) -> Result<()> {
    let made = phone
        .eval_async(
            "const asks = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
             fetch('/api/guests', asks).then(answer => done(answer.status));",
        )
        .await?;
    ensure!(made == json!(201), "{made}");
    Ok(())
}

/// The purchases of whoever is signed in here.
async fn purchases(phone: &Browser) -> Result<Vec<Value>> {
    let told = phone
        .eval_async(
            "fetch('/api/purchases').then(a => a.ok ? a.json() : {purchases: []}).then(a => done(a.purchases));",
        )
        .await?;
    told.as_array().cloned().context("no purchases")
}

async fn balance_is(phone: &Browser, words: &str) -> Result<()> {
    eventually(words, Duration::from_secs(20), || async {
        let shown = phone.text(BALANCE).await?;
        ensure!(shown.replace('\n', " ").trim() == words, "{shown:?}");
        Ok(())
    })
    .await
}

/// Opens "What is this charge?" of the newest purchase and shows it.
async fn open_charge(phone: &Browser) -> Result<()> {
    phone.click(".purchase summary").await?;
    phone.wait_for(".purchase details[open]").await?;
    phone.eval("document.querySelector('.purchase').scrollIntoView()").await?;
    Ok(())
}

/// Keeps a picture and refuses what reaches beyond the page's right edge.
async fn look(browser: &Browser, name: &str) -> Result<()> {
    browser.keep_picture(name).await?;
    let beyond = browser
        .eval(
            "return [...document.querySelectorAll('h1, h2, h3, p, strong, dd, .btn')]
                .filter(e => !e.closest('.sr-only') && e.getBoundingClientRect().right > innerWidth + 1)
                .map(e => e.textContent)",
        )
        .await?;
    ensure!(beyond == json!([]), "{name}: {beyond}");
    Ok(())
}

#[tokio::test]
async fn from_an_empty_wallet_to_the_song_in_four_taps() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let sandbox = Sandbox::start().await?;
    let server = sandbox.selling(Setup::embedded(), "EUR", &PACKS).start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    house.rules(|rules| rules.price = 2).await?;
    let player = Browser::player(&house, &server.url()).await?;
    let phone = scan(&server, &house, &player.room_code().await?).await?;
    let song = house.songs().await?[0];
    // Somebody who has played before and has nothing left.
    become_a_guest(&phone).await?;
    phone.goto(&format!("{}/r/{}/song/{song}", server.url(), house.room)).await?;
    phone.wait_for_text("This song is 2 credits and you have\u{a0}0.").await?;
    let title = phone.text("#song-title").await?;
    look(&phone, "buy-sheet").await?;

    let mut thumb = Thumb { phone: &phone, taps: 0 };
    thumb.tap(SHORT).await?;
    phone.wait_for(BEST).await?;
    look(&phone, "buy-wallet-from-sheet").await?;
    thumb.tap(BEST).await?;
    type_card(&phone, &server, GOOD).await?;
    phone.keep_picture("buy-card-page").await?;
    thumb.tap("form button").await?;
    phone.wait_for_text("Paid. 12 credits are yours.").await?;
    // It leads back by itself.
    phone.wait_for(PLAY).await?;
    look(&phone, "buy-sheet-again").await?;
    thumb.tap(PLAY).await?;
    phone.wait_for("dialog[open] .accepted").await?;
    ensure!(thumb.taps <= 4, "{} taps", thumb.taps);
    player.hear().await?;
    player.wait_for_text(&title).await?;

    phone.goto(&format!("{}/wallet", server.url())).await?;
    balance_is(&phone, "10 credits").await?;
    phone.wait_for_text("Bought for €9.50").await?;
    look(&phone, "buy-wallet").await?;
    open_charge(&phone).await?;
    phone.wait_for_text("Code for lost credits").await?;
    look(&phone, "buy-wallet-charge").await?;
    phone.eval("scrollTo(0, document.body.scrollHeight)").await?;
    look(&phone, "buy-wallet-story").await
}

#[tokio::test]
async fn cards_that_do_not_pay_say_why_and_the_bank_may_ask() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let shop = Shop::open().await?;
    let phone = scan(&shop.server, &shop.house, shop.screen.code()?).await?;
    phone.goto(&format!("{}/wallet", shop.server.url())).await?;
    look(&phone, "buy-wallet-nobody").await?;
    phone.click(BEST).await?;
    pay(&phone, &shop.server, POOR).await?;
    phone.wait_for_text("insufficient funds").await?;
    phone.press("Go back without paying").await?;
    phone.wait_for_text("The card was declined").await?;
    phone.wait_for_text("There is not enough money on it. Nothing was charged.").await?;
    look(&phone, "buy-declined").await?;
    phone.press("Try again").await?;
    pay(&phone, &shop.server, GOOD).await?;
    phone.wait_for_text("Paid. 12 credits are yours.").await?;
    phone.wait_for_text("Back to the room").await?;
    look(&phone, "buy-paid").await?;

    phone.goto(&format!("{}/wallet", shop.server.url())).await?;
    phone.click(".packs .btn.priced:not(.main)").await?;
    pay(&phone, &shop.server, CHALLENGED).await?;
    phone.press("No, that isn't me").await?;
    phone.wait_for_text("could not confirm").await?;
    phone.press("Go back without paying").await?;
    phone.wait_for_text("your bank didn’t confirm that it’s you. Nothing was charged.").await?;
    phone.goto(&format!("{}/wallet", shop.server.url())).await?;
    phone.wait_for_text("your bank didn’t confirm").await?;
    look(&phone, "buy-wallet-declined").await?;
    phone.press("Go on paying").await?;
    pay(&phone, &shop.server, CHALLENGED).await?;
    phone.press("Yes, confirm").await?;
    phone.wait_for_text("Paid. 5 credits are yours.").await?;
    phone.goto(&format!("{}/wallet", shop.server.url())).await?;
    balance_is(&phone, "17 credits").await
}

#[tokio::test]
async fn a_late_word_is_waited_for_and_said() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let shop = Shop::open().await?;
    let phone = scan(&shop.server, &shop.house, shop.screen.code()?).await?;
    let wallet = format!("{}/wallet", shop.server.url());
    become_a_guest(&phone).await?;
    phone.goto(&wallet).await?;
    balance_is(&phone, "0 credits").await?;
    phone.open_window().await?;
    phone.goto(&wallet).await?;
    phone.click(BEST).await?;
    type_card(&phone, &shop.server, GOOD).await?;
    // No webhook comes, and the provider can't be asked.
    shop.sandbox.faults(&json!({ "hold": true })).await?;
    shop.sandbox.down(true).await?;
    phone.click("form button").await?;
    phone.wait_for_text("Waiting for your bank").await?;
    look(&phone, "buy-waiting").await?;
    always("waiting", Duration::from_secs(10), || async {
        Ok(phone.visible_text().await?.contains("You can leave this page"))
    })
    .await?;
    shop.sandbox.release(false, 1).await?;
    phone.wait_for_text("Paid. 12 credits are yours.").await?;
    // The first tab has loaded nothing since.
    phone.turn_to_window(0).await?;
    balance_is(&phone, "12 credits").await
}

#[tokio::test]
async fn another_browser_without_a_cookie_is_told_as_well() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let shop = Shop::open().await?;
    let phone = scan(&shop.server, &shop.house, shop.screen.code()?).await?;
    let wallet = format!("{}/wallet", shop.server.url());
    phone.goto(&wallet).await?;
    phone.click(BEST).await?;
    phone.wait_for("#number").await?;
    let page = phone.client().current_url().await?.to_string();
    phone.goto(&wallet).await?;
    balance_is(&phone, "0 credits").await?;
    look(&phone, "buy-wallet-open").await?;

    let other = Browser::chromium(&Look::phone()).await?;
    other.goto(&page).await?;
    pay(&other, &shop.server, GOOD).await?;
    other.wait_for_text("Paid. 12 credits are yours.").await?;
    other.wait_for_text("You began elsewhere").await?;
    look(&other, "buy-paid-elsewhere").await?;
    let code = other.text(".code-text").await?;
    balance_is(&phone, "12 credits").await?;

    // Who lost the first browser takes the credits along by the receipt's code.
    other.press("To the wallet").await?;
    other.press("I have a voucher or a receipt’s code").await?;
    other.wait_for("details[open] #credit-code").await?;
    other.fill("#credit-code", "ABCD-EFGH-JKMN").await?;
    other.press("Use the code").await?;
    other.wait_for_text("Check the letters.").await?;
    look(&other, "buy-code-wrong").await?;
    other.fill("#credit-code", &code.to_lowercase()).await?;
    other.press("Use the code").await?;
    balance_is(&other, "12 credits").await
}

#[tokio::test]
async fn a_double_click_buys_once_and_a_provider_that_is_down_charges_nothing() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    let shop = Shop::open().await?;
    let phone = scan(&shop.server, &shop.house, shop.screen.code()?).await?;
    let wallet = format!("{}/wallet", shop.server.url());
    phone.goto(&wallet).await?;
    shop.sandbox.down(true).await?;
    phone.click(BEST).await?;
    phone.wait_for_text("The card payment is out of reach for the moment. Nothing was charged.").await?;
    look(&phone, "buy-provider-down").await?;
    shop.sandbox.down(false).await?;
    phone.eval(&format!("const b = document.querySelector('{BEST}'); b.click(); b.click();")).await?;
    pay(&phone, &shop.server, GOOD).await?;
    phone.wait_for_text("Paid. 12 credits are yours.").await?;
    phone.goto(&wallet).await?;
    balance_is(&phone, "12 credits").await?;
    let bought = purchases(&phone).await?;
    ensure!(bought.len() == 1, "{bought:?}");
    ensure!(shop.sandbox.payments().await? == 1, "the provider took more than one payment");

    // Instagram's own browser: said before anything is bought.
    let inside = json!({ "userAgent": "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/15E148 Instagram 300.0" });
    phone.devtools("Emulation.setUserAgentOverride", inside).await?;
    phone.goto(&wallet).await?;
    phone.wait_for_text("Open this page in your browser first").await?;
    let order = phone
        .eval(&format!(
            "const notice = document.querySelector('.banner.warn'), buy = document.querySelector('{BEST}');
             return Boolean(notice.compareDocumentPosition(buy) & Node.DOCUMENT_POSITION_FOLLOWING)"
        ))
        .await?;
    ensure!(order == json!(true), "the word stands before the button");
    look(&phone, "buy-in-app").await
}

#[tokio::test]
async fn what_became_of_credits_and_money_is_told() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Chromium);
    // The player here says nothing between two songs.
    let mut shop = Shop::with(|setup| setup.set(&["floor", "silent_after_seconds"], 600)).await?;
    let phone = scan(&shop.server, &shop.house, shop.screen.code()?).await?;
    let wallet = format!("{}/wallet", shop.server.url());
    phone.goto(&wallet).await?;
    phone.click(BEST).await?;
    pay(&phone, &shop.server, GOOD).await?;
    phone.wait_for_text("Paid. 12 credits are yours.").await?;

    let songs = shop.house.songs().await?;
    let sheet = |n: usize| format!("{}/r/{}/song/{}", shop.server.url(), shop.house.room, songs[n]);
    let first = sheet(0);
    let second = sheet(1);
    phone.goto(&first).await?;
    phone.click(PLAY).await?;
    phone.wait_for("dialog[open] .accepted").await?;
    shop.screen.play_one().await?;
    phone.goto(&second).await?;
    phone.click(PLAY).await?;
    phone.wait_for("dialog[open] .accepted").await?;

    phone.goto(&format!("{}/played", shop.server.url())).await?;
    phone.press("I didn’t hear it").await?;
    phone.wait_for_text("2 credits are back, on the house. The staff have been told.").await?;
    look(&phone, "buy-not-heard").await?;
    // The next one breaks off before anybody has heard it.
    let (play, attempt) = shop.screen.next_song().await?;
    let broke = Report::Broke { position_ms: 0, cause: BreakCause::File };
    shop.screen.report(play, attempt, broke, 0).await?;
    phone.goto(&wallet).await?;
    balance_is(&phone, "12 credits").await?;
    phone.wait_for_text("The recording could not be played").await?;
    phone.eval("scrollTo(0, document.body.scrollHeight)").await?;
    look(&phone, "buy-story").await?;

    // Bonus credits went first: these two are paid ones.
    for n in [2, 3] {
        phone.goto(&sheet(n)).await?;
        phone.click(PLAY).await?;
        phone.wait_for("dialog[open] .accepted").await?;
        shop.screen.play_one().await?;
    }
    phone.goto(&wallet).await?;
    balance_is(&phone, "8 credits").await?;
    let bought = purchases(&phone).await?;
    let id = bought[0]["purchase"].as_str().context("an id")?.to_owned();
    shop.sandbox.dispute(&id, "needs_response").await?;
    phone.wait_for_text("A payment of yours was taken back").await?;
    phone.eval("scrollTo(0, 0)").await?;
    look(&phone, "buy-debt").await?;
    phone.goto(&second).await?;
    phone.wait_for("dialog[open] #song-title").await?;
    look(&phone, "buy-debt-sheet").await?;
    shop.sandbox.dispute(&id, "won").await?;
    phone.goto(&wallet).await?;
    phone.wait_for_text("dispute is over").await?;

    for (language, name) in [("de", "buy-de"), ("en", "buy-desktop")] {
        let size = if language == "de" { Look::phone() } else { Look::desktop() };
        let browser = Browser::chromium(&Look { language: language.into(), ..size }).await?;
        browser.goto(&format!("{}/r/{}?c={}", shop.server.url(), shop.house.room, shop.screen.code()?)).await?;
        browser.wait_for("main .now").await?;
        become_a_guest(&browser).await?;
        browser.goto(&second).await?;
        browser.wait_for(SHORT).await?;
        look(&browser, &format!("{name}-sheet")).await?;
        browser.goto(&wallet).await?;
        browser.click(BEST).await?;
        pay(&browser, &shop.server, GOOD).await?;
        browser.wait_for("main .accepted").await?;
        look(&browser, &format!("{name}-paid")).await?;
        browser.goto(&wallet).await?;
        browser.wait_for(".purchase").await?;
        look(&browser, &format!("{name}-wallet")).await?;
        open_charge(&browser).await?;
        look(&browser, &format!("{name}-charge")).await?;
    }
    shop.house.rules(|rules| rules.price = 0).await?;
    phone.goto(&wallet).await?;
    phone.wait_for_text("you need no credits there").await?;
    look(&phone, "buy-free").await
}
