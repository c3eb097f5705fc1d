//! What becomes of the credits of somebody who deletes their account: what was paid for goes back to the card or is waived,
//! as they say; what was given is forfeited.

use super::{act::Ledger, debts, locked_all, refunds};
use crate::store::{Result, Store, Tx, id, ledger};
use jukeline_app::{
    id::{AccountId, PurchaseId, RefundId},
    purchase::{PaidCredits, RefundPart},
    time::Timestamp,
};
use sqlx::{AnyConnection, Row};
use uuid::Uuid;

/// Unspent credits that were paid for in one currency, those included that are set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidLeft {
    /// How many.
    pub credits: i64,
    /// What they cost, in minor units.
    pub worth_minor: i64,
    /// The ISO 4217 code.
    pub currency: String,
}

/// What an account has of credits that were paid for.
pub async fn paid_left(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<PaidLeft>> {
    let sql = "SELECT CAST(SUM(held) AS BIGINT), CAST(SUM(worth_left) AS BIGINT), currency FROM lots \
               WHERE account = $1 AND worth_total > 0 AND held > 0 GROUP BY currency ORDER BY currency";
    let rows = sqlx::query(sql).bind(account.to_string()).fetch_all(connection).await?;
    rows.iter()
        .map(|row| Ok(PaidLeft { credits: row.try_get(0)?, worth_minor: row.try_get(1)?, currency: row.try_get(2)? }))
        .collect()
}

/// Leaves an account without free credits: debts first, then refunds of what was paid for if that is wanted, and what is
/// left is forfeited. A refund is only decided here; the sweep sends it.
pub async fn settle(
    store: &Store,
    tx: &mut Tx,
    account: AccountId,
    paid: Option<PaidCredits>,
    now: Timestamp,
) -> Result<()> {
    let mut books = Ledger::open(store, tx, &[account], now).await?;
    debts::collect(&mut books, account).await?;
    if paid == Some(PaidCredits::Refund) {
        let purchases = with_free_credits(books.tx, account).await?;
        for purchase in locked_all(books.tx, store.kind(), &purchases).await?.values_mut() {
            let refund = RefundId(Uuid::now_v7());
            refunds::give_back(&mut books, purchase, refund, RefundPart::Unspent, Some(account)).await?;
        }
    }
    books.close(store).await?;
    ledger::forfeit(tx, store.kind(), account, now).await
}

async fn with_free_credits(tx: &mut Tx, account: AccountId) -> Result<Vec<PurchaseId>> {
    let sql = "SELECT DISTINCT purchase FROM lots WHERE account = $1 AND worth_total > 0 AND balance > 0 \
               AND purchase IS NOT NULL ORDER BY purchase";
    let found: Vec<String> = sqlx::query_scalar(sql).bind(account.to_string()).fetch_all(&mut **tx).await?;
    found.iter().map(|purchase| id("lots", purchase)).collect()
}

/// Settles credits that came back to accounts after they were deleted, as from a song that was under way. Nobody has
/// waived what they didn't say so about: it goes back to the card. Gives the number of accounts.
pub async fn sweep(store: &Store) -> Result<usize> {
    let sql = "SELECT DISTINCT a.id, a.paid_credits FROM accounts a JOIN lots l ON l.account = a.id \
               WHERE a.deleted_at IS NOT NULL AND l.balance > 0 LIMIT 50";
    let rows = sqlx::query(sql).fetch_all(store.read()).await?;
    for row in &rows {
        let account = id("accounts", row.try_get(0)?)?;
        let waived = row.try_get::<Option<String>, _>(1)?.as_deref() == Some(PaidCredits::Waive.word());
        let paid = if waived { PaidCredits::Waive } else { PaidCredits::Refund };
        let mut tx = store.begin().await?;
        let now = crate::store::now(store.kind(), &mut tx).await?;
        settle(store, &mut tx, account, Some(paid), now).await?;
        tx.commit().await?;
    }
    Ok(rows.len())
}
