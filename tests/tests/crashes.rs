//! The server is ended between each two steps of a purchase and of a refund, as by a power cut: nothing is lost, nothing
//! is doubled, and whoever paid has what they paid for.

mod support;

use anyhow::{Context, Result, ensure};
use jukeline_app::{api::BuyPack, id::PurchaseId};
use jukeline_tests::{
    eventually,
    sandbox::GOOD,
    shop::{SOON, Shop},
};
use serde_json::{Value, json};
use support::doctor_is_happy;
use uuid::Uuid;

/// Between the steps of pressing Buy.
const BUYING: [&str; 3] = ["purchase-begun", "checkout-opened", "checkout-noted"];
/// Between the steps of a webhook.
const PAYING: [&str; 4] = ["webhook-verified", "event-noted", "purchase-decided", "purchase-committed"];
/// Between the steps of a refund.
const REFUNDING: [&str; 2] = ["refund-decided", "refund-sent"];

#[tokio::test]
async fn a_purchase_survives_a_power_cut_at_every_step() -> Result<()> {
    let mut shop = Shop::open().await?;
    let mut expected = 0;
    for point in BUYING.into_iter().chain(PAYING) {
        shop.server.restart_at(Some(point)).await?;
        let buy = BuyPack { purchase: PurchaseId(Uuid::now_v7()), pack: "ten".into(), room: None };
        let begun = shop.mara.api.buy(&buy).await;
        ensure!(begun.is_err() == BUYING.contains(&point), "{point}: {begun:?}");
        let begun = match begun {
            Ok(begun) => begun,
            Err(_) => {
                shop.server.ended().await.with_context(|| format!("it ends at {point}"))?;
                shop.server.restart().await?;
                // The phone never heard the answer and asks again.
                shop.mara.api.buy(&buy).await?
            }
        };
        shop.sandbox.type_card(&begun.checkout_url.context("a page")?, GOOD).await?;
        if PAYING.contains(&point) {
            shop.server.ended().await.with_context(|| format!("it ends at {point}"))?;
            shop.server.restart().await?;
        }
        shop.credited(buy.purchase).await.with_context(|| format!("after {point}"))?;
        expected += 12;
        shop.credits_are(expected).await?;
        doctor_is_happy(&shop.server)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_refund_survives_a_power_cut_at_every_step() -> Result<()> {
    let mut shop = Shop::open().await?;
    for point in REFUNDING {
        let bought = shop.bought("five").await?;
        shop.server.restart_at(Some(point)).await?;
        let operator = &shop.house.operator.transport;
        let address = format!("{}/api/purchases/{}/refunds", operator.base(), bought.purchase);
        let ask = json!({ "refund": Uuid::now_v7(), "part": "whole" });
        let asked = operator.bare().post(&address).json(&ask).send().await;
        ensure!(asked.is_err(), "it ends at {point}: {asked:?}");
        shop.server.ended().await?;
        shop.server.restart().await?;
        eventually("the refund at the provider, once", SOON, || async {
            let asked = shop.house.operator.transport.bare().post(&address).json(&ask).send().await?;
            let done: Value = asked.json().await?;
            ensure!(done["sent"] == true && done["amount"]["minor"] == 500, "{done}");
            Ok(())
        })
        .await?;
        let output = shop.server.command(&["ledger", "reconcile"])?.output()?;
        ensure!(output.status.success(), "{point}: {}", String::from_utf8_lossy(&output.stdout));
        shop.credits_are(0).await?;
        doctor_is_happy(&shop.server)?;
    }
    Ok(())
}
