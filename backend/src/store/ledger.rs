//! The ledger's rows: transfers are only ever added; a lot's balance moves with them in the same transaction.

use super::{Kind, Result, Store, StoreError, Tx, outbox::Letter, padded, pieces};
use jukeline_app::{
    api::{WalletEvent, WalletLine},
    id::{AccountId, LotId, PlayId, VenueId},
    ledger::{Book, LedgerFact, Leg, Lot, Origin, Phase, Unit},
    time::Timestamp,
};
use sqlx::{AssertSqlSafe, Row};
use std::collections::HashMap;
use uuid::Uuid;

/// A transfer row before it is written.
#[derive(Clone, Debug)]
pub struct NewTransfer {
    /// What it is, such as `reserve`.
    pub kind: &'static str,
    /// Its phase.
    pub phase: Phase,
    /// What it posts or voids.
    pub pending: Option<String>,
    /// From.
    pub debit: Book,
    /// To.
    pub credit: Book,
    /// More than 0.
    pub amount: i64,
    /// Whose.
    pub account: AccountId,
    /// For which play.
    pub play: Option<PlayId>,
}

/// A pending leg of a play.
#[derive(Clone, Debug)]
pub struct PendingLeg {
    /// The transfer's id.
    pub id: String,
    /// The lot and how much of it.
    pub leg: Leg,
}

/// The version of an account's facts, as it was read and as it was raised since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountVersion {
    epoch: i64,
    read: i64,
    n: i64,
}

/// Writes transfers and moves the lots they touch. A lot that would fall below 0 fails the transaction.
pub async fn write(tx: &mut Tx, transfers: &[(Uuid, NewTransfer)], at: Timestamp) -> Result<()> {
    for chunk in pieces(transfers, 32) {
        let sql = format!(
            "INSERT INTO transfers (id, kind, phase, pending, debit, credit, amount, unit, account, play, at) VALUES {}",
            super::rows(chunk.len(), 11)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (id, transfer) in chunk {
            query = query
                .bind(id.to_string())
                .bind(transfer.kind)
                .bind(transfer.phase.word())
                .bind(transfer.pending.clone())
                .bind(transfer.debit.to_string())
                .bind(transfer.credit.to_string())
                .bind(transfer.amount)
                .bind(Unit::Credit.word())
                .bind(transfer.account.to_string())
                .bind(transfer.play.map(|play| play.to_string()))
                .bind(at.0);
        }
        query.execute(&mut **tx).await?;
    }
    move_lots(tx, &lot_changes(transfers)).await
}

/// What each lot gains or loses: pending and single transfers move it, a void gives back, a post moves nothing more.
fn lot_changes(transfers: &[(Uuid, NewTransfer)]) -> Vec<(LotId, i64)> {
    let mut changes: HashMap<LotId, i64> = HashMap::new();
    for (_, transfer) in transfers {
        let sign = match transfer.phase {
            Phase::Pending | Phase::Single => -1,
            Phase::Voided => 1,
            Phase::Posted => 0,
        };
        if let Book::Lot(lot) = transfer.debit {
            *changes.entry(lot).or_default() += sign * transfer.amount;
        }
    }
    let mut changes: Vec<_> = changes.into_iter().filter(|(_, change)| *change != 0).collect();
    changes.sort_by_key(|(lot, _)| *lot);
    changes
}

async fn move_lots(tx: &mut Tx, changes: &[(LotId, i64)]) -> Result<()> {
    for chunk in pieces(changes, 64) {
        let sql = format!(
            "UPDATE lots SET balance = lots.balance + v.column2 FROM (VALUES {}) AS v WHERE lots.id = v.column1 \
             AND lots.balance + v.column2 >= 0 AND lots.balance + v.column2 <= lots.amount",
            super::rows(chunk.len(), 2)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (lot, change) in chunk {
            query = query.bind(lot.to_string()).bind(*change);
        }
        let done = query.execute(&mut **tx).await?;
        if done.rows_affected() != chunk.len() as u64 {
            return Err(StoreError::garbled("lots", "a balance would leave its bounds"));
        }
    }
    Ok(())
}

/// Gives `amount` credits (more than 0) to an account as a new lot, with its fact.
pub async fn grant(
    tx: &mut Tx,
    kind: Kind,
    account: AccountId,
    amount: i64,
    origin: Origin,
    now: Timestamp,
) -> Result<()> {
    let lot = LotId(Uuid::now_v7());
    let sql = "INSERT INTO lots (id, account, origin, amount, balance, created_at) VALUES ($1, $2, $3, $4, $4, $5)";
    sqlx::query(sql)
        .bind(lot.to_string())
        .bind(account.to_string())
        .bind(origin.word())
        .bind(amount)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    let transfer = NewTransfer {
        kind: "grant",
        phase: Phase::Single,
        pending: None,
        debit: Book::Grants,
        credit: Book::Lot(lot),
        amount,
        account,
        play: None,
    };
    write(tx, &[(Uuid::now_v7(), transfer)], now).await?;
    let mut versions = versions(tx, kind, &[account]).await?;
    let letter = letter(&mut versions, account, &LedgerFact::Granted { account, lot, amount }, now)?;
    super::outbox::put_all(tx, &[letter]).await?;
    save_versions(tx, &versions).await
}

/// Takes what an account leaves behind when it is deleted.
pub async fn forfeit(tx: &mut Tx, kind: Kind, account: AccountId, now: Timestamp) -> Result<()> {
    let mut versions = versions(tx, kind, &[account]).await?;
    let lots = lots(tx, &[account]).await?.remove(&account).unwrap_or_default();
    let left: Vec<&Lot> = lots.iter().filter(|lot| lot.available > 0).collect();
    if left.is_empty() {
        return Ok(());
    }
    let amount = left.iter().map(|lot| lot.available).sum();
    let transfers: Vec<(Uuid, NewTransfer)> = left
        .into_iter()
        .map(|lot| {
            let (debit, credit) = (Book::Lot(lot.id), Book::Forfeited);
            (
                Uuid::now_v7(),
                NewTransfer {
                    kind: "forfeit",
                    phase: Phase::Single,
                    pending: None,
                    debit,
                    credit,
                    amount: lot.available,
                    account,
                    play: None,
                },
            )
        })
        .collect();
    write(tx, &transfers, now).await?;
    let letter = letter(&mut versions, account, &LedgerFact::Forfeited { account, amount }, now)?;
    super::outbox::put_all(tx, &[letter]).await?;
    save_versions(tx, &versions).await
}

/// Locks accounts in the order of their ids and reads their versions.
pub async fn versions(tx: &mut Tx, kind: Kind, accounts: &[AccountId]) -> Result<HashMap<AccountId, AccountVersion>> {
    let mut accounts = accounts.to_vec();
    accounts.sort();
    accounts.dedup();
    let mut versions = HashMap::new();
    for chunk in padded(&accounts, 256) {
        let sql = format!(
            "SELECT id, epoch, version FROM accounts WHERE id IN ({}) ORDER BY id{}",
            super::list(1, chunk.len()),
            kind.for_update()
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for account in &chunk {
            query = query.bind(account.to_string());
        }
        for row in query.fetch_all(&mut **tx).await? {
            let (epoch, n) = (row.try_get(1)?, row.try_get(2)?);
            versions.insert(super::id("accounts", row.try_get(0)?)?, AccountVersion { epoch, read: n, n });
        }
    }
    Ok(versions)
}

/// Stamps a fact with the account's next version.
pub fn letter(
    versions: &mut HashMap<AccountId, AccountVersion>,
    account: AccountId,
    fact: &LedgerFact,
    at: Timestamp,
) -> Result<Letter> {
    let version =
        versions.get_mut(&account).ok_or_else(|| StoreError::garbled("accounts", "an account that isn't there"))?;
    version.n += 1;
    let (key, stream) = (account.to_string(), format!("account/{account}"));
    Letter::new("ledger", &key, &stream, version.epoch, version.n, fact.name(), at, fact)
}

/// Writes back the versions that were raised.
pub async fn save_versions(tx: &mut Tx, versions: &HashMap<AccountId, AccountVersion>) -> Result<()> {
    let mut raised: Vec<_> = versions.iter().filter(|(_, version)| version.n > version.read).collect();
    raised.sort_by_key(|(account, _)| **account);
    for chunk in pieces(&raised, 128) {
        let sql = format!(
            "UPDATE accounts SET version = v.column2 FROM (VALUES {}) AS v WHERE accounts.id = v.column1",
            super::rows(chunk.len(), 2)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (account, version) in chunk {
            query = query.bind(account.to_string()).bind(version.n);
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

/// The lots of accounts that have something left.
pub async fn lots(tx: &mut Tx, accounts: &[AccountId]) -> Result<HashMap<AccountId, Vec<Lot>>> {
    let mut lots: HashMap<AccountId, Vec<Lot>> = HashMap::new();
    for chunk in padded(accounts, 256) {
        let sql = format!(
            "SELECT account, id, balance, expires_at, created_at FROM lots WHERE balance > 0 AND account IN ({})",
            super::list(1, chunk.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for account in &chunk {
            query = query.bind(account.to_string());
        }
        for row in query.fetch_all(&mut **tx).await? {
            let lot = Lot {
                id: super::id("lots", row.try_get(1)?)?,
                available: row.try_get(2)?,
                expires_at: row.try_get::<Option<i64>, _>(3)?.map(Timestamp),
                created_at: Timestamp(row.try_get(4)?),
            };
            lots.entry(super::id("lots", row.try_get(0)?)?).or_default().push(lot);
        }
    }
    Ok(lots)
}

/// The pending legs of plays that are neither posted nor voided.
pub async fn pending(tx: &mut Tx, plays: &[PlayId]) -> Result<HashMap<PlayId, Vec<PendingLeg>>> {
    let mut legs: HashMap<PlayId, Vec<PendingLeg>> = HashMap::new();
    for chunk in padded(plays, 128) {
        let sql = format!(
            "SELECT t.play, t.id, t.debit, t.amount FROM transfers t WHERE t.phase = 'pending' AND t.play IN ({}) \
             AND NOT EXISTS (SELECT 1 FROM transfers d WHERE d.pending = t.id)",
            super::list(1, chunk.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for play in &chunk {
            query = query.bind(play.to_string());
        }
        for row in query.fetch_all(&mut **tx).await? {
            let lot: String = row.try_get(2)?;
            let lot = super::id("transfers", lot.trim_start_matches("lot:"))?;
            let leg = PendingLeg { id: row.try_get(1)?, leg: Leg { lot, amount: row.try_get(3)? } };
            legs.entry(super::id("transfers", row.try_get(0)?)?).or_default().push(leg);
        }
    }
    Ok(legs)
}

/// What an account can spend and what is set aside.
pub async fn balance(store: &Store, account: AccountId) -> Result<(i64, i64)> {
    let available = "SELECT CAST(COALESCE(SUM(balance), 0) AS BIGINT) FROM lots WHERE account = $1";
    let reserved = "SELECT CAST(COALESCE(SUM(t.amount), 0) AS BIGINT) FROM transfers t WHERE t.account = $1 AND t.phase = 'pending' \
                    AND NOT EXISTS (SELECT 1 FROM transfers d WHERE d.pending = t.id)";
    let account = account.to_string();
    let available = sqlx::query_scalar(available).bind(&account).fetch_one(store.read()).await?;
    let reserved = sqlx::query_scalar(reserved).bind(&account).fetch_one(store.read()).await?;
    Ok((available, reserved))
}

/// A capture or a release of a pending leg.
pub fn settle(play: PlayId, account: AccountId, venue: VenueId, pending: &PendingLeg, captured: bool) -> NewTransfer {
    NewTransfer {
        kind: if captured { "capture" } else { "release" },
        phase: if captured { Phase::Posted } else { Phase::Voided },
        pending: Some(pending.id.clone()),
        debit: Book::Lot(pending.leg.lot),
        credit: Book::Revenue(venue),
        amount: pending.leg.amount,
        account,
        play: Some(play),
    }
}

/// A person's credits, newest first: what came in, and what became of it for which song.
pub async fn story(store: &Store, account: AccountId, limit: i64) -> Result<Vec<WalletLine>> {
    let sql = "SELECT t.at, t.kind, CAST(SUM(t.amount) AS BIGINT), t.play, MAX(s.title), MAX(l.origin) FROM transfers t \
               LEFT JOIN plays p ON p.id = t.play LEFT JOIN songs s ON s.id = p.song \
               LEFT JOIN lots l ON t.credit = 'lot:' || l.id WHERE t.account = $1 AND t.kind <> 'forfeit' \
               GROUP BY t.at, t.kind, t.play ORDER BY t.at DESC, t.kind LIMIT $2";
    let rows = sqlx::query(sql).bind(account.to_string()).bind(limit).fetch_all(store.read()).await?;
    rows.iter().map(line).collect()
}

fn line(row: &sqlx::any::AnyRow) -> Result<WalletLine> {
    let origin = match row.try_get::<Option<String>, _>(5)?.as_deref() {
        Some("purchase") => Origin::Purchase,
        Some("bonus") => Origin::Bonus,
        _ => Origin::Grant,
    };
    let what = match row.try_get::<String, _>(1)?.as_str() {
        "reserve" => WalletEvent::Reserved,
        "capture" => WalletEvent::Captured,
        "release" => WalletEvent::Released,
        _ => WalletEvent::Received { origin },
    };
    let play = row.try_get::<Option<String>, _>(3)?.map(|play| super::id("transfers", &play)).transpose()?;
    Ok(WalletLine { at: Timestamp(row.try_get(0)?), what, amount: row.try_get(2)?, title: row.try_get(4)?, play })
}
