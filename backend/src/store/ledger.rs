//! The ledger's rows: transfers are only ever added; a lot's balance moves with them in the same transaction, and so does
//! what its credits were worth (`worth`).

mod incoming;
mod story;
mod worth;

pub use incoming::{Incoming, NewLot, grant, make_lot};
pub use story::{expiring, story};
pub use worth::SHARE;

use super::{Kind, Result, Store, StoreError, Tx, outbox::Letter, padded, pieces};
use jukeline_app::{
    id::{AccountId, LotId, PlayId, PurchaseId, VenueId},
    ledger::{Book, LedgerFact, Leg, Lot, Phase, StampedLedgerFact},
    time::Timestamp,
    version::Version,
};
use sqlx::{AssertSqlSafe, Row};
use std::collections::HashMap;
use uuid::Uuid;

/// The unit of transfers of credits; those of money have the currency's ISO 4217 code.
pub const CREDIT: &str = "credit";

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
    /// For which purchase.
    pub purchase: Option<PurchaseId>,
}

/// A row of the ledger.
struct Transfer {
    id: Uuid,
    kind: &'static str,
    phase: Phase,
    pending: Option<String>,
    debit: Book,
    credit: Book,
    amount: i64,
    unit: String,
    account: AccountId,
    play: Option<PlayId>,
    purchase: Option<PurchaseId>,
    venue: Option<VenueId>,
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

/// Writes transfers of credits and moves the lots they touch, and what those were worth. A lot that would fall below 0
/// fails the transaction. The accounts' rows are locked by then.
pub async fn write(tx: &mut Tx, transfers: &[(Uuid, NewTransfer)], at: Timestamp) -> Result<()> {
    let rows: Vec<Transfer> = transfers.iter().map(|(id, transfer)| row(*id, transfer)).collect();
    insert(tx, &rows, at).await?;
    move_lots(tx, &lot_changes(transfers)).await?;
    worth::follow(tx, transfers, at).await
}

fn row(id: Uuid, transfer: &NewTransfer) -> Transfer {
    Transfer {
        id,
        kind: transfer.kind,
        phase: transfer.phase,
        pending: transfer.pending.clone(),
        debit: transfer.debit,
        credit: transfer.credit,
        amount: transfer.amount,
        unit: CREDIT.to_owned(),
        account: transfer.account,
        play: transfer.play,
        purchase: transfer.purchase,
        venue: None,
    }
}

async fn insert(tx: &mut Tx, rows: &[Transfer], at: Timestamp) -> Result<()> {
    for chunk in pieces(rows, 32) {
        let sql = format!(
            "INSERT INTO transfers (id, kind, phase, pending, debit, credit, amount, unit, account, play, purchase, venue, at) \
             VALUES {}",
            super::rows(chunk.len(), 13)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for row in chunk {
            query = query
                .bind(row.id.to_string())
                .bind(row.kind)
                .bind(row.phase.word())
                .bind(row.pending.clone())
                .bind(row.debit.to_string())
                .bind(row.credit.to_string())
                .bind(row.amount)
                .bind(row.unit.clone())
                .bind(row.account.to_string())
                .bind(row.play.map(|play| play.to_string()))
                .bind(row.purchase.map(|purchase| purchase.to_string()))
                .bind(row.venue.map(|venue| venue.to_string()))
                .bind(at.0);
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

/// Money that moves because of a purchase itself, not because of its credits.
pub struct MoneyMove<'a> {
    /// What it is, such as `pay`.
    pub kind: &'static str,
    /// From.
    pub debit: Book,
    /// To.
    pub credit: Book,
    /// Minor units, more than 0.
    pub minor: i64,
    /// The ISO 4217 code.
    pub currency: &'a str,
    /// Whose.
    pub account: AccountId,
    /// Of which purchase.
    pub purchase: PurchaseId,
}

/// Writes a transfer of money.
pub async fn move_money(tx: &mut Tx, made: &MoneyMove<'_>, at: Timestamp) -> Result<()> {
    insert(tx, &[money_row(made)], at).await
}

fn money_row(made: &MoneyMove<'_>) -> Transfer {
    Transfer {
        id: Uuid::now_v7(),
        kind: made.kind,
        phase: Phase::Single,
        pending: None,
        debit: made.debit,
        credit: made.credit,
        amount: made.minor,
        unit: made.currency.to_owned(),
        account: made.account,
        play: None,
        purchase: Some(made.purchase),
        venue: None,
    }
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

/// Takes what an account leaves behind when it is deleted.
pub async fn forfeit(tx: &mut Tx, kind: Kind, account: AccountId, now: Timestamp) -> Result<()> {
    let mut versions = versions(tx, kind, &[account]).await?;
    let lots = held_lots(tx, account).await?;
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
                    purchase: None,
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
    let (epoch, n) = (version.epoch, version.n);
    let stamped = StampedLedgerFact { version: Some(Version { epoch, n }), fact: fact.clone() };
    Letter::new("ledger", &key, &stream, epoch, n, fact.name(), at, &stamped)
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

/// The lots that accounts can spend from. Whoever owes credits after a dispute has none until they are made good.
pub async fn lots(tx: &mut Tx, accounts: &[AccountId]) -> Result<HashMap<AccountId, Vec<Lot>>> {
    let mut lots: HashMap<AccountId, Vec<Lot>> = HashMap::new();
    for chunk in padded(accounts, 256) {
        let sql = format!(
            "SELECT account, id, balance, expires_at, created_at FROM lots WHERE balance > 0 AND account IN ({}) \
             AND NOT EXISTS (SELECT 1 FROM purchases p WHERE p.account = lots.account AND p.owed > 0)",
            super::list(1, chunk.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for account in &chunk {
            query = query.bind(account.to_string());
        }
        for row in query.fetch_all(&mut **tx).await? {
            lots.entry(super::id("lots", row.try_get(0)?)?).or_default().push(lot(&row)?);
        }
    }
    Ok(lots)
}

fn lot(row: &sqlx::any::AnyRow) -> Result<Lot> {
    Ok(Lot {
        id: super::id("lots", row.try_get(1)?)?,
        available: row.try_get(2)?,
        expires_at: row.try_get::<Option<i64>, _>(3)?.map(Timestamp),
        created_at: Timestamp(row.try_get(4)?),
    })
}

/// Every lot of an account that has something left, oldest first.
pub async fn held_lots(tx: &mut Tx, account: AccountId) -> Result<Vec<Lot>> {
    let sql = "SELECT account, id, balance, expires_at, created_at FROM lots WHERE balance > 0 AND account = $1 \
               ORDER BY created_at, id";
    let rows = sqlx::query(sql).bind(account.to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(lot).collect()
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
        purchase: None,
    }
}
