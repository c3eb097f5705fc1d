//! Credits that come in by codes, go back by refunds, and what the operator reads of it all.

mod support;

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    api::{
        BookBalance, Code, CodeRedeemed, Complaints, Goodwill, PaidCreditsLeft, PurchaseLine, RefundDone, WalletEvent,
    },
    purchase::{PaidCredits, Refunded},
};
use jukeline_tests::{
    eventually,
    house::{HttpTransport, Phone},
    server::Setup,
    shop::{SOON, Shop},
};
use serde_json::{Value, json};
use support::{doctor_is_happy, refused};
use uuid::Uuid;

/// A request with a JSON body as somebody with these cookies; gives status and body.
async fn post(who: &HttpTransport, path: &str, body: &Value) -> Result<(u16, Value)> {
    let sent = who.bare().post(format!("{}{path}", who.base())).json(body).send().await?;
    Ok((sent.status().as_u16(), sent.json().await.unwrap_or_default()))
}

/// A subcommand of the server's binary; gives what it prints.
fn command(shop: &Shop, arguments: &[&str]) -> Result<String> {
    let output = shop.server.command(arguments)?.output()?;
    let said = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "{arguments:?}: {said} {}", String::from_utf8_lossy(&output.stderr));
    Ok(said)
}

#[tokio::test]
async fn vouchers_are_good_as_often_as_they_say() -> Result<()> {
    let shop = Shop::open().await?;
    let made = command(&shop, &["vouchers", "--batch", "fair", "--count", "2", "--credits", "3", "--uses", "2"])?;
    let codes: Vec<&str> = made.lines().collect();
    ensure!(codes.len() == 2 && codes[0] != codes[1], "{made}");
    let redeem = async |phone: &Phone, code: &str| {
        post(&phone.api.transport, "/api/vouchers/redeem", &json!({ "code": code })).await
    };
    let typed = codes[0].to_lowercase().replace('-', " ");
    let (status, redeemed) = redeem(&shop.mara, &typed).await?;
    let redeemed: CodeRedeemed = serde_json::from_value(redeemed)?;
    ensure!(status == 200 && redeemed == CodeRedeemed { credits: 3, available: 3 }, "{redeemed:?}");
    ensure!(redeem(&shop.mara, codes[0]).await?.0 == 410, "once a person");
    let others = [
        Phone::enter(&shop.server.url(), &shop.house.room, shop.screen.code()?).await?,
        Phone::enter(&shop.server.url(), &shop.house.room, shop.screen.code()?).await?,
    ];
    ensure!(redeem(&others[0], codes[0]).await?.0 == 200);
    ensure!(redeem(&others[1], codes[0]).await?.0 == 410, "twice altogether");
    for _ in 0..9 {
        ensure!(redeem(&others[1], "0000-0000-0000").await?.0 == 410);
    }
    ensure!(redeem(&others[1], codes[1]).await?.0 == 429, "after ten wrong ones a right one waits, too");
    ensure!(shop.mara.api.wallet().await?.story[0].what != WalletEvent::Captured);
    doctor_is_happy(&shop.server)
}

#[tokio::test]
async fn a_guest_who_lost_the_cookie_claims_by_the_receipt() -> Result<()> {
    let shop = Shop::open().await?;
    let bought = shop.bought("ten").await?;
    let receipt = bought.receipt.context("a receipt")?;
    let printed = shop.mara.api.transport.bare().get(format!("{}{}", shop.server.url(), receipt.path)).send().await?;
    let page = printed.text().await?;
    ensure!(page.contains("Receipt 1") && page.contains("9.50 EUR") && page.contains(&receipt.claim_code), "{page}");
    let again = Phone::enter(&shop.server.url(), &shop.house.room, shop.screen.code()?).await?;
    let claimed = post(&again.api.transport, "/api/claims", &json!({ "code": receipt.claim_code })).await?;
    ensure!(claimed == (200, json!({ "credits": 12, "available": 12 })), "{claimed:?}");
    ensure!(again.api.purchase(bought.purchase).await?.receipt.is_some(), "the purchase came along");
    let twice = post(&again.api.transport, "/api/claims", &json!({ "code": receipt.claim_code })).await?;
    ensure!(twice.0 == 409, "{twice:?}");
    doctor_is_happy(&shop.server)
}

#[tokio::test]
async fn the_operator_gives_money_back() -> Result<()> {
    let mut shop = Shop::open().await?;
    let bought = shop.bought("ten").await?;
    shop.hear(0).await?;
    shop.hear(1).await?;
    shop.credits_are(8).await?;
    let operator = shop.house.operator.transport.clone();
    let path = format!("/api/purchases/{}/refunds", bought.purchase);
    let ask = |part: &str| json!({ "refund": Uuid::now_v7(), "part": part });
    ensure!(post(&shop.mara.api.transport, &path, &ask("whole")).await?.0 == 403, "nobody gives to themselves");
    let unspent = ask("unspent");
    let (status, done) = post(&operator, &path, &unspent).await?;
    let done: RefundDone = serde_json::from_value(done)?;
    // Eight of ten paid credits at 0.95 each; the bonus was spent first.
    ensure!(status == 201 && done.amount.minor == 760 && done.credits == 8 && done.bonus == 0 && done.sent, "{done:?}");
    ensure!(serde_json::from_value::<RefundDone>(post(&operator, &path, &unspent).await?.1)? == done, "once");
    shop.credits_are(0).await?;
    ensure!(shop.mara.api.purchase(bought.purchase).await?.refunded == Refunded::Part);
    let rest = post(&operator, &path, &ask("whole")).await?;
    ensure!(rest.0 == 201 && rest.1["amount"]["minor"] == 190, "{rest:?}");
    ensure!(post(&operator, &path, &ask("whole")).await?.0 == 409, "nothing is left");
    doctor_is_happy(&shop.server)?;
    books_are_right(&shop, &bought.purchase.to_string())
}

/// What the command line says of one purchase that was spent by a fifth and refunded whole.
fn books_are_right(shop: &Shop, purchase: &str) -> Result<()> {
    let balance: Vec<Value> = serde_json::from_str(&command(shop, &["ledger", "balance", "--format", "json"])?)?;
    let of = |account: &str, unit: &str| {
        let found = balance.iter().find(|line| line["account"] == account && line["unit"] == unit);
        found.and_then(|line| line["balance"].as_i64()).unwrap_or(0)
    };
    ensure!((of("provider", "EUR"), of("deferred", "EUR"), of("refunds", "EUR")) == (0, 0, 0), "{balance:?}");
    ensure!(
        of("revenue", "EUR") == 95 && of("operator", "EUR") == 95 - 190,
        "half each, and the operator bears the rest"
    );
    for unit in ["EUR", "credit"] {
        let sum: i64 = balance.iter().filter(|line| line["unit"] == unit).filter_map(|l| l["balance"].as_i64()).sum();
        ensure!(sum == 0, "{unit} sums to {sum}");
    }
    let lines = command(shop, &["ledger", "purchase", purchase])?;
    ensure!(lines.lines().count() > 8 && lines.contains(",pay,provider,deferred,950,EUR"), "{lines}");
    let reconciled = command(shop, &["ledger", "reconcile"])?;
    ensure!(reconciled.trim() == "payment,purchase,difference", "{reconciled}");
    let month = now_month();
    let settled: Vec<Value> = serde_json::from_str(&command(shop, &["ledger", "settle", &month, "--format", "json"])?)?;
    let line = settled.iter().find(|line| line["currency"] == "EUR").context("a line")?;
    ensure!(line["worth_minor"] == 190 && line["venue_minor"] == 95 && line["credits_played"] == 4, "{settled:?}");
    Ok(())
}

/// The month in the venue's time zone.
fn now_month() -> String {
    jukeline_app::hours::day(jukeline_tests::shop::now(), "Europe/Berlin")[..7].to_owned()
}

#[tokio::test]
async fn who_leaves_says_what_becomes_of_paid_credits() -> Result<()> {
    let mut shop = Shop::open().await?;
    let bought = shop.bought("ten").await?;
    shop.hear(0).await?;
    shop.hear(1).await?;
    shop.credits_are(8).await?;
    let problem = refused(shop.mara.api.delete_me(None).await, Code::PaidCreditsLeft)?;
    let left: PaidCreditsLeft = serde_json::from_value(problem.params)?;
    ensure!(left.credits == 8 && left.worth.len() == 1 && left.worth[0].minor == 760, "{left:?}");
    ensure!(shop.credits().await? == 8, "nothing changed");
    let receipt = bought.receipt.context("a receipt")?;
    shop.mara.api.delete_me(Some(PaidCredits::Refund)).await?;
    refused(shop.mara.api.me().await, Code::SignInNeeded)?;
    eventually("the refund to be with the provider", SOON, || async {
        let lines = command(&shop, &["ledger", "purchase", &bought.purchase.to_string()])?;
        ensure!(lines.contains(",refund_sent,refunds,provider,760,EUR"), "{lines}");
        Ok(())
    })
    .await?;
    let reconciled = command(&shop, &["ledger", "reconcile"])?;
    ensure!(reconciled.trim() == "payment,purchase,difference", "{reconciled}");
    let printed = shop.mara.api.transport.bare().get(format!("{}{}", shop.server.url(), receipt.path)).send().await?;
    ensure!(printed.status().is_success(), "the receipt is kept");
    let other = Phone::enter(&shop.server.url(), &shop.house.room, shop.screen.code()?).await?;
    let claimed = post(&other.api.transport, "/api/claims", &json!({ "code": receipt.claim_code })).await?;
    ensure!(claimed.0 == 410, "nobody comes back by it: {claimed:?}");
    doctor_is_happy(&shop.server)
}

#[tokio::test]
async fn a_refund_that_the_provider_refuses() -> Result<()> {
    let shop = Shop::open().await?;
    let bought = shop.bought("five").await?;
    let operator = shop.house.operator.transport.clone();
    let path = format!("/api/purchases/{}/refunds", bought.purchase);
    let ask = || json!({ "refund": Uuid::now_v7(), "part": "unspent" });
    shop.sandbox.refuse_refunds(Some("charge_already_refunded")).await?;
    let (status, done) = post(&operator, &path, &ask()).await?;
    let done: RefundDone = serde_json::from_value(done)?;
    ensure!(status == 201 && !done.sent, "{done:?}");
    ensure!(done.refused.as_ref().is_some_and(|reason| reason.contains("charge_already_refunded")), "{done:?}");
    shop.credits_are(5).await?;
    let lines = command(&shop, &["ledger", "purchase", &bought.purchase.to_string()])?;
    ensure!(lines.contains("refund refused,,,500,EUR,invalid_request_error charge_already_refunded"), "{lines}");
    // Out of reach is another matter: it is sent until it is there.
    shop.sandbox.refuse_refunds(None).await?;
    shop.sandbox.down(true).await?;
    let (status, done) = post(&operator, &path, &ask()).await?;
    ensure!(status == 201 && done["sent"] == false && done["refused"].is_null(), "{done}");
    shop.credits_are(0).await?;
    shop.sandbox.down(false).await?;
    eventually("the refund to be with the provider", SOON, || async {
        let lines = command(&shop, &["ledger", "purchase", &bought.purchase.to_string()])?;
        ensure!(lines.contains(",refund_sent,refunds,provider,500,EUR"), "{lines}");
        Ok(())
    })
    .await?;
    doctor_is_happy(&shop.server)
}

/// What `jukeline ledger reconcile` says, whether it is content or not.
fn reconciled(shop: &Shop) -> Result<String> {
    Ok(String::from_utf8(shop.server.command(&["ledger", "reconcile"])?.output()?.stdout)?)
}

#[tokio::test]
async fn reconciliation_names_each_difference() -> Result<()> {
    // Its books are damaged on purpose.
    let shop = Shop::with(Setup::unjudged).await?;
    let bought = [shop.bought("ten").await?, shop.bought("ten").await?, shop.bought("ten").await?];
    let ids = bought.map(|bought| bought.purchase.to_string());
    ensure!(reconciled(&shop)?.lines().count() == 1, "none at first");
    // What was begun within a minute may not be everywhere yet.
    let pool = support::sqlite(shop.server.data()).await?;
    let earlier = "UPDATE purchases SET created_at = created_at - 120000, credited_at = credited_at - 120000";
    sqlx::query(earlier).execute(&pool).await?;
    for (sql, id) in [
        ("UPDATE purchases SET payment = 'pi_of_nobody' WHERE id = $1", &ids[0]),
        ("UPDATE purchases SET price_minor = 951, refunded_minor = 100 WHERE id = $1", &ids[1]),
        ("UPDATE purchases SET dispute_done = 'open' WHERE id = $1", &ids[1]),
    ] {
        sqlx::query(sql).bind(id.clone()).execute(&pool).await?;
    }
    pool.close().await;
    // The provider's word of these never comes.
    shop.sandbox.faults(&json!({ "lose": true })).await?;
    shop.sandbox.refund(&ids[2], 475).await?;
    shop.sandbox.dispute(&ids[2], "needs_response").await?;
    let differences = [
        (&ids[0], "950 EUR at the provider, but not in the books"),
        (&ids[0], "in the books, but not at the provider"),
        (&ids[1], "950 EUR at the provider, 951 EUR in the books"),
        (&ids[1], "0 refunded at the provider, 100 in the books"),
        (&ids[1], "disputed in the books, not at the provider"),
        (&ids[2], "475 refunded at the provider, 0 in the books"),
        (&ids[2], "disputed or inquired about at the provider, not in the books"),
    ];
    // The provider's list ends with the last whole second.
    eventually("the list with all of them", SOON, || async {
        let said = reconciled(&shop)?;
        for (id, difference) in differences {
            let named = said.lines().filter(|line| line.contains(id.as_str()) && line.contains(difference)).count();
            ensure!(named == 1, "{difference}: {said}");
        }
        ensure!(said.lines().count() == 1 + differences.len(), "and nothing else: {said}");
        Ok(())
    })
    .await?;
    let output = shop.server.command(&["ledger", "reconcile"])?.output()?;
    ensure!(!output.status.success(), "the exit code says so");
    Ok(())
}

/// A page of the books as somebody; gives status, content type and text.
async fn page(who: &HttpTransport, path: &str) -> Result<(u16, String, String)> {
    let sent = who.bare().get(format!("{}/api/books/{path}", who.base())).send().await?;
    let kind = sent.headers().get("content-type").context("a type")?.to_str()?.to_owned();
    Ok((sent.status().as_u16(), kind, sent.text().await?))
}

#[tokio::test]
async fn operators_read_the_books() -> Result<()> {
    let mut shop = Shop::open().await?;
    let bought = shop.bought("ten").await?;
    shop.hear(0).await?;
    shop.credits_are(10).await?;
    let operator = shop.house.operator.transport.clone();
    let month = now_month();
    let mara = shop.mara.api.me().await?.account;
    for (path, arguments) in [
        ("balance".to_owned(), vec!["balance".to_owned()]),
        (format!("accounts/{mara}"), vec!["account".into(), mara.to_string()]),
        (format!("purchases/{}", bought.purchase), vec!["purchase".into(), bought.purchase.to_string()]),
        (format!("settlements/{month}"), vec!["settle".into(), month.clone()]),
        ("reconciliation".to_owned(), vec!["reconcile".into()]),
    ] {
        for (format, kind) in [("json", "application/json"), ("csv", "text/csv; charset=utf-8; header=present")] {
            let mut line = vec!["ledger"];
            line.extend(arguments.iter().map(String::as_str));
            line.extend(["--format", format]);
            let printed = command(&shop, &line)?;
            let (status, told, text) = page(&operator, &format!("{path}?format={format}")).await?;
            ensure!(status == 200 && told == kind, "{path}: {status} {told} {text}");
            ensure!(text.trim() == printed.trim(), "{path}: {text} instead of {printed}");
        }
        ensure!(page(&shop.mara.api.transport, &path).await?.0 == 403, "{path} is not everybody's");
    }
    let read: Vec<BookBalance> = serde_json::from_str(&page(&operator, "balance").await?.2)?;
    ensure!(read.iter().any(|line| line.account == "deferred" && line.balance == 950), "{read:?}");
    let _: Vec<PurchaseLine> =
        serde_json::from_str(&page(&operator, &format!("purchases/{}", bought.purchase)).await?.2)?;
    for (path, status) in [
        ("settlements/2026-13", 422),
        ("settlements/january", 422),
        ("reconciliation?days=0", 422),
        ("balance?format=xml", 400),
        ("purchases/nothing", 404),
        ("accounts/0190b1e2-0000-7000-8000-000000000000", 404),
        ("purchases/0190b1e2-0000-7000-8000-000000000000", 404),
    ] {
        let told = page(&operator, path).await?;
        ensure!(told.0 == status && told.1 == "application/problem+json", "{path}: {told:?}");
    }
    shop.sandbox.down(true).await?;
    ensure!(page(&operator, "reconciliation").await?.0 == 503);
    Ok(())
}

#[tokio::test]
async fn not_heard_gives_credits_up_to_a_cap() -> Result<()> {
    let mut shop = Shop::with(|setup| setup.set(&["payments", "goodwill_credits"], 3)).await?;
    shop.bought("ten").await?;
    shop.hear(0).await?;
    shop.hear(1).await?;
    shop.credits_are(8).await?;
    let plays = shop.mara.api.plays(None).await?.plays;
    let mut given = Vec::new();
    for play in [&plays[0], &plays[0], &plays[1]] {
        let path = format!("/api/plays/{}/not-heard", play.play);
        let said = post(&shop.mara.api.transport, &path, &json!({})).await?.1;
        given.push(serde_json::from_value::<Goodwill>(said)?.credits);
    }
    ensure!(given == [2, 2, 0], "once a play, and not beyond the cap: {given:?}");
    shop.credits_are(10).await?;
    let venue = shop.house.operator.room(&shop.house.room).await?.info.venue;
    let told =
        |who: &HttpTransport| who.bare().get(format!("{}/api/venues/{venue}/complaints", shop.server.url())).send();
    ensure!(told(&shop.mara.api.transport).await?.status() == 403, "for the staff");
    let told: Complaints = told(&shop.house.operator.transport).await?.json().await?;
    let read: Vec<_> = told.complaints.iter().map(|complaint| (complaint.play, complaint.credits)).collect();
    ensure!(read == [(plays[1].play, 0), (plays[0].play, 2)] && told.more.is_none(), "{told:?}");
    doctor_is_happy(&shop.server)
}

#[tokio::test]
async fn a_bonus_expires_and_what_was_paid_does_not() -> Result<()> {
    let shop = Shop::open().await?;
    shop.bought("ten").await?;
    ensure!(shop.mara.api.wallet().await?.expiring.iter().map(|e| e.credits).sum::<i64>() == 2, "told before it comes");
    let pool = support::sqlite(shop.server.data()).await?;
    sqlx::query("UPDATE lots SET expires_at = 1 WHERE origin = 'bonus'").execute(&pool).await?;
    pool.close().await;
    shop.credits_are(10).await?;
    eventually("the story", SOON, || async {
        let story = shop.mara.api.wallet().await?.story;
        ensure!(story.iter().any(|line| line.what == WalletEvent::Expired && line.amount == 2), "{story:?}");
        Ok(())
    })
    .await?;
    doctor_is_happy(&shop.server)
}
