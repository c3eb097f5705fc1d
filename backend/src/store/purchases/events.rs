//! Signed events of the provider, each noted once.

use super::{Purchase, act};
use crate::{
    crash,
    store::{Result, Store, StoreError, Tx},
};
use jukeline_app::{
    id::PurchaseId,
    purchase::{Dispute, Said},
    time::Timestamp,
};
use sqlx::Row;

/// An event, of which nothing is kept but what it says.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// The provider's id.
    pub id: String,
    /// The provider's word for it.
    pub kind: String,
    /// The purchase, if it names one.
    pub purchase: Option<PurchaseId>,
    /// The provider's name of the payment, if there is one.
    pub payment: Option<String>,
    /// What it says; nothing when it only tells why a card was declined.
    pub said: Option<Said>,
    /// Why a card was declined.
    pub declined: Option<String>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It was known, or said nothing new.
    Known,
    /// It changed something.
    News,
    /// It belongs to no purchase that is known (yet).
    Unmatched,
}

/// Takes an event: notes it and does what follows, in one transaction.
pub async fn take(store: &Store, event: &NewEvent) -> Result<Taken> {
    let mut tx = store.begin().await?;
    let now = crate::store::now(store.kind(), &mut tx).await?;
    let purchase = owner(&mut tx, event).await?;
    if !note(&mut tx, event, purchase, now).await? {
        return Ok(Taken::Known);
    }
    let Some(purchase) = purchase else {
        tx.commit().await?;
        return Ok(Taken::Unmatched);
    };
    crash::point("event-noted");
    let heard = act::Heard {
        said: event.said.into_iter().collect(),
        payment: event.payment.clone(),
        declined: event.declined.clone(),
    };
    // A merge of accounts in between rolls back: the provider sends it again.
    let Some(news) = act::try_hear(store, &mut tx, purchase, &heard).await? else {
        return Err(StoreError::garbled("purchases", "its account changed in between"));
    };
    crash::point("purchase-decided");
    tx.commit().await?;
    Ok(if news { Taken::News } else { Taken::Known })
}

/// The purchase that an event is about, if it is one of ours.
async fn owner(tx: &mut Tx, event: &NewEvent) -> Result<Option<PurchaseId>> {
    let sql = "SELECT id FROM purchases WHERE id = $1 OR payment = $2";
    let found: Option<String> = sqlx::query_scalar(sql)
        .bind(event.purchase.map(|purchase| purchase.to_string()))
        .bind(event.payment.clone())
        .fetch_optional(&mut **tx)
        .await?;
    found.map(|found| crate::store::id("purchases", &found)).transpose()
}

async fn note(tx: &mut Tx, event: &NewEvent, purchase: Option<PurchaseId>, now: Timestamp) -> Result<bool> {
    let (said, minor) = event.said.map_or(("declined", 0), word);
    let sql = "INSERT INTO provider_events (id, kind, purchase, payment, said, minor, received_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
    let done = sqlx::query(sql)
        .bind(event.id.clone())
        .bind(event.kind.clone())
        .bind(purchase.map(|purchase| purchase.to_string()))
        .bind(event.payment.clone())
        .bind(said)
        .bind(minor)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

fn word(said: Said) -> (&'static str, i64) {
    match said {
        Said::Paid => ("paid", 0),
        Said::Failed => ("failed", 0),
        Said::Expired => ("expired", 0),
        Said::Refunded(minor) => ("refunded", minor),
        Said::Disputed(dispute) => (dispute.word(), 0),
    }
}

fn said(word: &str, minor: i64) -> Option<Said> {
    match word {
        "paid" => Some(Said::Paid),
        "failed" => Some(Said::Failed),
        "expired" => Some(Said::Expired),
        "refunded" => Some(Said::Refunded(minor)),
        other => Dispute::from_word(other).map(Said::Disputed),
    }
}

/// Follows what was said of a payment in the very moment in which its purchase was credited. Gives the number of purchases.
pub async fn sweep(store: &Store) -> Result<usize> {
    let sql = "SELECT DISTINCT p.id FROM provider_events e JOIN purchases p ON p.payment = e.payment \
               WHERE e.purchase IS NULL LIMIT 20";
    let left: Vec<String> = sqlx::query_scalar(sql).fetch_all(store.read()).await?;
    for purchase in &left {
        act::hear(store, crate::store::id("purchases", purchase)?, &act::Heard::default()).await?;
    }
    Ok(left.len())
}

/// What was said of a payment before it was known whose it is.
pub(super) async fn adopt(tx: &mut Tx, purchase: &Purchase) -> Result<Vec<Said>> {
    let Some(payment) = &purchase.payment else { return Ok(Vec::new()) };
    let sql = "SELECT said, minor FROM provider_events WHERE payment = $1 AND purchase IS NULL";
    let rows = sqlx::query(sql).bind(payment).fetch_all(&mut **tx).await?;
    sqlx::query("UPDATE provider_events SET purchase = $1 WHERE payment = $2 AND purchase IS NULL")
        .bind(purchase.id.to_string())
        .bind(payment)
        .execute(&mut **tx)
        .await?;
    let sayings = rows.iter().map(|row| Ok(said(&row.try_get::<String, _>(0)?, row.try_get(1)?)));
    Ok(sayings.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}
