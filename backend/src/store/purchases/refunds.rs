//! Refunds: decided here and sent to the provider until it has them or refuses for good, or made at the provider and
//! followed here.

use super::{
    Purchase,
    act::{Ledger, account_of, act, lots_of, money, out_of, save},
    debts::owed_for,
    locked,
};
use crate::store::{
    Result, Store, StoreError, Tx, id,
    ledger::{self, NewLot, make_lot},
};
use jukeline_app::{
    id::{AccountId, LotId, PurchaseId, RefundId},
    ledger::{Book, LedgerFact, Origin},
    purchase::{Dispute, PurchaseState, RefundPart, Taken, Unspent, due, taken_by},
    shares::worth_of,
    time::{MINUTE, SECOND, Timestamp},
};
use sqlx::{Row, any::AnyRow};
use uuid::Uuid;

/// Where a refund stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// To be sent to the provider.
    Decided,
    /// The provider has it.
    Sent,
    /// The provider refused it for good, for this reason: the credits were given back.
    Refused(String),
    /// The provider refused it for good, and the account is gone: the money is owed still.
    Owed(String),
}

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
    /// What that was paid for, in minor units.
    pub worth_minor: i64,
    /// Where it stands.
    pub state: RefundState,
    /// When it was decided.
    pub created_at: Timestamp,
}

const COLUMNS: &str = "id, purchase, amount_minor, credits, bonus, state, worth_minor, refusal, created_at";

fn refund(row: &AnyRow) -> Result<Refund> {
    let reason = || Ok::<_, StoreError>(row.try_get::<Option<String>, _>(7)?.unwrap_or_default());
    let state = match row.try_get::<String, _>(5)?.as_str() {
        "decided" => RefundState::Decided,
        "sent" => RefundState::Sent,
        "refused" => RefundState::Refused(reason()?),
        "owed" => RefundState::Owed(reason()?),
        other => return Err(StoreError::garbled("refunds", other)),
    };
    Ok(Refund {
        id: id("refunds", row.try_get(0)?)?,
        purchase: id("refunds", row.try_get(1)?)?,
        amount_minor: row.try_get(2)?,
        taken: Taken { credits: row.try_get(3)?, bonus: row.try_get(4)? },
        worth_minor: row.try_get(6)?,
        state,
        created_at: Timestamp(row.try_get(8)?),
    })
}

/// Paid credits that refunds have taken so far, those included that were given back as a lot of their own.
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

/// A refund that is noted; it is to be sent, or was seen at the provider.
struct Noted<'a> {
    refund: Refund,
    part: &'a str,
    by: Option<AccountId>,
}

async fn note(books: &mut Ledger<'_>, purchase: &Purchase, noted: &Noted<'_>) -> Result<()> {
    let Noted { refund, part, by } = noted;
    let (state, send_at) = match refund.state {
        RefundState::Decided => ("decided", Some(books.now.0)),
        _ => ("sent", None),
    };
    let sql = "INSERT INTO refunds (id, purchase, part, amount_minor, credits, bonus, state, by_account, created_at, \
               send_at, worth_minor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    sqlx::query(sql)
        .bind(refund.id.to_string())
        .bind(purchase.id.to_string())
        .bind((*part).to_owned())
        .bind(refund.amount_minor)
        .bind(refund.taken.credits)
        .bind(refund.taken.bonus)
        .bind(state)
        .bind(by.map(|by| by.to_string()))
        .bind(books.now.0)
        .bind(send_at)
        .bind(refund.worth_minor)
        .execute(&mut **books.tx)
        .await?;
    let (account, amount) = (purchase.account, refund.taken.credits + refund.taken.bonus);
    let (minor, currency) = (refund.amount_minor, purchase.currency.clone());
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
    if purchase.account != account {
        return Ok(None);
    }
    let Some(refund) = give_back(&mut books, &mut purchase, refund_id, part, by).await? else { return Ok(None) };
    books.close(store).await?;
    tx.commit().await?;
    Ok(Some(refund))
}

/// What the free credits of a purchase were paid for.
async fn worth_free(tx: &mut Tx, purchase: PurchaseId) -> Result<i64> {
    let sql = "SELECT worth_left, held, balance FROM lots WHERE purchase = $1 AND worth_total > 0 AND balance > 0";
    let mut worth = 0;
    for row in sqlx::query(sql).bind(purchase.to_string()).fetch_all(&mut **tx).await? {
        worth += worth_of(row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    }
    Ok(worth)
}

/// Takes the free credits of a purchase and notes what goes back for them. Nothing when nothing can.
pub(super) async fn give_back(
    books: &mut Ledger<'_>,
    purchase: &mut Purchase,
    id: RefundId,
    part: RefundPart,
    by: Option<AccountId>,
) -> Result<Option<Refund>> {
    let undisputed = purchase.known.dispute.is_none_or(|dispute| dispute == Dispute::Won);
    // A refund that was made at the provider may have given more than its credits were worth.
    let left = purchase.price_minor - purchase.done.refunded;
    let (word, amount_minor) = match part {
        RefundPart::Whole => ("whole", left),
        RefundPart::Unspent => ("unspent", worth_free(books.tx, purchase.id).await?.min(left)),
    };
    if purchase.done.state != PurchaseState::Credited || !undisputed || amount_minor <= 0 {
        return Ok(None);
    }
    let taken = taken_by(part, &unspent(books.tx, purchase).await?);
    let worth = take(books, purchase, taken).await?;
    // What was spent is the operator's to bear.
    money(books, purchase, "refund_spent", (Book::Operator, Book::Refunds), amount_minor - worth).await?;
    let (state, created_at) = (RefundState::Decided, books.now);
    let refund = Refund { id, purchase: purchase.id, amount_minor, taken, worth_minor: worth, state, created_at };
    note(books, purchase, &Noted { refund: refund.clone(), part: word, by }).await?;
    purchase.done.refunded += amount_minor;
    save(books.tx, &[purchase]).await?;
    Ok(Some(refund))
}

/// The whole price of a purchase whose account is gone. What the provider gave back already isn't given twice.
pub(super) async fn give_all_back(books: &mut Ledger<'_>, purchase: &mut Purchase) -> Result<()> {
    books.flush().await?;
    let (price, given) = (purchase.price_minor, purchase.known.refunded);
    money(books, purchase, "refund", (Book::Deferred, Book::Refunds), price).await?;
    money(books, purchase, "refund_sent", (Book::Refunds, Book::Provider), given).await?;
    let parts = [("at_provider", given, RefundState::Sent), ("account_gone", price - given, RefundState::Decided)];
    for (part, amount_minor, state) in parts {
        if amount_minor == 0 {
            continue;
        }
        let refund = Refund {
            id: RefundId(Uuid::now_v7()),
            purchase: purchase.id,
            amount_minor,
            taken: Taken::default(),
            worth_minor: amount_minor,
            state,
            created_at: books.now,
        };
        note(books, purchase, &Noted { refund, part, by: None }).await?;
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
    let refund = Refund {
        id: RefundId(Uuid::now_v7()),
        purchase: purchase.id,
        amount_minor: minor,
        taken,
        worth_minor: worth,
        state: RefundState::Sent,
        created_at: books.now,
    };
    note(books, purchase, &Noted { refund, part: "at_provider", by: None }).await?;
    purchase.done.refunded += minor;
    Ok(())
}

/// How long a refund waits after so many tries before it is sent again.
fn wait_ms(tries: i64) -> i64 {
    (SOONEST_MS << tries.clamp(0, 20)).min(LATEST_MS)
}

const SOONEST_MS: i64 = 5 * SECOND;
const LATEST_MS: i64 = 6 * 60 * MINUTE;

/// Refunds that are to be sent now; each is put off, the longer the oftener it was sent.
pub async fn to_send(store: &Store, now: Timestamp) -> Result<Vec<Refund>> {
    let mut tx = store.begin().await?;
    let skip = store.kind().for_update_skip_locked();
    let sql = format!("SELECT {COLUMNS}, tries FROM refunds WHERE send_at <= $1 ORDER BY send_at LIMIT 20{skip}");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.0).fetch_all(&mut *tx).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let (refund, tries) = (refund(row)?, row.try_get("tries")?);
        sqlx::query("UPDATE refunds SET send_at = $1, tries = tries + 1 WHERE id = $2")
            .bind(now.plus(wait_ms(tries)).0)
            .bind(refund.id.to_string())
            .execute(&mut *tx)
            .await?;
        found.push(refund);
    }
    tx.commit().await?;
    Ok(found)
}

/// Every refund of a purchase, oldest first.
pub async fn of(store: &Store, purchase: PurchaseId) -> Result<Vec<Refund>> {
    let sql = format!("SELECT {COLUMNS} FROM refunds WHERE purchase = $1 ORDER BY created_at, id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(purchase.to_string()).fetch_all(store.read()).await?;
    rows.iter().map(refund).collect()
}

/// Notes that the provider refused a refund for good, once. What it took is given back; where nobody is left to give it to,
/// the money stays in `refunds`, owed. Gives what stands then.
pub async fn refused(store: &Store, refund: &Refund, reason: &str) -> Result<RefundState> {
    let mut tx = store.begin().await?;
    let now = crate::store::now(store.kind(), &mut tx).await?;
    let missing = || StoreError::garbled("refunds", "its purchase is missing");
    let account = account_of(&mut tx, refund.purchase).await?.ok_or_else(missing)?;
    let mut books = Ledger::open(store, &mut tx, &[account], now).await?;
    let mut purchase = locked(books.tx, store.kind(), refund.purchase).await?.ok_or_else(missing)?;
    if purchase.account != account {
        // Accounts were merged just now: it is sent once more.
        return Ok(RefundState::Decided);
    }
    let gone = books.gone.contains(&account);
    let sql = "UPDATE refunds SET state = $1, refusal = $2, send_at = NULL WHERE id = $3 AND state = 'decided'";
    let done = sqlx::query(sql)
        .bind(if gone { "owed" } else { "refused" })
        .bind(reason.to_owned())
        .bind(refund.id.to_string())
        .execute(&mut **books.tx)
        .await?;
    if done.rows_affected() == 1 && !gone {
        undo(&mut books, &mut purchase, refund).await?;
    }
    let stands = find(books.tx, refund.id).await?.ok_or_else(missing)?;
    books.close(store).await?;
    tx.commit().await?;
    Ok(stands.state)
}

/// Gives back what a refund took, and follows what it had hidden: what was refunded at the provider meanwhile, and what a
/// bank took back.
async fn undo(books: &mut Ledger<'_>, purchase: &mut Purchase, refund: &Refund) -> Result<()> {
    let (amount, worth) = (refund.amount_minor, refund.worth_minor);
    money(books, purchase, "refund_refused", (Book::Refunds, Book::Deferred), worth).await?;
    money(books, purchase, "refund_refused", (Book::Refunds, Book::Operator), amount - worth).await?;
    purchase.done.refunded -= amount;
    let paid = (Origin::Purchase, refund.taken.credits, Some(worth));
    let given = (Origin::Bonus, refund.taken.bonus, None);
    let mut lots = Vec::new();
    for (origin, credits, worth) in [paid, given].into_iter().filter(|(_, credits, _)| *credits > 0) {
        let restored = NewLot {
            account: purchase.account,
            amount: credits,
            origin,
            kind: "restore",
            source: Book::Refunds,
            purchase: Some(purchase.id),
            worth: worth.map(|worth| (worth, purchase.currency.as_str())),
            expires_at: None,
        };
        let lot = make_lot(books.tx, &restored, books.now).await?;
        let account = purchase.account;
        books.tell(account, &LedgerFact::Granted { account, lot, amount: credits })?;
        lots.push((lot, credits));
    }
    if let Some(Dispute::Open | Dispute::Lost) = purchase.done.dispute {
        take_in_dispute(books, purchase, refund, &lots).await?;
    }
    for action in due(&purchase.known, &purchase.done) {
        act(books, purchase, action).await?;
    }
    save(books.tx, &[purchase]).await
}

/// The bank took back the whole payment, so what the refund would have given as well.
async fn take_in_dispute(
    books: &mut Ledger<'_>,
    purchase: &mut Purchase,
    refund: &Refund,
    lots: &[(LotId, i64)],
) -> Result<()> {
    money(books, purchase, "dispute", (Book::Disputes, Book::Provider), refund.amount_minor).await?;
    purchase.disputed_minor += refund.amount_minor;
    let taken = lots.iter().map(|(lot, credits)| out_of(purchase, *lot, "claw_back", Book::Disputes, *credits));
    ledger::write(books.tx, &taken.collect::<Vec<_>>(), books.now).await?;
    if purchase.done.dispute == Some(Dispute::Lost) {
        let spent = refund.amount_minor - refund.worth_minor;
        money(books, purchase, "dispute_lost", (Book::Losses, Book::Disputes), spent).await?;
    }
    let (account, amount) = (purchase.account, lots.iter().map(|(_, credits)| credits).sum());
    let owed = owed_for(books.tx, purchase.id).await?;
    books.tell(account, &LedgerFact::ClawedBack { account, purchase: purchase.id, amount, owed })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_become_rare() {
        assert_eq!(wait_ms(0), 5 * SECOND);
        assert_eq!(wait_ms(4), 80 * SECOND);
        assert_eq!(wait_ms(13), LATEST_MS);
        assert_eq!(wait_ms(i64::MAX), LATEST_MS);
    }
}
