//! Credits that expire: only what was a bonus or a gift does.

use super::act::Ledger;
use crate::store::{Result, Store, id, ledger};
use jukeline_app::{
    id::AccountId,
    ledger::{Book, LedgerFact, Phase},
    time::Timestamp,
};
use uuid::Uuid;

/// Expires what is over, account by account. Gives the number of accounts.
pub async fn sweep(store: &Store) -> Result<usize> {
    let now = store.now().await?;
    let sql = "SELECT DISTINCT account FROM lots WHERE balance > 0 AND expires_at <= $1 LIMIT 50";
    let accounts: Vec<String> = sqlx::query_scalar(sql).bind(now.0).fetch_all(store.read()).await?;
    for account in &accounts {
        expire(store, id("lots", account)?, now).await?;
    }
    Ok(accounts.len())
}

async fn expire(store: &Store, account: AccountId, now: Timestamp) -> Result<()> {
    let mut tx = store.begin().await?;
    let mut books = Ledger::open(store, &mut tx, &[account], now).await?;
    let lots = ledger::held_lots(books.tx, account).await?;
    let over: Vec<_> = lots.iter().filter(|lot| lot.expires_at.is_some_and(|at| at <= now)).collect();
    let amount: i64 = over.iter().map(|lot| lot.available).sum();
    if amount == 0 {
        return Ok(());
    }
    let transfers: Vec<_> = over
        .iter()
        .map(|lot| {
            let transfer = ledger::NewTransfer {
                kind: "expire",
                phase: Phase::Single,
                pending: None,
                debit: Book::Lot(lot.id),
                credit: Book::Expired,
                amount: lot.available,
                account,
                play: None,
                purchase: None,
            };
            (Uuid::now_v7(), transfer)
        })
        .collect();
    ledger::write(books.tx, &transfers, now).await?;
    books.tell(account, &LedgerFact::Expired { account, amount })?;
    books.close(store).await?;
    tx.commit().await?;
    Ok(())
}
