//! Money that moves with credits: a credit that leaves its lot takes along what was paid for it.

use super::{NewTransfer, Transfer, insert};
use crate::store::{Result, StoreError, Tx, id, list, padded, pieces, rows};
use jukeline_app::{
    id::{LotId, PurchaseId, VenueId},
    ledger::{Book, Phase},
    shares::{WHOLE, venue_and_operator, worth_of},
    time::Timestamp,
};
use sqlx::{AssertSqlSafe, Row};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The setting with the venues' share of a network, in hundredths of a percent.
pub const SHARE: &str = "payments.venue_share";

/// What a lot's credits are worth.
struct Worth {
    left: i64,
    held: i64,
    currency: String,
    purchase: Option<PurchaseId>,
}

/// Moves what the credits of `transfers` were worth: from what is deferred to whoever has earned it or gets it back.
/// Reserving moves nothing, and giving back moves nothing: a credit is worth its price until it is spent.
pub(super) async fn follow(tx: &mut Tx, transfers: &[(Uuid, NewTransfer)], at: Timestamp) -> Result<()> {
    let leaving: Vec<(LotId, &NewTransfer)> = transfers.iter().filter_map(|(_, made)| leaves(made)).collect();
    if leaving.is_empty() {
        return Ok(());
    }
    let mut worths = read(tx, &leaving).await?;
    if worths.is_empty() {
        return Ok(());
    }
    let rates = rates(tx, &leaving).await?;
    let mut moved = Vec::new();
    for (lot, made) in leaving {
        let Some(worth) = worths.get_mut(&lot) else { continue };
        if made.amount > worth.held {
            return Err(StoreError::garbled("lots", "more credits leave than are held"));
        }
        let minor = worth_of(worth.left, worth.held, made.amount);
        worth.left -= minor;
        worth.held -= made.amount;
        let (currency, purchase) = (worth.currency.clone(), made.purchase.or(worth.purchase));
        moved.extend(shares(made, minor, &rates).into_iter().map(|share| (share, currency.clone(), purchase, made)));
    }
    let rows: Vec<Transfer> = moved
        .iter()
        .filter(|(share, ..)| share.minor > 0)
        .map(|(share, currency, purchase, made)| Transfer {
            id: Uuid::now_v7(),
            kind: share.kind,
            phase: Phase::Single,
            pending: None,
            debit: Book::Deferred,
            credit: share.to,
            amount: share.minor,
            unit: currency.clone(),
            account: made.account,
            play: made.play,
            purchase: *purchase,
            venue: share.venue,
        })
        .collect();
    insert(tx, &rows, at).await?;
    save(tx, &worths).await
}

/// The lot that a transfer takes credits out of for good.
fn leaves(made: &NewTransfer) -> Option<(LotId, &NewTransfer)> {
    match (made.debit, made.phase) {
        (Book::Lot(lot), Phase::Posted | Phase::Single) => Some((lot, made)),
        _ => None,
    }
}

/// A part of what credits were worth, and where it goes.
struct Share {
    kind: &'static str,
    to: Book,
    minor: i64,
    venue: Option<VenueId>,
}

fn shares(made: &NewTransfer, minor: i64, rates: &HashMap<VenueId, u32>) -> Vec<Share> {
    let whole = |kind, to| vec![Share { kind, to, minor, venue: None }];
    match made.credit {
        Book::Revenue(at) => {
            let (venue, operator) = venue_and_operator(minor, rates.get(&at).copied().unwrap_or(WHOLE));
            vec![
                Share { kind: "earn", to: Book::Revenue(at), minor: venue, venue: Some(at) },
                Share { kind: "commission", to: Book::Operator, minor: operator, venue: Some(at) },
            ]
        }
        Book::Refunds => whole("refund", Book::Refunds),
        Book::Disputes => whole("claw_back", Book::Disputes),
        Book::Debt(_) if made.kind == "recover" => whole("recover", Book::Losses),
        Book::Debt(_) => whole("repay", Book::Disputes),
        _ => whole("breakage", Book::Operator),
    }
}

async fn read(tx: &mut Tx, leaving: &[(LotId, &NewTransfer)]) -> Result<BTreeMap<LotId, Worth>> {
    let mut lots: Vec<LotId> = leaving.iter().map(|(lot, _)| *lot).collect();
    lots.sort();
    lots.dedup();
    let mut worths = BTreeMap::new();
    for chunk in padded(&lots, 128) {
        let sql = format!(
            "SELECT id, worth_left, held, currency, purchase FROM lots WHERE worth_total > 0 AND id IN ({})",
            list(1, chunk.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for lot in &chunk {
            query = query.bind(lot.to_string());
        }
        for row in query.fetch_all(&mut **tx).await? {
            let purchase = row.try_get::<Option<String>, _>(4)?.map(|text| id("lots", &text)).transpose()?;
            let worth = Worth { left: row.try_get(1)?, held: row.try_get(2)?, currency: row.try_get(3)?, purchase };
            worths.insert(id("lots", row.try_get(0)?)?, worth);
        }
    }
    Ok(worths)
}

/// The share of each venue that earns something.
async fn rates(tx: &mut Tx, leaving: &[(LotId, &NewTransfer)]) -> Result<HashMap<VenueId, u32>> {
    let mut venues: Vec<VenueId> = leaving
        .iter()
        .filter_map(|(_, made)| match made.credit {
            Book::Revenue(venue) => Some(venue),
            _ => None,
        })
        .collect();
    venues.sort();
    venues.dedup();
    let mut rates = HashMap::new();
    for chunk in padded(&venues, 64) {
        let sql = format!(
            "SELECT v.id, COALESCE(v.share, CAST(s.value AS BIGINT)) FROM venues v \
             LEFT JOIN settings s ON s.name = '{SHARE}' WHERE v.id IN ({})",
            list(1, chunk.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for venue in &chunk {
            query = query.bind(venue.to_string());
        }
        for row in query.fetch_all(&mut **tx).await? {
            let rate: Option<i64> = row.try_get(1)?;
            rates.insert(id("venues", row.try_get(0)?)?, rate.and_then(|rate| rate.try_into().ok()).unwrap_or(WHOLE));
        }
    }
    Ok(rates)
}

async fn save(tx: &mut Tx, worths: &BTreeMap<LotId, Worth>) -> Result<()> {
    let changed: Vec<(&LotId, &Worth)> = worths.iter().collect();
    for chunk in pieces(&changed, 64) {
        let sql = format!(
            "UPDATE lots SET worth_left = v.column2, held = v.column3 FROM (VALUES {}) AS v WHERE lots.id = v.column1",
            rows(chunk.len(), 3)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (lot, worth) in chunk {
            query = query.bind(lot.to_string()).bind(worth.left).bind(worth.held);
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}
