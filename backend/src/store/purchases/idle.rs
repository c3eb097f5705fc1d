//! What there is for the sweep to do, asked in one statement: mostly it is nothing.

use crate::store::{Result, Store};
use jukeline_app::time::Timestamp;
use sqlx::{AssertSqlSafe, Row};

/// What is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// The database's clock when it was asked.
    pub now: Timestamp,
    /// Credits were given without a receipt's number.
    pub to_number: bool,
    /// Credits are over.
    pub to_expire: bool,
    /// Something was said of a payment before it was known.
    pub to_match: bool,
    /// Somebody owes credits.
    pub debts: bool,
    /// Credits came back to an account that is deleted.
    pub left_behind: bool,
    /// A refund is to be sent.
    pub to_send: bool,
    /// The provider is to be asked about a purchase.
    pub to_ask: bool,
}

/// Every condition has an index of its own rows.
pub async fn work(store: &Store) -> Result<Work> {
    let now = store.now().await?;
    let there = |rows: &str| format!("CAST(CASE WHEN EXISTS (SELECT 1 FROM {rows}) THEN 1 ELSE 0 END AS BIGINT)");
    let sql = [
        there("purchases WHERE state = 'credited' AND receipt IS NULL"),
        there("lots WHERE balance > 0 AND expires_at <= $1"),
        there("provider_events e JOIN purchases p ON p.payment = e.payment WHERE e.purchase IS NULL"),
        there("purchases WHERE owed > 0"),
        there("accounts a JOIN lots l ON l.account = a.id WHERE a.deleted_at IS NOT NULL AND l.balance > 0"),
        there("refunds WHERE send_at <= $1"),
        there("purchases WHERE ask_at <= $1"),
    ]
    .join(", ");
    let row = sqlx::query(AssertSqlSafe(format!("SELECT {sql}"))).bind(now.0).fetch_one(store.read()).await?;
    let is = |column: usize| Ok::<_, sqlx::Error>(row.try_get::<i64, _>(column)? == 1);
    Ok(Work {
        now,
        to_number: is(0)?,
        to_expire: is(1)?,
        to_match: is(2)?,
        debts: is(3)?,
        left_behind: is(4)?,
        to_send: is(5)?,
        to_ask: is(6)?,
    })
}
