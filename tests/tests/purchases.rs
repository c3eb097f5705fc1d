//! Buying credits, from an empty wallet to the song that they pay for, and everything that can go wrong on the way.

mod support;

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use jukeline_app::{
    api::{BuyPack, Code, MyPurchase, WalletEvent},
    client::Asked,
    id::{PlayId, PurchaseId},
    purchase::{Dispute, PurchaseState, Refunded},
};
use jukeline_backend::payments::signature::sign;
use jukeline_tests::{
    eventually,
    house::Phone,
    kafka::Kafka,
    machine::Need,
    needs,
    postgres::Postgres,
    sandbox::{CHALLENGED, DECLINED, GOOD, POOR, Sandbox, WEBHOOK_SECRET},
    server::Setup,
    shop::{SOON, Shop, now},
    wait::always,
};
use serde_json::{Value, json};
use std::time::Duration;
use support::{doctor_is_happy, refused, what_matters};
use uuid::Uuid;

fn signed(body: &str) -> String {
    sign(WEBHOOK_SECRET, body.as_bytes(), now())
}

/// The token of the return address.
fn token(back: &str) -> Result<String> {
    let (_, token) = back.split_once("/paid/").context("the return address")?;
    Ok(token.split('?').next().unwrap_or_default().to_owned())
}

/// Out of credits, a pack with a test card, the next song: the whole way.
async fn a_newcomer_buys_and_hears(shop: &mut Shop) -> Result<()> {
    let packs = shop.mara.api.packs().await?;
    let best: Vec<&str> = packs.packs.iter().filter(|p| p.best_value).map(|p| p.pack.as_str()).collect();
    ensure!(best == ["ten"] && packs.sandbox, "computed: {packs:?}");
    let songs = shop.house.songs().await?;
    refused(shop.mara.ask(songs[0]).await, Code::NotEnoughCredits)?;

    let mut wallet = listen(shop).await?;
    ensure!(next(&mut wallet).await?["available"] == 0, "empty at first");
    let (begun, page) = shop.begin("ten").await?;
    ensure!(begun.state == PurchaseState::Created && begun.price.minor == 950 && begun.price.decimals == 2);
    let back = shop.sandbox.type_card(&page, GOOD).await?;
    ensure!(back.starts_with(&format!("{}/paid/", shop.server.url())), "{back}");
    let paid = shop.credited(begun.purchase).await?;
    ensure!(paid.credits == 10 && paid.bonus == 2 && paid.bonus_until.is_some() && paid.checkout_url.is_none());
    ensure!(next(&mut wallet).await?["available"] == 12, "the first tab learns by its websocket");
    let receipt = paid.receipt.context("a receipt")?;
    ensure!(receipt.number == 1 && receipt.claim_code.len() == 14, "{receipt:?}");

    // Signed out, in another browser: the return address is enough.
    let stranger = reqwest::get(format!("{}/api/purchases/by-token/{}", shop.server.url(), token(&back)?)).await?;
    let seen: MyPurchase = stranger.json().await?;
    ensure!(seen.purchase == begun.purchase && seen.state == PurchaseState::Credited);
    let wrong = reqwest::get(format!("{}/api/purchases/by-token/{}", shop.server.url(), "A".repeat(43))).await?;
    ensure!(wrong.status() == 404);

    shop.hear(0).await?;
    shop.credits_are(10).await?;
    let story = shop.mara.api.wallet().await?;
    ensure!(story.expiring.is_empty(), "the bonus was spent first: {:?}", story.expiring);
    let told: Vec<WalletEvent> = story.story.iter().rev().map(|line| line.what).collect();
    ensure!(told.len() == 4 && told[2] == WalletEvent::Reserved && told[3] == WalletEvent::Captured, "{told:?}");
    shop.hear(1).await?;
    shop.credits_are(8).await?;
    doctor_is_happy(&shop.server)
}

/// 64 songs at once for credits that pay for one: exactly one wins.
async fn sixty_four_for_the_last_credits(shop: &Shop) -> Result<()> {
    let price = u32::try_from(shop.credits().await?)?;
    shop.house.rules(|rules| rules.price = price).await?;
    let songs = shop.house.songs().await?;
    let asked = (0..64).map(|n| shop.mara.ask_as(PlayId(Uuid::now_v7()), songs[n % songs.len()], price));
    let answers = futures_util::future::join_all(asked).await;
    let won = answers.iter().filter(|answer| matches!(answer, Ok(Asked::Queued(_)))).count();
    let lost = answers.iter().filter(|answer| answer.as_ref().is_err_and(|error| error.code().is_some())).count();
    // One that waited for its decision too long is told "not yet"; the room tells what became of it.
    let pending = answers.iter().filter(|answer| matches!(answer, Ok(Asked::Pending))).count();
    ensure!(won <= 1 && won + lost + pending == 64, "{answers:?}");
    eventually("the decisions", SOON, || async {
        let me = shop.mara.api.me().await?;
        ensure!((me.credits, me.reserved) == (0, i64::from(price)), "{} and {}", me.credits, me.reserved);
        Ok(())
    })
    .await?;
    let waiting = shop.house.operator.room(&shop.house.room).await?.queue.len();
    ensure!(waiting == 1, "{waiting} songs wait");
    doctor_is_happy(&shop.server)
}

type Listener = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// The wallet's websocket, by a ticket.
async fn listen(shop: &Shop) -> Result<Listener> {
    let http = &shop.mara.api.transport;
    let asked = http.bare().post(format!("{}/api/tickets", http.base())).json(&json!({ "usage": "websocket" }));
    let ticket: Value = asked.send().await?.error_for_status()?.json().await?;
    let ticket = ticket["ticket"].as_str().context("a ticket")?;
    let address = shop.server.websocket_url(&format!("/api/wallet/live?ticket={ticket}"));
    Ok(tokio_tungstenite::connect_async(address).await?.0)
}

async fn next(listener: &mut Listener) -> Result<Value> {
    loop {
        let message = tokio::time::timeout(SOON, listener.next()).await?.context("the socket closed")??;
        let said: Value = serde_json::from_str(message.to_text()?)?;
        if said["is"] == "balance" {
            return Ok(said);
        }
    }
}

#[tokio::test]
async fn embedded() -> Result<()> {
    let mut shop = Shop::open().await?;
    a_newcomer_buys_and_hears(&mut shop).await?;
    sixty_four_for_the_last_credits(&shop).await
}

#[tokio::test]
async fn on_a_network() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let kafka = Kafka::start().await?;
    let postgres = Postgres::start().await?;
    let url = postgres.create_database("purchases").await?;
    let mut shop = Shop::on(Setup::network(&kafka, &url)).await?;
    a_newcomer_buys_and_hears(&mut shop).await?;
    sixty_four_copies(&shop).await?;
    disputes(&mut shop).await?;
    sixty_four_for_the_last_credits(&shop).await?;
    let tables = support::rows_of_postgres(&url).await?;
    let topics = tokio::task::spawn_blocking(move || support::records(&kafka).map(|read| (read, kafka))).await??;
    ensure!(topics.0.iter().any(|(topic, record)| topic == "jukeline.ledger" && contains(record, "Bought")));
    for number in [GOOD.to_owned(), GOOD.replace(' ', ""), GOOD.replace(' ', "+")] {
        ensure!(!tables.iter().any(|(_, rows)| rows.contains(&number)), "a card number stands in a table");
        ensure!(!topics.0.iter().any(|(_, record)| contains(record, &number)), "a card number stands in a topic");
    }
    // Its log is still there to judge it by.
    drop(shop);
    Ok(())
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn cards_that_do_not_pay() -> Result<()> {
    let shop = Shop::open().await?;
    let (begun, page) = shop.begin("ten").await?;
    for (card, code, words) in
        [(POOR, "insufficient_funds", "insufficient funds"), (DECLINED, "generic_decline", "has been declined")]
    {
        ensure!(shop.sandbox.type_card(&page, card).await?.starts_with("/pay/"), "the page stays");
        ensure!(shop.sandbox.page(&page).await?.contains(words), "{words}");
        eventually("the word of it", SOON, || async {
            let seen = shop.mara.api.purchase(begun.purchase).await?;
            ensure!(seen.declined.as_deref() == Some(code) && seen.state == PurchaseState::Created, "{seen:?}");
            Ok(())
        })
        .await?;
    }
    // The bank's question, answered wrong, then right.
    ensure!(shop.sandbox.type_card(&page, CHALLENGED).await?.ends_with("/challenge"));
    ensure!(shop.sandbox.answer_bank(&page, false).await?.starts_with("/pay/"));
    ensure!(shop.credits().await? == 0, "nothing was paid");
    ensure!(shop.sandbox.type_card(&page, CHALLENGED).await?.ends_with("/challenge"));
    ensure!(shop.sandbox.answer_bank(&page, true).await?.contains("/paid/"));
    let paid = shop.credited(begun.purchase).await?;
    ensure!(paid.declined.is_none() && shop.credits().await? == 12);
    doctor_is_happy(&shop.server)
}

#[tokio::test]
async fn a_double_click_is_one_purchase() -> Result<()> {
    let shop = Shop::open().await?;
    let purchase = PurchaseId(Uuid::now_v7());
    let buy = BuyPack { purchase, pack: "ten".into(), room: None };
    let (one, other) = tokio::join!(shop.mara.api.buy(&buy), shop.mara.api.buy(&buy));
    ensure!(one?.checkout_url == other?.checkout_url, "one page");
    let another = BuyPack { pack: "five".into(), ..buy.clone() };
    refused(shop.mara.api.buy(&another).await, Code::IdInUse)?;
    let jo = Phone::enter(&shop.server.url(), &shop.house.room, shop.screen.code()?).await?;
    refused(jo.api.buy(&buy).await, Code::IdInUse)?;
    refused(jo.api.purchase(purchase).await, Code::NotFound)?;
    let unknown = BuyPack { purchase: PurchaseId(Uuid::now_v7()), pack: "none".into(), room: None };
    refused(jo.api.buy(&unknown).await, Code::NotOnSale)?;
    Ok(())
}

#[tokio::test]
async fn a_provider_that_is_down_charges_nothing() -> Result<()> {
    let shop = Shop::open().await?;
    shop.sandbox.down(true).await?;
    let buy = BuyPack { purchase: PurchaseId(Uuid::now_v7()), pack: "ten".into(), room: None };
    refused(shop.mara.api.buy(&buy).await, Code::ProviderUnavailable)?;
    shop.sandbox.down(false).await?;
    let begun = shop.mara.api.buy(&buy).await?;
    shop.sandbox.type_card(&begun.checkout_url.context("a page")?, GOOD).await?;
    shop.credited(buy.purchase).await?;
    doctor_is_happy(&shop.server)
}

/// 64 copies of one webhook at once: credited once.
async fn sixty_four_copies(shop: &Shop) -> Result<()> {
    let before = shop.credits().await?;
    shop.sandbox.faults(&json!({ "hold": true })).await?;
    let (begun, page) = shop.begin("ten").await?;
    shop.sandbox.type_card(&page, GOOD).await?;
    let held = shop.sandbox.held().await?;
    ensure!(held.len() == 1, "{held:?}");
    let answers = (0..64).map(|_| async { shop.webhook(&signed(&held[0]), &held[0]).await });
    let answers = futures_util::future::try_join_all(answers).await?;
    // One that comes while another is decided may be put off; the provider sends it again.
    ensure!(answers.iter().all(|status| [200, 503].contains(status)), "{answers:?}");
    ensure!(answers.contains(&200));
    shop.credited(begun.purchase).await?;
    shop.sandbox.release(false, 3).await?;
    let still = || async { Ok(shop.credits().await? == before + 12) };
    always("credited once", Duration::from_millis(600), still).await?;
    doctor_is_happy(&shop.server)
}

#[tokio::test]
async fn webhooks_that_come_often_late_or_never() -> Result<()> {
    let shop = Shop::with(|setup| setup).await?;
    sixty_four_copies(&shop).await?;
    // Never: the sweep asks the provider.
    shop.sandbox.faults(&json!({ "lose": true })).await?;
    let (begun, page) = shop.begin("five").await?;
    shop.sandbox.type_card(&page, GOOD).await?;
    shop.credited(begun.purchase).await?;
    shop.credits_are(17).await?;
    doctor_is_happy(&shop.server)
}

#[tokio::test]
async fn the_return_page_asks_at_once() -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let setup = sandbox.selling(Setup::embedded(), "JPY", &[("ten", "500", 10, 0)]);
    // The sweep would come after an hour.
    let server = setup.set(&["payments", "ask_seconds"], 3600).start().await?;
    let api = jukeline_app::client::Client { transport: jukeline_tests::house::HttpTransport::new(&server.url())? };
    api.start_as_guest(&jukeline_app::api::StartAsGuest::default()).await?;
    sandbox.faults(&json!({ "lose": true })).await?;
    let buy = BuyPack { purchase: PurchaseId(Uuid::now_v7()), pack: "ten".into(), room: None };
    let begun = api.buy(&buy).await?;
    ensure!((begun.price.minor, begun.price.decimals) == (500, 0), "{:?}", begun.price);
    let page = begun.checkout_url.context("a page")?;
    ensure!(sandbox.page(&page).await?.contains("500 JPY"));
    let back = sandbox.type_card(&page, GOOD).await?;
    let seen = api.purchase_by_token(&token(&back)?).await?;
    ensure!(seen.state == PurchaseState::Credited, "{seen:?}");
    // A page that was left closes and nothing was charged.
    sandbox.faults(&json!({})).await?;
    let left = api.buy(&BuyPack { purchase: PurchaseId(Uuid::now_v7()), ..buy }).await?;
    sandbox.expire(&left.purchase.to_string()).await?;
    eventually("the end of the page", SOON, || async {
        let seen = api.purchase(left.purchase).await?;
        ensure!(seen.state == PurchaseState::Expired && seen.checkout_url.is_none(), "{seen:?}");
        Ok(())
    })
    .await?;
    ensure!(api.me().await?.credits == 10);
    doctor_is_happy(&server)
}

/// The events that were taken.
async fn events(shop: &Shop) -> Result<Vec<String>> {
    let mut rows = support::rows_of_sqlite(shop.server.data()).await?;
    rows.remove("provider_events").context("the table of events")
}

/// A webhook that was taken is caught and sent again after its time.
#[tokio::test]
async fn a_webhook_that_is_replayed_late_changes_nothing() -> Result<()> {
    let shop = Shop::open().await?;
    shop.sandbox.faults(&json!({ "hold": true })).await?;
    let (begun, page) = shop.begin("ten").await?;
    shop.sandbox.type_card(&page, GOOD).await?;
    let caught = shop.sandbox.held().await?;
    shop.sandbox.release(false, 1).await?;
    shop.credited(begun.purchase).await?;
    let body = caught.first().context("a webhook")?;
    let before = (what_matters(shop.server.data()).await?, events(&shop).await?);
    ensure!(before.1.len() == 1, "{:?}", before.1);
    // Its own signature, after five minutes.
    let late = sign(WEBHOOK_SECRET, body.as_bytes(), now().plus(-301_000));
    ensure!(shop.webhook(&late, body).await? == 400);
    let after = (what_matters(shop.server.data()).await?, events(&shop).await?);
    ensure!(after == before, "nothing changed");
    shop.credits_are(12).await
}

#[tokio::test]
async fn forged_stale_and_broken_webhooks_change_nothing() -> Result<()> {
    // An event of an unknown purchase is left at the end.
    let shop = Shop::with(Setup::unjudged).await?;
    shop.sandbox.faults(&json!({ "hold": true })).await?;
    let (begun, _) = shop.begin("ten").await?;
    let object = json!({
        "id": "cs_1", "client_reference_id": begun.purchase, "payment_status": "paid", "payment_intent": "pi_1",
        "amount_total": 950, "currency": "eur",
    });
    let event =
        |kind: &str, object: &Value| json!({ "id": "evt_1", "type": kind, "data": { "object": object } }).to_string();
    let body = event("checkout.session.completed", &object);
    let before = (what_matters(shop.server.data()).await?, events(&shop).await?);
    let at = |seconds: i64| sign(WEBHOOK_SECRET, body.as_bytes(), now().plus(seconds * 1000));
    // As it was caught on its way: its signature with a later time, or over another event.
    let stale = at(-400);
    let (_, caught) = stale.split_once(',').context("time and signature")?;
    let moved_on = format!("t={},{caught}", now().0 / 1000);
    let another = event("checkout.session.expired", &object);
    let encoded_again = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&body)?)?;
    for (what, signature, sent) in [
        ("no signature", String::new(), body.as_str()),
        ("another secret", sign("whsec_of_somebody_else", body.as_bytes(), now()), &body),
        ("stale", stale.clone(), &body),
        ("replayed, its time moved on", moved_on, &body),
        ("replayed over another event", signed(&another), &body),
        ("from the future", at(60), &body),
        ("truncated", signed(&body), &body[..body.len() - 2]),
        ("encoded again", signed(&body), &encoded_again),
        ("no event, but signed", signed("{}"), "{}"),
    ] {
        ensure!(shop.webhook(&signature, sent).await? == 400, "{what}");
    }
    let after = (what_matters(shop.server.data()).await?, events(&shop).await?);
    ensure!(after == before, "nothing changed");
    ensure!(shop.credits().await? == 0);
    // Signed, but of another amount than the price: it pays for nothing.
    let mut cheap = object.clone();
    cheap["amount_total"] = json!(1);
    let cheap = event("checkout.session.completed", &cheap);
    ensure!(shop.webhook(&signed(&cheap), &cheap).await? == 200);
    ensure!(
        shop.credits().await? == 0 && shop.mara.api.purchase(begun.purchase).await?.state == PurchaseState::Created
    );
    // Of an unknown purchase: taken, and named by doctor.
    let output = shop.server.command(&["doctor"])?.output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(!output.status.success() && said.contains("evt_1"), "{said}");
    Ok(())
}

/// A dispute takes back what is unspent, blocks while something is owed, and gives back when it is won.
async fn disputes(shop: &mut Shop) -> Result<()> {
    let had = shop.credits().await?;
    let bought = shop.bought("five").await?;
    let id = bought.purchase.to_string();
    ensure!(shop.credits().await? == had + 5);
    // Events out of order: it is won before it was opened.
    shop.sandbox.faults(&json!({ "hold": true })).await?;
    shop.sandbox.dispute(&id, "needs_response").await?;
    shop.sandbox.dispute(&id, "won").await?;
    shop.sandbox.release(true, 1).await?;
    eventually("the end of the dispute", SOON, || async {
        let seen = shop.mara.api.purchase(bought.purchase).await?;
        ensure!(seen.dispute == Some(Dispute::Won), "{seen:?}");
        Ok(())
    })
    .await?;
    shop.credits_are(had + 5).await?;
    doctor_is_happy(&shop.server)
}

#[tokio::test]
async fn a_dispute_blocks_until_it_is_made_good() -> Result<()> {
    let mut shop = Shop::open().await?;
    disputes(&mut shop).await?;
    let bought = shop.bought("five").await?;
    shop.hear(0).await?;
    shop.hear(1).await?;
    shop.hear(2).await?;
    shop.credits_are(4).await?;
    // The first purchase's credits went first: one of the second is spent, four are left.
    shop.sandbox.dispute(&bought.purchase.to_string(), "needs_response").await?;
    shop.credits_are(0).await?;
    let wallet = shop.mara.api.wallet().await?;
    ensure!(wallet.owed == 1 && wallet.story.iter().any(|line| line.what == WalletEvent::ClawedBack), "{wallet:?}");
    let songs = shop.house.songs().await?;
    refused(shop.mara.ask(songs[3]).await, Code::Owing)?;
    doctor_is_happy(&shop.server)?;
    shop.sandbox.dispute(&bought.purchase.to_string(), "lost").await?;
    eventually("the loss", SOON, || async {
        ensure!(shop.mara.api.purchase(bought.purchase).await?.dispute == Some(Dispute::Lost));
        Ok(())
    })
    .await?;
    // What comes in makes it good first; then songs can be asked for again.
    shop.bought("ten").await?;
    shop.credits_are(11).await?;
    ensure!(shop.mara.api.wallet().await?.owed == 0);
    shop.hear(3).await?;
    shop.credits_are(9).await?;
    doctor_is_happy(&shop.server)
}

#[tokio::test]
async fn a_refund_at_the_provider_takes_its_credits() -> Result<()> {
    let mut shop = Shop::open().await?;
    let bought = shop.bought("ten").await?;
    shop.hear(0).await?;
    shop.credits_are(10).await?;
    shop.sandbox.refund(&bought.purchase.to_string(), 475).await?;
    shop.credits_are(5).await?;
    let seen = shop.mara.api.purchase(bought.purchase).await?;
    ensure!(seen.refunded == Refunded::Part, "{seen:?}");
    shop.sandbox.refund(&bought.purchase.to_string(), 475).await?;
    shop.credits_are(0).await?;
    ensure!(shop.mara.api.purchase(bought.purchase).await?.refunded == Refunded::Whole);
    doctor_is_happy(&shop.server)
}

/// A number as no other place would have it.
const CANARY: &str = "4000 0000 0000 3220";

#[tokio::test]
async fn a_card_number_is_found_nowhere() -> Result<()> {
    let mut shop = Shop::open().await?;
    let (begun, page) = shop.begin("ten").await?;
    ensure!(shop.sandbox.type_card(&page, CANARY).await?.starts_with("/pay/"), "no test card of ours");
    shop.sandbox.type_card(&page, GOOD).await?;
    shop.credited(begun.purchase).await?;
    let numbers = [CANARY, GOOD].map(|number| [number.to_owned(), number.replace(' ', ""), number.replace(' ', "+")]);
    let nowhere = |place: &str, text: &str| {
        let found = numbers.iter().flatten().find(|number| text.contains(number.as_str()));
        ensure!(found.is_none(), "a card number stands in {place}");
        Ok(())
    };
    nowhere("the card page", &shop.sandbox.page(&page).await?)?;
    nowhere("the sandbox's log", &shop.sandbox.log())?;
    nowhere("the server's log", &shop.server.log())?;
    for (table, rows) in support::rows_of_sqlite(shop.server.data()).await? {
        nowhere(&format!("the table {table}"), &rows.join("\n"))?;
    }
    shop.server.stop().await?;
    for entry in std::fs::read_dir(shop.server.data())? {
        let path = entry?.path();
        if path.is_file() {
            nowhere(&path.display().to_string(), &String::from_utf8_lossy(&std::fs::read(&path)?))?;
        }
    }
    ensure!(shop.server.log().contains("/api/payments/webhook"), "the log tells of the webhook");
    Ok(())
}
