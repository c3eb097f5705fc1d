//! Signed events of the provider, each noted once.

use super::{Purchase, act, locked_all};
use crate::{
    crash,
    store::{Result, Store, StoreError, Tx, id, list, padded, pieces, rows},
};
use jukeline_app::{
    id::{AccountId, PurchaseId},
    purchase::{Dispute, Said},
    time::Timestamp,
};
use sqlx::{AssertSqlSafe, Row};
use std::collections::{BTreeMap, HashMap, HashSet};

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
    /// What was paid, if it says that something was: minor units (0 where the provider's count is none of the
    /// currency's) and the ISO 4217 code.
    pub paid: Option<(i64, String)>,
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

/// Takes events: notes each once and does what follows, in one transaction. Gives what became of each, in their order.
pub async fn take(store: &Store, events: &[NewEvent]) -> Result<Vec<Taken>> {
    for _ in 0..act::TRIES {
        let mut tx = store.begin().await?;
        if let Some(taken) = try_take(store, &mut tx, events).await? {
            tx.commit().await?;
            return Ok(taken);
        }
    }
    Err(StoreError::garbled("purchases", "their accounts change all the time"))
}

/// Takes one event.
pub async fn take_one(store: &Store, event: &NewEvent) -> Result<Taken> {
    let taken = take(store, std::slice::from_ref(event)).await?;
    taken.into_iter().next().ok_or_else(|| StoreError::garbled("provider_events", "an event without an end"))
}

/// Nothing when a purchase has moved to another account between reading and locking.
async fn try_take(store: &Store, tx: &mut Tx, events: &[NewEvent]) -> Result<Option<Vec<Taken>>> {
    let now = crate::store::now(store.kind(), tx).await?;
    let owners = owners(tx, events).await?;
    let accounts: Vec<AccountId> = owners.iter().flatten().map(|(_, account)| *account).collect();
    let mut books = act::Ledger::open(store, tx, &accounts, now).await?;
    let ids: Vec<PurchaseId> = owners.iter().flatten().map(|(purchase, _)| *purchase).collect();
    let mut purchases = locked_all(books.tx, store.kind(), &ids).await?;
    let stays = |(purchase, account): &(PurchaseId, AccountId)| {
        purchases.get(purchase).is_some_and(|purchase| purchase.account == *account)
    };
    if !owners.iter().flatten().all(stays) {
        return Ok(None);
    }
    let owned: Vec<Owned<'_>> =
        events.iter().zip(&owners).map(|(event, owner)| owned(event, *owner, &purchases)).collect();
    let mut fresh = note(books.tx, &owned, now).await?;
    let named = purchases.values().filter_map(|purchase| purchase.payment.as_ref());
    let payments: Vec<String> = named.chain(owned.iter().filter_map(|owned| owned.payment)).cloned().collect();
    let mut earlier = unmatched(books.tx, &payments).await?;
    let mut changed = HashSet::new();
    let mut taken = Vec::with_capacity(events.len());
    for Owned { event, purchase, payment } in owned {
        if !fresh.remove(&event.id) {
            taken.push(Taken::Known);
            continue;
        }
        let Some(purchase) = purchase.and_then(|purchase| purchases.get_mut(&purchase)) else {
            taken.push(Taken::Unmatched);
            continue;
        };
        crash::point("event-noted");
        let heard = act::Heard {
            said: event.said.into_iter().collect(),
            payment: payment.cloned(),
            declined: event.declined.clone(),
        };
        let news = act::follow(&mut books, purchase, &heard, &mut earlier).await?;
        if news {
            changed.insert(purchase.id);
        }
        taken.push(if news { Taken::News } else { Taken::Known });
    }
    let changed: Vec<&Purchase> = changed.iter().filter_map(|purchase| purchases.get(purchase)).collect();
    act::save(books.tx, &changed).await?;
    books.close(store).await?;
    crash::point("purchase-decided");
    Ok(Some(taken))
}

/// An event with the purchase that it is about, if it is one of ours.
struct Owned<'a> {
    event: &'a NewEvent,
    purchase: Option<PurchaseId>,
    payment: Option<&'a String>,
}

/// A payment of another amount than the price pays for nothing: the event is nobody's, for a person to look at.
fn owned<'a>(
    event: &'a NewEvent,
    owner: Option<(PurchaseId, AccountId)>,
    purchases: &BTreeMap<PurchaseId, Purchase>,
) -> Owned<'a> {
    let purchase = owner.and_then(|(purchase, _)| purchases.get(&purchase));
    if let (Some(purchase), Some((minor, currency))) = (purchase, &event.paid)
        && (purchase.price_minor != *minor || purchase.currency != *currency)
    {
        tracing::error!(purchase = %purchase.id, event = event.id, "another amount was paid than the price");
        return Owned { event, purchase: None, payment: None };
    }
    Owned { event, purchase: purchase.map(|purchase| purchase.id), payment: event.payment.as_ref() }
}

/// The purchase and the account that each event is about, if it is one of ours.
async fn owners(tx: &mut Tx, events: &[NewEvent]) -> Result<Vec<Option<(PurchaseId, AccountId)>>> {
    let (mut by_id, mut by_payment) = (HashMap::new(), HashMap::new());
    for chunk in padded(events, 128) {
        let count = chunk.len();
        let sql = format!(
            "SELECT id, account, payment FROM purchases WHERE id IN ({}) OR payment IN ({})",
            list(1, count),
            list(count + 1, count)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for event in &chunk {
            query = query.bind(event.purchase.map(|purchase| purchase.to_string()));
        }
        for event in &chunk {
            query = query.bind(event.payment.clone());
        }
        for row in query.fetch_all(&mut **tx).await? {
            let owner: (PurchaseId, AccountId) = (id("purchases", row.try_get(0)?)?, id("purchases", row.try_get(1)?)?);
            by_id.insert(owner.0, owner);
            if let Some(payment) = row.try_get::<Option<String>, _>(2)? {
                by_payment.insert(payment, owner);
            }
        }
    }
    let owner = |event: &NewEvent| {
        let named = event.purchase.and_then(|purchase| by_id.get(&purchase));
        named.or_else(|| event.payment.as_ref().and_then(|payment| by_payment.get(payment))).copied()
    };
    Ok(events.iter().map(owner).collect())
}

/// Notes events; gives the ids of those that were not known.
async fn note(tx: &mut Tx, events: &[Owned<'_>], now: Timestamp) -> Result<HashSet<String>> {
    let mut fresh = HashSet::new();
    for chunk in pieces(events, 64) {
        let sql = format!(
            "INSERT INTO provider_events (id, kind, purchase, payment, said, minor, received_at) VALUES {} \
             ON CONFLICT (id) DO NOTHING RETURNING id",
            rows(chunk.len(), 7)
        );
        let mut query = sqlx::query_scalar(AssertSqlSafe(sql));
        for Owned { event, purchase, payment } in chunk {
            let (said, minor) = event.said.map_or(("declined", 0), word);
            query = query
                .bind(event.id.clone())
                .bind(event.kind.clone())
                .bind(purchase.map(|purchase| purchase.to_string()))
                .bind(payment.cloned())
                .bind(said)
                .bind(minor)
                .bind(now.0);
        }
        fresh.extend(query.fetch_all(&mut **tx).await?);
    }
    Ok(fresh)
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

/// What was said of payments of which it isn't known yet whose they are, by the payment.
pub(super) type Unmatched = HashMap<String, Vec<Said>>;

/// Reads what was said of these payments while nobody knew whose they are.
pub(super) async fn unmatched(tx: &mut Tx, payments: &[String]) -> Result<Unmatched> {
    let mut unmatched = Unmatched::new();
    for chunk in padded(payments, 128) {
        let sql = format!(
            "SELECT payment, said, minor FROM provider_events WHERE purchase IS NULL AND payment IN ({})",
            list(1, chunk.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for payment in &chunk {
            query = query.bind(payment.clone());
        }
        for row in query.fetch_all(&mut **tx).await? {
            let said = said(&row.try_get::<String, _>(1)?, row.try_get(2)?);
            unmatched.entry(row.try_get(0)?).or_default().extend(said);
        }
    }
    Ok(unmatched)
}

/// Takes what was said earlier of this purchase's payment.
pub(super) async fn adopt(tx: &mut Tx, purchase: &Purchase, earlier: &mut Unmatched) -> Result<Vec<Said>> {
    let Some(sayings) = purchase.payment.as_ref().and_then(|payment| earlier.remove(payment)) else {
        return Ok(Vec::new());
    };
    sqlx::query("UPDATE provider_events SET purchase = $1 WHERE payment = $2 AND purchase IS NULL")
        .bind(purchase.id.to_string())
        .bind(purchase.payment.clone())
        .execute(&mut **tx)
        .await?;
    Ok(sayings)
}
