//! What is owed after disputes, and making it good: the credits that an account has, or that come in later, go to it
//! first.

use super::act::Ledger;
use crate::store::{Result, Store, Tx, id, ledger};
use jukeline_app::{
    id::{AccountId, LotId, PurchaseId},
    ledger::{Book, LedgerFact, Phase},
    purchase::Dispute,
};
use sqlx::Row;
use uuid::Uuid;

struct Debt {
    purchase: PurchaseId,
    owed: i64,
    lost: bool,
    currency: String,
}

async fn debts(tx: &mut Tx, account: AccountId) -> Result<Vec<Debt>> {
    let sql = "SELECT id, owed, dispute_done, currency FROM purchases WHERE account = $1 AND owed > 0 ORDER BY created_at, id";
    let rows = sqlx::query(sql).bind(account.to_string()).fetch_all(&mut **tx).await?;
    rows.iter()
        .map(|row| {
            let lost = row.try_get::<String, _>(2)? == Dispute::Lost.word();
            Ok(Debt {
                purchase: id("purchases", row.try_get(0)?)?,
                owed: row.try_get(1)?,
                lost,
                currency: row.try_get(3)?,
            })
        })
        .collect()
}

/// Credits that are owed for a purchase.
pub(super) async fn owed_for(tx: &mut Tx, purchase: PurchaseId) -> Result<i64> {
    let sql = "SELECT owed FROM purchases WHERE id = $1";
    Ok(sqlx::query_scalar(sql).bind(purchase.to_string()).fetch_one(&mut **tx).await?)
}

/// Writes what is owed for a purchase.
pub(super) async fn set(tx: &mut Tx, purchase: PurchaseId, owed: i64) -> Result<()> {
    let sql = "UPDATE purchases SET owed = $1 WHERE id = $2";
    sqlx::query(sql).bind(owed).bind(purchase.to_string()).execute(&mut **tx).await?;
    Ok(())
}

/// Free credits that can make a debt good: given ones, and those that were paid for in the same currency.
async fn means(tx: &mut Tx, account: AccountId, currency: &str) -> Result<Vec<(LotId, i64)>> {
    let sql = "SELECT id, balance FROM lots WHERE account = $1 AND balance > 0 AND currency IN ('', $2) ORDER BY created_at, id";
    let rows = sqlx::query(sql).bind(account.to_string()).bind(currency.to_owned()).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| Ok((id("lots", row.try_get(0)?)?, row.try_get(1)?))).collect()
}

/// Takes what an account has for what it owes, oldest debt first.
pub(super) async fn collect(books: &mut Ledger<'_>, account: AccountId) -> Result<()> {
    for debt in debts(books.tx, account).await? {
        let mut left = debt.owed;
        let mut transfers = Vec::new();
        for (lot, free) in means(books.tx, account, &debt.currency).await? {
            let amount = free.min(left);
            if amount == 0 {
                break;
            }
            left -= amount;
            let transfer = ledger::NewTransfer {
                kind: if debt.lost { "recover" } else { "repay" },
                phase: Phase::Single,
                pending: None,
                debit: Book::Lot(lot),
                credit: Book::Debt(account),
                amount,
                account,
                play: None,
                purchase: Some(debt.purchase),
            };
            transfers.push((Uuid::now_v7(), transfer));
        }
        if transfers.is_empty() {
            continue;
        }
        ledger::write(books.tx, &transfers, books.now).await?;
        set(books.tx, debt.purchase, left).await?;
        let (purchase, amount) = (debt.purchase, debt.owed - left);
        books.tell(account, &LedgerFact::ClawedBack { account, purchase, amount, owed: left })?;
    }
    Ok(())
}

/// Accounts that owe something and have something: credits came back to them since.
async fn that_can_pay(store: &Store) -> Result<Vec<AccountId>> {
    let sql = "SELECT DISTINCT p.account FROM purchases p JOIN lots l ON l.account = p.account \
               WHERE p.owed > 0 AND l.balance > 0 AND l.currency IN ('', p.currency) LIMIT 50";
    let accounts: Vec<String> = sqlx::query_scalar(sql).fetch_all(store.read()).await?;
    accounts.iter().map(|account| id("purchases", account)).collect()
}

/// Collects from every account that owes something and has something. Gives their number.
pub async fn sweep(store: &Store) -> Result<usize> {
    let accounts = that_can_pay(store).await?;
    for account in &accounts {
        let mut tx = store.begin().await?;
        let now = crate::store::now(store.kind(), &mut tx).await?;
        let mut books = Ledger::open(store, &mut tx, &[*account], now).await?;
        collect(&mut books, *account).await?;
        books.close(store).await?;
        tx.commit().await?;
    }
    Ok(accounts.len())
}
