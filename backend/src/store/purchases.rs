//! Purchases: their rows, and what follows from what the provider says about them.

mod act;
pub mod debts;
pub mod events;
pub mod expiry;
pub mod idle;
pub mod leaving;
pub mod receipts;
pub mod refunds;

pub use act::{Heard, hear};

use super::{Kind, Result, Store, StoreError, Tx, id, list, padded};
use jukeline_app::{
    id::{AccountId, PurchaseId},
    purchase::{Dispute, Done, Known, PurchaseState},
    time::Timestamp,
};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use std::collections::BTreeMap;

/// A purchase's row.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// The purchase.
    pub id: PurchaseId,
    /// Whose.
    pub account: AccountId,
    /// The pack's name.
    pub pack: String,
    /// What it costs, in minor units.
    pub price_minor: i64,
    /// The ISO 4217 code.
    pub currency: String,
    /// Paid credits.
    pub credits: i64,
    /// Credits on top.
    pub bonus: i64,
    /// How long the bonus lasts, in milliseconds; for ever if not set.
    pub bonus_ms: Option<i64>,
    /// The room to go back to.
    pub room: Option<String>,
    /// Which provider.
    pub provider: String,
    /// The provider's name of its page.
    pub checkout: Option<String>,
    /// The page's address.
    pub checkout_url: Option<String>,
    /// The provider's name of the payment.
    pub payment: Option<String>,
    /// What was done.
    pub done: Done,
    /// What the provider has said.
    pub known: Known,
    /// Why a card was declined last.
    pub declined: Option<String>,
    /// What the bank took back when the dispute was opened, in minor units.
    pub disputed_minor: i64,
    /// The receipt's number.
    pub receipt: Option<i64>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When the provider's page closes.
    pub expires_at: Timestamp,
    /// When its credits were given.
    pub credited_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, account, pack, price_minor, currency, credits, bonus, bonus_ms, room, provider, checkout, \
                       checkout_url, payment, state, refunded_minor, dispute_done, paid, failed, expired, \
                       refunded_seen, dispute_seen, declined, receipt, created_at, expires_at, credited_at, disputed_minor";

fn purchase(row: &AnyRow) -> Result<Purchase> {
    let state: String = row.try_get(13)?;
    let state = PurchaseState::from_word(&state).ok_or_else(|| StoreError::garbled("purchases", state))?;
    let dispute = |column: usize| Ok::<_, StoreError>(Dispute::from_word(&row.try_get::<String, _>(column)?));
    let is = |column: usize| Ok::<_, StoreError>(row.try_get::<i64, _>(column)? != 0);
    Ok(Purchase {
        id: id("purchases", row.try_get(0)?)?,
        account: id("purchases", row.try_get(1)?)?,
        pack: row.try_get(2)?,
        price_minor: row.try_get(3)?,
        currency: row.try_get(4)?,
        credits: row.try_get(5)?,
        bonus: row.try_get(6)?,
        bonus_ms: row.try_get(7)?,
        room: row.try_get(8)?,
        provider: row.try_get(9)?,
        checkout: row.try_get(10)?,
        checkout_url: row.try_get(11)?,
        payment: row.try_get(12)?,
        done: Done { state, refunded: row.try_get(14)?, dispute: dispute(15)? },
        known: Known {
            paid: is(16)?,
            failed: is(17)?,
            expired: is(18)?,
            refunded: row.try_get(19)?,
            dispute: dispute(20)?,
        },
        declined: row.try_get(21)?,
        receipt: row.try_get(22)?,
        created_at: Timestamp(row.try_get(23)?),
        expires_at: Timestamp(row.try_get(24)?),
        credited_at: row.try_get::<Option<i64>, _>(25)?.map(Timestamp),
        disputed_minor: row.try_get(26)?,
    })
}

/// A purchase that begins.
pub struct NewPurchase<'a> {
    /// Made by the client.
    pub id: PurchaseId,
    /// Whose.
    pub account: AccountId,
    /// The pack's name.
    pub pack: &'a str,
    /// What it costs, in minor units, more than 0.
    pub price_minor: i64,
    /// The ISO 4217 code.
    pub currency: &'a str,
    /// Paid credits, more than 0.
    pub credits: i64,
    /// Credits on top.
    pub bonus: i64,
    /// How long the bonus lasts, in milliseconds.
    pub bonus_ms: Option<i64>,
    /// The room to go back to.
    pub room: Option<&'a str>,
    /// Which provider.
    pub provider: &'a str,
    /// When the provider's page closes.
    pub expires_at: Timestamp,
    /// When the sweep asks the provider for the first time: webhook and return page come first.
    pub ask_at: Timestamp,
    /// Hash of the code that brings the credits back to a guest who lost their cookie.
    pub claim_hash: &'a str,
}

/// Writes a purchase that begins, unless its id is there already; gives what stands then. It is written before the
/// provider is asked, so that whatever is paid can be told apart.
pub async fn begin(store: &Store, new: &NewPurchase<'_>, now: Timestamp) -> Result<Purchase> {
    let mut tx = store.begin().await?;
    let sql = "INSERT INTO purchases (id, account, pack, price_minor, currency, credits, bonus, bonus_ms, room, provider, \
               state, created_at, expires_at, ask_at, claim_hash) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'created', $11, $12, $13, $14) ON CONFLICT (id) DO NOTHING";
    sqlx::query(sql)
        .bind(new.id.to_string())
        .bind(new.account.to_string())
        .bind(new.pack.to_owned())
        .bind(new.price_minor)
        .bind(new.currency.to_owned())
        .bind(new.credits)
        .bind(new.bonus)
        .bind(new.bonus_ms)
        .bind(new.room.map(str::to_owned))
        .bind(new.provider.to_owned())
        .bind(now.0)
        .bind(new.expires_at.0)
        .bind(new.ask_at.0)
        .bind(new.claim_hash.to_owned())
        .execute(&mut *tx)
        .await?;
    let stands = read(&mut tx, new.id, "").await?;
    tx.commit().await?;
    stands.ok_or_else(|| StoreError::garbled("purchases", "the row that was just written"))
}

async fn read(tx: &mut Tx, purchase_id: PurchaseId, lock: &str) -> Result<Option<Purchase>> {
    let sql = format!("SELECT {COLUMNS} FROM purchases WHERE id = $1{lock}");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(purchase_id.to_string()).fetch_optional(&mut **tx).await?;
    row.as_ref().map(purchase).transpose()
}

/// Reads a purchase under its lock. The account's is taken before it, always.
async fn locked(tx: &mut Tx, kind: Kind, purchase_id: PurchaseId) -> Result<Option<Purchase>> {
    read(tx, purchase_id, kind.for_update()).await
}

/// Reads purchases under their locks, taken in the order of their ids. Their accounts' are taken before, always.
async fn locked_all(tx: &mut Tx, kind: Kind, purchases: &[PurchaseId]) -> Result<BTreeMap<PurchaseId, Purchase>> {
    let mut found = BTreeMap::new();
    for chunk in padded(purchases, 128) {
        let lock = kind.for_update();
        let sql = format!("SELECT {COLUMNS} FROM purchases WHERE id IN ({}) ORDER BY id{lock}", list(1, chunk.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in &chunk {
            query = query.bind(id.to_string());
        }
        for row in query.fetch_all(&mut **tx).await? {
            let purchase = purchase(&row)?;
            found.insert(purchase.id, purchase);
        }
    }
    Ok(found)
}

async fn one_where(store: &Store, condition: &str, value: String) -> Result<Option<Purchase>> {
    let sql = format!("SELECT {COLUMNS} FROM purchases WHERE {condition} = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(value).fetch_optional(store.read()).await?;
    row.as_ref().map(purchase).transpose()
}

/// A purchase by its id.
pub async fn find(store: &Store, purchase: PurchaseId) -> Result<Option<Purchase>> {
    one_where(store, "id", purchase.to_string()).await
}

/// A purchase by the hash of its claim code.
pub async fn by_claim(store: &Store, claim_hash: &str) -> Result<Option<Purchase>> {
    one_where(store, "claim_hash", claim_hash.to_owned()).await
}

/// A purchase by the provider's name of its payment.
pub async fn by_payment(store: &Store, payment: &str) -> Result<Option<Purchase>> {
    one_where(store, "payment", payment.to_owned()).await
}

/// An account's purchases, newest first.
pub async fn of_account(store: &Store, account: AccountId, limit: i64) -> Result<Vec<Purchase>> {
    let sql = format!("SELECT {COLUMNS} FROM purchases WHERE account = $1 ORDER BY created_at DESC LIMIT $2");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(account.to_string()).bind(limit).fetch_all(store.read()).await?;
    rows.iter().map(purchase).collect()
}

/// Notes the provider's page. The first one stays: the provider gives the same one for the same purchase.
pub async fn set_checkout(
    store: &Store,
    purchase: PurchaseId,
    checkout: &str,
    url: &str,
    expires_at: Timestamp,
) -> Result<()> {
    let mut tx = store.begin().await?;
    let sql =
        "UPDATE purchases SET checkout = $1, checkout_url = $2, expires_at = $3 WHERE id = $4 AND checkout IS NULL";
    sqlx::query(sql).bind(checkout).bind(url).bind(expires_at.0).bind(purchase.to_string()).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Purchases that the provider is to be asked about now; each is put off until `again`, so that several processes don't
/// ask about the same one.
pub async fn to_ask(store: &Store, now: Timestamp, again: Timestamp, limit: i64) -> Result<Vec<Purchase>> {
    let mut tx = store.begin().await?;
    let skip = store.kind().for_update_skip_locked();
    let sql = format!("SELECT {COLUMNS} FROM purchases WHERE ask_at <= $1 ORDER BY ask_at LIMIT $2{skip}");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(now.0).bind(limit).fetch_all(&mut *tx).await?;
    let found: Vec<Purchase> = rows.iter().map(purchase).collect::<Result<_>>()?;
    for purchase in &found {
        sqlx::query("UPDATE purchases SET ask_at = $1 WHERE id = $2")
            .bind(again.0)
            .bind(purchase.id.to_string())
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(found)
}

/// Credits that an account owes after disputes.
pub async fn owed(store: &Store, account: AccountId) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(owed), 0) AS BIGINT) FROM purchases WHERE account = $1 AND owed > 0";
    Ok(sqlx::query_scalar(sql).bind(account.to_string()).fetch_one(store.read()).await?)
}

#[cfg(test)]
mod tests;
