//! Receipts that are to be mailed: one row for each, written with the receipt's number.

use super::{Result, Store, Tx, id};
use jukeline_app::{id::PurchaseId, time::Timestamp};
use sqlx::{AssertSqlSafe, Row};

/// A mail that is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Of which purchase.
    pub purchase: PurchaseId,
    /// How often it was taken up, this time included.
    pub tries: i64,
    /// Since when it waits.
    pub since: Timestamp,
}

/// How a mail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The mail server has it.
    Sent,
    /// There is no address (any more).
    Nobody,
    /// It can't be sent, or could not for too long.
    GivenUp,
}

impl End {
    const fn word(self) -> &'static str {
        match self {
            End::Sent => "sent",
            End::Nobody => "nobody",
            End::GivenUp => "given_up",
        }
    }
}

/// Notes a receipt that just got its number, if its account has an address.
pub(super) async fn add(tx: &mut Tx, purchase: &str, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO receipt_mails (purchase, state, created_at, send_at) \
               SELECT p.id, 'waiting', CAST($2 AS BIGINT), CAST($2 AS BIGINT) FROM purchases p WHERE p.id = $1 AND EXISTS \
               (SELECT 1 FROM identities i WHERE i.account = p.account AND i.address_sealed IS NOT NULL) \
               ON CONFLICT (purchase) DO NOTHING";
    sqlx::query(sql).bind(purchase.to_owned()).bind(now.0).execute(&mut **tx).await?;
    Ok(())
}

/// Takes up the mail that waits longest; nobody else does before `again`.
pub async fn take(store: &Store, now: Timestamp, again: Timestamp) -> Result<Option<Waiting>> {
    let mut tx = store.begin().await?;
    let skip = store.kind().for_update_skip_locked();
    let sql = format!(
        "SELECT purchase, tries, created_at FROM receipt_mails WHERE send_at <= $1 ORDER BY send_at, purchase LIMIT 1{skip}"
    );
    let Some(row) = sqlx::query(AssertSqlSafe(sql)).bind(now.0).fetch_optional(&mut *tx).await? else {
        return Ok(None);
    };
    let purchase: PurchaseId = id("receipt_mails", row.try_get(0)?)?;
    let tries = row.try_get::<i64, _>(1)?.saturating_add(1);
    let since = Timestamp(row.try_get(2)?);
    sqlx::query("UPDATE receipt_mails SET tries = $1, send_at = $2 WHERE purchase = $3")
        .bind(tries)
        .bind(again.0)
        .bind(purchase.to_string())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Some(Waiting { purchase, tries, since }))
}

/// Puts a mail off until `again`, unless it has ended.
pub async fn put_off(store: &Store, purchase: PurchaseId, again: Timestamp) -> Result<()> {
    let mut tx = store.begin().await?;
    sqlx::query("UPDATE receipt_mails SET send_at = $1 WHERE purchase = $2 AND state = 'waiting'")
        .bind(again.0)
        .bind(purchase.to_string())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Notes how a mail ended.
pub async fn end(store: &Store, purchase: PurchaseId, end: End) -> Result<()> {
    let mut tx = store.begin().await?;
    sqlx::query("UPDATE receipt_mails SET state = $1, send_at = NULL WHERE purchase = $2 AND state = 'waiting'")
        .bind(end.word())
        .bind(purchase.to_string())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}
