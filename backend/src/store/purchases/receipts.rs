//! Receipts are numbered without gaps. A number drawn while credits are given would hold up every other purchase until
//! that transaction's end; so they are drawn afterwards, many at once, at the latest when somebody looks.

use crate::store::{Result, Store, StoreError, receipt_mails};
use sqlx::AssertSqlSafe;

/// Numbers at a time.
const AT_ONCE: i64 = 500;

/// Numbers every purchase that has its credits and no receipt yet, and notes those that are to be mailed. Gives how many.
pub async fn number(store: &Store) -> Result<usize> {
    let waiting = "SELECT CAST(COUNT(*) AS BIGINT) FROM purchases WHERE state = 'credited' AND receipt IS NULL";
    let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(store.read()).await?;
    if waiting == 0 {
        return Ok(0);
    }
    let mut tx = store.begin().await?;
    // The counter's row: its lock orders those who number.
    let first = "INSERT INTO settings (name, value) VALUES ('receipts.last', '0') ON CONFLICT DO NOTHING";
    sqlx::query(first).execute(&mut *tx).await?;
    let sql = format!("SELECT value FROM settings WHERE name = 'receipts.last'{}", store.kind().for_update());
    let last: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *tx).await?;
    let mut last: i64 = last.parse().map_err(|error| StoreError::garbled("settings", error))?;
    let sql = "SELECT id FROM purchases WHERE state = 'credited' AND receipt IS NULL ORDER BY credited_at, id LIMIT $1";
    let purchases: Vec<String> = sqlx::query_scalar(sql).bind(AT_ONCE).fetch_all(&mut *tx).await?;
    let now = crate::store::now(store.kind(), &mut tx).await?;
    for purchase in &purchases {
        last += 1;
        sqlx::query("UPDATE purchases SET receipt = $1 WHERE id = $2")
            .bind(last)
            .bind(purchase)
            .execute(&mut *tx)
            .await?;
        receipt_mails::add(&mut tx, purchase, now).await?;
    }
    sqlx::query("UPDATE settings SET value = $1 WHERE name = 'receipts.last'")
        .bind(last.to_string())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(purchases.len())
}
