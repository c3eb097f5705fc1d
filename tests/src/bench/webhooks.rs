//! How many webhooks a second are verified, booked and credited.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use jukeline_backend::payments::signature::sign;
use serde_json::json;
use sqlx::{AnyConnection, Connection, any::install_default_drivers};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{
    raw,
    report::{Aim, Row},
};
use crate::{
    kafka::Kafka,
    postgres::Postgres,
    sandbox::{Sandbox, WEBHOOK_SECRET},
    server::Setup,
    shop::{PACKS, now},
};

/// Webhooks under way at any moment: as many as `pgbench` has clients.
const CONNECTIONS: usize = 16;
/// Purchases that are paid, each of a person of its own.
const PURCHASES: usize = 16_000;
/// Of them, those that go first and are not counted: the brokers' Java compiles itself meanwhile.
const WARM_UP: usize = 4_000;

/// On Kafka and PostgreSQL, against `pgbench -N`.
///
/// # Errors
/// Something does not start, or a webhook is refused.
pub async fn webhooks() -> Result<Vec<Row>> {
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let store = postgres.create_database("jukeline").await?;
    let sandbox = Sandbox::start().await?;
    let server = sandbox.selling(Setup::network(&kafka, &store).unjudged(), "EUR", &PACKS).start().await?;
    install_default_drivers();
    let mut connection = AnyConnection::connect(&store).await?;
    let purchases = begin(&mut connection).await?;
    let transactions = raw::pgbench(&postgres).await?;
    let bodies: Arc<Vec<String>> = Arc::new(purchases.iter().map(body).collect());
    let address = format!("{}/api/payments/webhook", server.url());
    send(&address, &bodies, 0..WARM_UP).await?;
    let (before, began) = (transfers(&mut connection).await?, Instant::now());
    send(&address, &bodies, WARM_UP..PURCHASES).await?;
    let took = began.elapsed().as_secs_f64();
    let moved = transfers(&mut connection).await? - before;
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM purchases WHERE state = 'credited'";
    let credited: i64 = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
    ensure!(usize::try_from(credited)? == PURCHASES, "{credited} purchases were credited");
    let per_second = f64::from(u32::try_from(PURCHASES - WARM_UP)?) / took;
    let transfers_per_second = f64::from(u32::try_from(moved)?) / took;
    let aim = Aim::TimesAtLeast(1.0);
    Ok(vec![
        Row::new("webhooks verified, booked and credited, against pgbench -N", per_second, "/s")
            .against(transactions)
            .aim(aim),
        Row::new("transfers of the ledger in them, against pgbench -N", transfers_per_second, "/s")
            .against(transactions)
            .aim(aim),
    ])
}

/// Writes people and their open purchases as the API would.
async fn begin(connection: &mut AnyConnection) -> Result<Vec<Uuid>> {
    let mut purchases = Vec::with_capacity(PURCHASES);
    let mut tx = connection.begin().await?;
    for _ in 0..PURCHASES {
        let (account, purchase) = (Uuid::now_v7(), Uuid::now_v7());
        sqlx::query("INSERT INTO accounts (id, created_at) VALUES ($1, 0)")
            .bind(account.to_string())
            .execute(&mut *tx)
            .await?;
        let sql = "INSERT INTO purchases (id, account, pack, price_minor, currency, credits, bonus, provider, state, \
                   created_at, expires_at) VALUES ($1, $2, 'ten', 950, 'EUR', 10, 2, 'sandbox', 'created', $3, $3)";
        let made = sqlx::query(sql).bind(purchase.to_string()).bind(account.to_string()).bind(now().0);
        made.execute(&mut *tx).await.context("a purchase")?;
        purchases.push(purchase);
    }
    tx.commit().await?;
    Ok(purchases)
}

fn body(purchase: &Uuid) -> String {
    let session = json!({
        "id": format!("cs_{purchase}"), "client_reference_id": purchase, "payment_status": "paid",
        "payment_intent": format!("pi_{purchase}"), "amount_total": 950, "currency": "eur",
    });
    json!({ "id": format!("evt_{purchase}"), "type": "checkout.session.completed", "data": { "object": session } })
        .to_string()
}

async fn transfers(connection: &mut AnyConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT CAST(COUNT(*) AS BIGINT) FROM transfers").fetch_one(connection).await?)
}

async fn send(address: &str, bodies: &Arc<Vec<String>>, which: std::ops::Range<usize>) -> Result<()> {
    let next = Arc::new(AtomicUsize::new(which.start));
    let client = reqwest::Client::new();
    let mut connections = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (next, bodies, client, address, end) =
            (next.clone(), bodies.clone(), client.clone(), address.to_owned(), which.end);
        connections.spawn(async move {
            loop {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                let Some(body) = bodies.get(turn).filter(|_| turn < end) else { return Ok(()) };
                let signature = sign(WEBHOOK_SECRET, body.as_bytes(), now());
                let sent =
                    client.post(&address).header("stripe-signature", signature).body(body.clone()).send().await?;
                ensure!(sent.status() == 200, "{}", sent.status());
            }
        });
    }
    while let Some(done) = connections.join_next().await {
        done??;
    }
    Ok(())
}
