//! Credits that come in, each time as a lot of their own.

use super::{MoneyMove, NewTransfer, Transfer, insert, letter, money_row, row, save_versions, versions};
use crate::store::{Kind, Result, Tx, outbox, pieces, rows};
use jukeline_app::{
    id::{AccountId, LotId, PurchaseId},
    ledger::{Book, LedgerFact, Origin, Phase},
    time::Timestamp,
};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// Credits that come in as a lot of their own.
pub struct NewLot<'a> {
    /// Whose.
    pub account: AccountId,
    /// Credits, more than 0.
    pub amount: i64,
    /// From where.
    pub origin: Origin,
    /// What kind of transfer, such as `grant`.
    pub kind: &'static str,
    /// The account they come from.
    pub source: Book,
    /// By which purchase.
    pub purchase: Option<PurchaseId>,
    /// What all of them are worth, in minor units, and the currency's code; nothing for what was given.
    pub worth: Option<(i64, &'a str)>,
    /// When what is left expires.
    pub expires_at: Option<Timestamp>,
}

/// Makes a lot and the transfer that fills it.
pub async fn make_lot(tx: &mut Tx, new: &NewLot<'_>, now: Timestamp) -> Result<LotId> {
    let mut incoming = Incoming::default();
    let lot = incoming.lot(new);
    incoming.write(tx, now).await?;
    Ok(lot)
}

/// A lot's row.
struct LotRow {
    id: LotId,
    account: AccountId,
    origin: Origin,
    amount: i64,
    worth: i64,
    currency: String,
    expires_at: Option<Timestamp>,
    purchase: Option<PurchaseId>,
}

/// Lots that come in and money that moves with them, gathered to be written together.
#[derive(Default)]
pub struct Incoming {
    lots: Vec<LotRow>,
    transfers: Vec<Transfer>,
}

impl Incoming {
    /// Adds a lot and the transfer that fills it.
    pub fn lot(&mut self, new: &NewLot<'_>) -> LotId {
        let id = LotId(Uuid::now_v7());
        let (worth, currency) = new.worth.unwrap_or((0, ""));
        self.lots.push(LotRow {
            id,
            account: new.account,
            origin: new.origin,
            amount: new.amount,
            worth,
            currency: currency.to_owned(),
            expires_at: new.expires_at,
            purchase: new.purchase,
        });
        let transfer = NewTransfer {
            kind: new.kind,
            phase: Phase::Single,
            pending: None,
            debit: new.source,
            credit: Book::Lot(id),
            amount: new.amount,
            account: new.account,
            play: None,
            purchase: new.purchase,
        };
        self.transfers.push(row(Uuid::now_v7(), &transfer));
        id
    }

    /// Adds a transfer of money.
    pub fn money(&mut self, made: &MoneyMove<'_>) {
        self.transfers.push(money_row(made));
    }

    /// Writes what was added since the last time.
    pub async fn write(&mut self, tx: &mut Tx, now: Timestamp) -> Result<()> {
        let (lots, transfers) = (std::mem::take(&mut self.lots), std::mem::take(&mut self.transfers));
        insert_lots(tx, &lots, now).await?;
        insert(tx, &transfers, now).await
    }
}

async fn insert_lots(tx: &mut Tx, lots: &[LotRow], now: Timestamp) -> Result<()> {
    for chunk in pieces(lots, 32) {
        let sql = format!(
            "INSERT INTO lots (id, account, origin, worth_minor, currency, amount, balance, expires_at, created_at, \
             purchase, worth_total, worth_left, held) VALUES {}",
            rows(chunk.len(), 13)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for lot in chunk {
            query = query
                .bind(lot.id.to_string())
                .bind(lot.account.to_string())
                .bind(lot.origin.word())
                .bind(lot.worth / lot.amount)
                .bind(lot.currency.clone())
                .bind(lot.amount)
                .bind(lot.amount)
                .bind(lot.expires_at.map(|at| at.0))
                .bind(now.0)
                .bind(lot.purchase.map(|purchase| purchase.to_string()))
                .bind(lot.worth)
                .bind(lot.worth)
                .bind(lot.amount);
        }
        query.execute(&mut **tx).await?;
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
    let mut versions = versions(tx, kind, &[account]).await?;
    let new = NewLot {
        account,
        amount,
        origin,
        kind: "grant",
        source: Book::Grants,
        purchase: None,
        worth: None,
        expires_at: None,
    };
    let lot = make_lot(tx, &new, now).await?;
    let letter = letter(&mut versions, account, &LedgerFact::Granted { account, lot, amount }, now)?;
    outbox::put_all(tx, &[letter]).await?;
    save_versions(tx, &versions).await
}
