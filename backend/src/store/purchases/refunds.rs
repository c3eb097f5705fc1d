//! Refunds: decided here and sent to the provider until it has them, or made at the provider and followed here.

use super::{
    Purchase,
    act::{Ledger, account_of, lots_of, money, out_of, save},
    locked,
};
use crate::store::{Result, Store, StoreError, Tx, id, ledger};
use jukeline_app::{
    id::{AccountId, PurchaseId, RefundId},
    ledger::{Book, LedgerFact},
    purchase::{Dispute, PurchaseState, RefundPart, Taken, Unspent, taken_by},
    time::Timestamp,
};
use sqlx::{Row, any::AnyRow};
use uuid::Uuid;

/// A refund's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The refund.
    pub id: RefundId,
    /// Of which purchase.
    pub purchase: PurchaseId,
    /// What goes back, in minor units.
    pub amount_minor: i64,
    /// What was taken back for it.
    pub taken: Taken,
    /// The provider has it.
    pub sent: bool,
}

const COLUMNS: &str = "id, purchase, amount_minor, credits, bonus, state";

fn refund(row: &AnyRow) -> Result<Refund> {
    Ok(Refund {
        id: id("refunds", row.try_get(0)?)?,
        purchase: id("refunds", row.try_get(1)?)?,
        amount_minor: row.try_get(2)?,
        taken: Taken { credits: row.try_get(3)?, bonus: row.try_get(4)? },
        sent: row.try_get::<String, _>(5)? == "sent",
    })
}

/// Paid credits that refunds have taken so far.
pub(super) async fn credits_taken(tx: &mut Tx, purchase: PurchaseId) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(credits), 0) AS BIGINT) FROM refunds WHERE purchase = $1";
    Ok(sqlx::query_scalar(sql).bind(purchase.to_string()).fetch_one(&mut **tx).await?)
}

async fn find(tx: &mut Tx, refund_id: RefundId) -> Result<Option<Refund>> {
    let sql = format!("SELECT {COLUMNS} FROM refunds WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(refund_id.to_string()).fetch_optional(&mut **tx).await?;
    row.as_ref().map(refund).transpose()
}

/// What the lots of a purchase are worth now.
async fn worth_left(tx: &mut Tx, purchase: PurchaseId) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(worth_left), 0) AS BIGINT) FROM lots WHERE purchase = $1";
    Ok(sqlx::query_scalar(sql).bind(purchase.to_string()).fetch_one(&mut **tx).await?)
}

/// Takes credits out of a purchase's lots; gives what they were worth.
async fn take(books: &mut Ledger<'_>, purchase: &Purchase, taken: Taken) -> Result<i64> {
    let before = worth_left(books.tx, purchase.id).await?;
    let (mut credits, mut bonus) = (taken.credits, taken.bonus);
    let mut transfers = Vec::new();
    for (lot, is_bonus, _, free) in lots_of(books.tx, purchase.id).await? {
        let wanted = if is_bonus { &mut bonus } else { &mut credits };
        let amount = free.min(*wanted);
        if amount > 0 {
            *wanted -= amount;
            transfers.push(out_of(purchase, lot, "refund", Book::Refunds, amount));
        }
    }
    ledger::write(books.tx, &transfers, books.now).await?;
    Ok(before - worth_left(books.tx, purchase.id).await?)
}

async fn unspent(tx: &mut Tx, purchase: &Purchase) -> Result<Unspent> {
    let mut unspent = Unspent { credits: purchase.credits, credits_free: 0, bonus: purchase.bonus, bonus_free: 0 };
    for (_, bonus, _, free) in lots_of(tx, purchase.id).await? {
        if bonus { unspent.bonus_free += free } else { unspent.credits_free += free }
    }
    Ok(unspent)
}

struct NewRefund<'a> {
    id: RefundId,
    part: &'a str,
    amount_minor: i64,
    taken: Taken,
    by: Option<AccountId>,
    sent: bool,
}

async fn note(books: &mut Ledger<'_>, purchase: &Purchase, new: &NewRefund<'_>) -> Result<()> {
    let sql = "INSERT INTO refunds (id, purchase, part, amount_minor, credits, bonus, state, by_account, created_at, send_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    sqlx::query(sql)
        .bind(new.id.to_string())
        .bind(purchase.id.to_string())
        .bind(new.part.to_owned())
        .bind(new.amount_minor)
        .bind(new.taken.credits)
        .bind(new.taken.bonus)
        .bind(if new.sent { "sent" } else { "decided" })
        .bind(new.by.map(|by| by.to_string()))
        .bind(books.now.0)
        .bind(if new.sent { None } else { Some(books.now.0) })
        .execute(&mut **books.tx)
        .await?;
    let (account, amount) = (purchase.account, new.taken.credits + new.taken.bonus);
    let (minor, currency) = (new.amount_minor, purchase.currency.clone());
    books.tell(account, &LedgerFact::Refunded { account, purchase: purchase.id, amount, minor, currency })
}

/// Decides a refund; the same id gives the same refund again. Nothing when there is nothing left to give back, the
/// purchase isn't credited, or its bank disputes it.
pub async fn decide(
    store: &Store,
    purchase_id: PurchaseId,
    refund_id: RefundId,
    part: RefundPart,
    by: Option<AccountId>,
) -> Result<Option<Refund>> {
    let mut tx = store.begin().await?;
    let now = crate::store::now(store.kind(), &mut tx).await?;
    let Some(account) = account_of(&mut tx, purchase_id).await? else { return Ok(None) };
    let mut books = Ledger::open(store, &mut tx, &[account], now).await?;
    let Some(mut purchase) = locked(books.tx, store.kind(), purchase_id).await? else { return Ok(None) };
    if let Some(known) = find(books.tx, refund_id).await? {
        return Ok(Some(known).filter(|known| known.purchase == purchase_id));
    }
    let possible = purchase.account == account
        && purchase.done.state == PurchaseState::Credited
        && purchase.known.dispute.is_none_or(|dispute| dispute == Dispute::Won);
    if !possible {
        return Ok(None);
    }
    let taken = taken_by(part, &unspent(books.tx, &purchase).await?);
    let worth = take(&mut books, &purchase, taken).await?;
    // A refund that was made at the provider may have given more than its credits were worth.
    let left = purchase.price_minor - purchase.done.refunded;
    let amount_minor = match part {
        RefundPart::Whole => left,
        RefundPart::Unspent => worth.min(left),
    };
    if amount_minor <= 0 {
        return Ok(None);
    }
    // What was spent is the operator's to bear.
    money(&mut books, &purchase, "refund_spent", (Book::Operator, Book::Refunds), amount_minor - worth).await?;
    let part = match part {
        RefundPart::Whole => "whole",
        RefundPart::Unspent => "unspent",
    };
    note(&mut books, &purchase, &NewRefund { id: refund_id, part, amount_minor, taken, by, sent: false }).await?;
    purchase.done.refunded += amount_minor;
    save(books.tx, &[&purchase]).await?;
    books.close(store).await?;
    tx.commit().await?;
    Ok(Some(Refund { id: refund_id, purchase: purchase_id, amount_minor, taken, sent: false }))
}

/// The whole price of a purchase whose account is gone. What the provider gave back already isn't given twice.
pub(super) async fn give_all_back(books: &mut Ledger<'_>, purchase: &mut Purchase) -> Result<()> {
    books.flush().await?;
    let (price, given) = (purchase.price_minor, purchase.known.refunded);
    money(books, purchase, "refund", (Book::Deferred, Book::Refunds), price).await?;
    money(books, purchase, "refund_sent", (Book::Refunds, Book::Provider), given).await?;
    for (part, amount_minor, sent) in [("at_provider", given, true), ("account_gone", price - given, false)] {
        if amount_minor > 0 {
            let (id, taken) = (RefundId(Uuid::now_v7()), Taken::default());
            note(books, purchase, &NewRefund { id, part, amount_minor, taken, by: None, sent }).await?;
        }
    }
    purchase.done.refunded += price;
    Ok(())
}

/// Follows a refund that was made at the provider: takes credits in proportion, as far as they are unspent.
pub(super) async fn follow(books: &mut Ledger<'_>, purchase: &mut Purchase, minor: i64) -> Result<()> {
    // The account is gone: what went back was noted with the rest.
    if purchase.done.refunded >= purchase.known.refunded {
        return Ok(());
    }
    let free = unspent(books.tx, purchase).await?;
    let part = |of: i64| (of * minor + purchase.price_minor - 1) / purchase.price_minor;
    let taken =
        Taken { credits: part(free.credits).min(free.credits_free), bonus: part(free.bonus).min(free.bonus_free) };
    let worth = take(books, purchase, taken).await?;
    money(books, purchase, "refund_spent", (Book::Operator, Book::Refunds), minor - worth).await?;
    money(books, purchase, "refund_sent", (Book::Refunds, Book::Provider), minor).await?;
    let id = RefundId(Uuid::now_v7());
    note(books, purchase, &NewRefund { id, part: "at_provider", amount_minor: minor, taken, by: None, sent: true })
        .await?;
    purchase.done.refunded += minor;
    Ok(())
}

/// Refunds that are to be sent now, each put off until `again`.
pub async fn to_send(store: &Store, now: Timestamp, again: Timestamp) -> Result<Vec<Refund>> {
    let mut tx = store.begin().await?;
    let sql = format!("SELECT {COLUMNS} FROM refunds WHERE send_at <= $1 ORDER BY send_at LIMIT 20");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.0).fetch_all(&mut *tx).await?;
    let found: Vec<Refund> = rows.iter().map(refund).collect::<Result<_>>()?;
    for refund in &found {
        sqlx::query("UPDATE refunds SET send_at = $1 WHERE id = $2")
            .bind(again.0)
            .bind(refund.id.to_string())
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(found)
}

/// Notes that the provider has a refund, once.
pub async fn sent(store: &Store, refund: &Refund) -> Result<()> {
    let mut tx = store.begin().await?;
    let now = crate::store::now(store.kind(), &mut tx).await?;
    let Some(account) = account_of(&mut tx, refund.purchase).await? else { return Ok(()) };
    let mut books = Ledger::open(store, &mut tx, &[account], now).await?;
    let purchase = locked(books.tx, store.kind(), refund.purchase).await?;
    let purchase = purchase.ok_or_else(|| StoreError::garbled("refunds", "its purchase is missing"))?;
    let sql = "UPDATE refunds SET state = 'sent', send_at = NULL WHERE id = $1 AND state = 'decided'";
    let done = sqlx::query(sql).bind(refund.id.to_string()).execute(&mut **books.tx).await?;
    if done.rows_affected() == 1 {
        money(&mut books, &purchase, "refund_sent", (Book::Refunds, Book::Provider), refund.amount_minor).await?;
    }
    books.close(store).await?;
    tx.commit().await?;
    Ok(())
}
