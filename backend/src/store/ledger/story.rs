//! What became of each credit, as its owner reads it.

use crate::store::{Result, Store};
use jukeline_app::{
    api::{Expiring, WalletEvent, WalletLine},
    id::{AccountId, PlayId, PurchaseId},
    ledger::Origin,
    time::Timestamp,
};
use sqlx::Row;
use uuid::Uuid;

/// A person's credits, newest first: what came in, and what became of it for which song.
pub async fn story(store: &Store, account: AccountId, limit: i64) -> Result<Vec<WalletLine>> {
    let sql = "SELECT t.at, t.kind, CAST(SUM(t.amount) AS BIGINT), t.play, MAX(s.title), MAX(l.origin), t.purchase FROM transfers t \
               LEFT JOIN plays p ON p.id = t.play LEFT JOIN songs s ON s.id = p.song \
               LEFT JOIN lots l ON t.credit = 'lot:' || l.id WHERE t.account = $1 AND t.unit = 'credit' \
               AND t.kind NOT IN ('forfeit', 'owe', 'forgive') GROUP BY t.at, t.kind, t.play, t.purchase ORDER BY t.at DESC, t.kind LIMIT $2";
    let rows = sqlx::query(sql).bind(account.to_string()).bind(limit).fetch_all(store.read()).await?;
    rows.iter().map(line).collect()
}

fn line(row: &sqlx::any::AnyRow) -> Result<WalletLine> {
    let origin = row.try_get::<Option<String>, _>(5)?.and_then(|word| Origin::from_word(&word));
    let what = match row.try_get::<String, _>(1)?.as_str() {
        "reserve" => WalletEvent::Reserved,
        "capture" => WalletEvent::Captured,
        "release" => WalletEvent::Released,
        "refund" => WalletEvent::Refunded,
        "claw_back" | "repay" | "recover" => WalletEvent::ClawedBack,
        "expire" => WalletEvent::Expired,
        _ => WalletEvent::Received { origin: origin.unwrap_or(Origin::Grant) },
    };
    let id = |text: Option<String>| text.map(|text| crate::store::id::<Uuid>("transfers", &text)).transpose();
    Ok(WalletLine {
        at: Timestamp(row.try_get(0)?),
        what,
        amount: row.try_get(2)?,
        title: row.try_get(4)?,
        play: id(row.try_get(3)?)?.map(PlayId),
        purchase: id(row.try_get(6)?)?.map(PurchaseId),
    })
}

/// Credits of an account that expire, soonest first.
pub async fn expiring(store: &Store, account: AccountId) -> Result<Vec<Expiring>> {
    let sql = "SELECT expires_at, CAST(SUM(balance) AS BIGINT) FROM lots \
               WHERE account = $1 AND balance > 0 AND expires_at IS NOT NULL GROUP BY expires_at ORDER BY expires_at";
    let rows = sqlx::query(sql).bind(account.to_string()).fetch_all(store.read()).await?;
    rows.iter().map(|row| Ok(Expiring { at: Timestamp(row.try_get(0)?), credits: row.try_get(1)? })).collect()
}
