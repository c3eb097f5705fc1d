//! What must hold of purchases and money.

use super::{Findings, Snapshot, Trouble};
use crate::store::Result;
use serde::Serialize;
use sqlx::Row;

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Looked {
    /// Purchases.
    pub purchases: usize,
    /// Currencies.
    pub currencies: usize,
}

/// Looks at every purchase and every currency.
pub(super) async fn examine(tx: &mut Snapshot, findings: &mut Findings) -> Result<()> {
    let (purchases, currencies) = (purchases(tx, findings).await?, deferred(tx, findings).await?);
    findings.purchases = Looked { purchases, currencies };
    debts(tx, findings).await?;
    receipts(tx, findings).await?;
    unmatched(tx, findings).await
}

/// Each purchase is credited at most once, exactly when it is paid, with its own amounts.
async fn purchases(tx: &mut Snapshot, findings: &mut Findings) -> Result<usize> {
    let sql = "SELECT p.id, p.state, p.paid, p.price_minor, p.credits, \
               CAST(SUM(CASE WHEN t.kind = 'buy' THEN 1 ELSE 0 END) AS BIGINT), \
               CAST(SUM(CASE WHEN t.kind = 'buy' THEN t.amount ELSE 0 END) AS BIGINT), \
               CAST(SUM(CASE WHEN t.kind = 'pay' THEN t.amount ELSE 0 END) AS BIGINT), p.refunded_minor, \
               CAST(COALESCE((SELECT SUM(r.amount_minor) FROM refunds r WHERE r.purchase = p.id AND r.state <> 'refused'), 0) AS BIGINT) \
               FROM purchases p LEFT JOIN transfers t ON t.purchase = p.id \
               GROUP BY p.id, p.state, p.paid, p.price_minor, p.credits, p.refunded_minor";
    let rows = sqlx::query(sql).fetch_all(&mut **tx).await?;
    for row in &rows {
        let (id, state): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let number = |column: usize| row.try_get::<Option<i64>, _>(column).map(Option::unwrap_or_default);
        let (paid, price, credits) = (number(2)?, number(3)?, number(4)?);
        let (times, bought, money) = (number(5)?, number(6)?, number(7)?);
        let (refunded, refunds) = (number(8)?, number(9)?);
        let credited = state == "credited";
        if times != i64::from(credited) || bought != if credited { credits } else { 0 } {
            findings.add(
                Trouble::Purchase,
                format!("purchase {id}"),
                format!("is {state}, but credited {times} times with {bought} of {credits}"),
            );
        }
        if money != if paid == 1 { price } else { 0 } {
            findings.add(
                Trouble::Purchase,
                format!("purchase {id}"),
                format!("of {price} has {money} of it in the books"),
            );
        }
        if paid == 1 && !matches!(state.as_str(), "credited" | "paid") {
            findings.add(Trouble::Purchase, format!("purchase {id}"), format!("was paid, but is {state}"));
        }
        if refunded != refunds || refunded > price {
            findings.add(
                Trouble::Purchase,
                format!("purchase {id}"),
                format!("{refunded} of {price} refunded, by refunds of {refunds}"),
            );
        }
    }
    Ok(rows.len())
}

/// What is deferred is what all the credits that people still have were paid for, in each currency.
async fn deferred(tx: &mut Snapshot, findings: &mut Findings) -> Result<usize> {
    let sql = "SELECT currency, CAST(SUM(worth_left) AS BIGINT), \
               CAST(SUM(CASE WHEN held = 0 AND worth_left > 0 OR held < balance AND worth_total > 0 THEN 1 ELSE 0 END) AS BIGINT) \
               FROM lots WHERE worth_total > 0 GROUP BY currency";
    let mut currencies = 0;
    for row in sqlx::query(sql).fetch_all(&mut **tx).await? {
        let (currency, worth, odd): (String, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        currencies += 1;
        let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN credit = 'deferred' THEN amount ELSE 0 END) \
                   - SUM(CASE WHEN debit = 'deferred' THEN amount ELSE 0 END), 0) AS BIGINT) FROM transfers WHERE unit = $1";
        let deferred: i64 = sqlx::query_scalar(sql).bind(&currency).fetch_one(&mut **tx).await?;
        if deferred != worth {
            findings.add(
                Trouble::Purchase,
                format!("currency {currency}"),
                format!("{deferred} is deferred, but unspent credits are worth {worth}"),
            );
        }
        if odd > 0 {
            findings.add(
                Trouble::Purchase,
                format!("currency {currency}"),
                format!("{odd} lots hold credits and worth that don't fit"),
            );
        }
    }
    Ok(currencies)
}

/// What an account owes is what its debt account says.
async fn debts(tx: &mut Snapshot, findings: &mut Findings) -> Result<()> {
    let sql = "SELECT p.id, p.owed, CAST(COALESCE(SUM(CASE WHEN t.kind = 'owe' THEN t.amount \
               WHEN t.kind IN ('repay', 'recover', 'forgive') THEN -t.amount ELSE 0 END), 0) AS BIGINT) \
               FROM purchases p LEFT JOIN transfers t ON t.purchase = p.id AND t.unit = 'credit' GROUP BY p.id, p.owed";
    for row in sqlx::query(sql).fetch_all(&mut **tx).await? {
        let (id, owed, booked): (String, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if owed != booked {
            findings.add(
                Trouble::Purchase,
                format!("purchase {id}"),
                format!("{owed} credits are owed, the books say {booked}"),
            );
        }
    }
    Ok(())
}

/// Receipts are numbered from 1 without a gap.
async fn receipts(tx: &mut Snapshot, findings: &mut Findings) -> Result<()> {
    let sql =
        "SELECT CAST(COUNT(DISTINCT receipt) AS BIGINT), CAST(COALESCE(MAX(receipt), 0) AS BIGINT) FROM purchases";
    let row = sqlx::query(sql).fetch_one(&mut **tx).await?;
    let (count, last): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    if count != last {
        findings.add(Trouble::Purchase, "receipts", format!("are {count}, but the last one is number {last}"));
    }
    Ok(())
}

/// Every payment that the provider told of belongs to a purchase.
async fn unmatched(tx: &mut Snapshot, findings: &mut Findings) -> Result<()> {
    let sql = "SELECT id, kind, COALESCE(payment, '') FROM provider_events WHERE purchase IS NULL";
    for row in sqlx::query(sql).fetch_all(&mut **tx).await? {
        let (id, kind, payment): (String, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        findings.add(
            Trouble::Purchase,
            format!("the provider's event {id}"),
            format!("({kind}, payment {payment:?}) belongs to no purchase"),
        );
    }
    Ok(())
}
