//! Reconciliation: the provider's own list of payments against the books.

use super::{BooksError, Table};
use crate::{
    config::Config,
    payments::{Gateway, PaymentSeen},
    store::{
        Store,
        purchases::{
            self, Purchase,
            refunds::{self, Refund, RefundState},
        },
    },
};
use jukeline_app::{
    id::PurchaseId,
    purchase::PurchaseState,
    time::{MINUTE, Timestamp},
};
use serde_json::json;
use sqlx::Row;
use std::collections::HashSet;

const DAY_MS: i64 = 24 * 60 * MINUTE;

/// A line for each difference; none when all is well.
pub(super) async fn reconcile(config: &Config, store: &Store, days: u32) -> Result<Table, BooksError> {
    let gateway = Gateway::open(config)?.ok_or(BooksError::NoProvider)?;
    let to = store.now().await?;
    let from = to.plus(-i64::from(days) * DAY_MS);
    // What is begun now may not be in the books yet.
    let seen = gateway.payments(from, to).await?;
    let mut table = Table::new(&["payment", "purchase", "difference"]);
    let mut there = HashSet::new();
    for payment in &seen {
        there.insert(payment.payment.clone());
        let purchase = purchases::by_payment(store, &payment.payment).await?;
        let named = purchase.as_ref().map(|purchase| purchase.id).or(payment.purchase);
        let open = match &purchase {
            Some(purchase) => open_refunds(store, purchase.id).await?,
            None => Vec::new(),
        };
        for difference in differences(payment, purchase.as_ref(), &open) {
            push(&mut table, &payment.payment, named, &difference);
        }
    }
    for (payment, purchase) in ours(store, gateway.name(), from, to).await? {
        if !there.contains(&payment) {
            push(&mut table, &payment, Some(purchase), "in the books, but not at the provider");
        }
    }
    Ok(table)
}

fn push(table: &mut Table, payment: &str, purchase: Option<PurchaseId>, difference: &str) {
    let purchase = purchase.map(|purchase| purchase.to_string());
    table.push(vec![json!(payment), json!(purchase), json!(difference)]);
}

/// Refunds that are in the books, and that the provider doesn't have.
async fn open_refunds(store: &Store, purchase: PurchaseId) -> Result<Vec<Refund>, BooksError> {
    let mut refunds = refunds::of(store, purchase).await?;
    refunds.retain(|refund| matches!(refund.state, RefundState::Decided | RefundState::Owed(_)));
    Ok(refunds)
}

fn differences(payment: &PaymentSeen, purchase: Option<&Purchase>, open: &[Refund]) -> Vec<String> {
    let Some(purchase) = purchase else {
        return vec![format!("{} {} at the provider, but not in the books", payment.minor, payment.currency)];
    };
    let mut differences = Vec::new();
    if purchase.done.state != PurchaseState::Credited && purchase.done.state != PurchaseState::Paid {
        differences.push(format!("paid, but {} in the books", purchase.done.state.word()));
    }
    if (payment.minor, payment.currency.as_str()) != (purchase.price_minor, purchase.currency.as_str()) {
        differences.push(format!(
            "{} {} at the provider, {} {} in the books",
            payment.minor, payment.currency, purchase.price_minor, purchase.currency
        ));
    }
    for refund in open {
        let (amount, currency) = (refund.amount_minor, &purchase.currency);
        differences.push(match &refund.state {
            RefundState::Owed(reason) => {
                format!(
                    "a refund of {amount} {currency} was refused ({reason}) and its account is gone: it is owed still"
                )
            }
            _ => format!("a refund of {amount} {currency} is on its way"),
        });
    }
    let sent = purchase.done.refunded - open.iter().map(|refund| refund.amount_minor).sum::<i64>();
    if payment.refunded_minor != sent {
        differences.push(format!("{} refunded at the provider, {sent} in the books", payment.refunded_minor));
    }
    match (payment.disputed, purchase.done.dispute) {
        (true, None) => differences.push("disputed or inquired about at the provider, not in the books".into()),
        (false, Some(_)) => differences.push("disputed in the books, not at the provider".into()),
        _ => {}
    }
    differences
}

/// Payments in the books of a span; a minute at its ends is left out, since the two clocks differ.
async fn ours(
    store: &Store,
    provider: &str,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(String, PurchaseId)>, BooksError> {
    let sql = "SELECT payment, id FROM purchases WHERE payment IS NOT NULL AND paid = 1 AND provider = $1 \
               AND credited_at > $2 AND credited_at < $3 AND created_at > $2";
    let rows = sqlx::query(sql)
        .bind(provider.to_owned())
        .bind(from.plus(MINUTE).0)
        .bind(to.plus(-MINUTE).0)
        .fetch_all(store.read())
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, crate::store::id("purchases", &row.try_get::<String, _>(1)?)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(minor: i64, refunded_minor: i64) -> PaymentSeen {
        PaymentSeen {
            payment: "pi_1".into(),
            purchase: None,
            minor,
            refunded_minor,
            disputed: false,
            currency: "EUR".into(),
            created_at: Timestamp(0),
        }
    }

    #[test]
    fn a_payment_that_nobody_knows_is_named() {
        assert_eq!(differences(&seen(950, 0), None, &[]), ["950 EUR at the provider, but not in the books"]);
    }
}
