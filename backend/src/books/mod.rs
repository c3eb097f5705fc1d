//! The books as an operator reads them, by `jukeline ledger` and by the API.

mod reconcile;
mod settle;
pub(crate) mod table;

use crate::{
    config::Config,
    payments::PaymentError,
    store::{
        Store, StoreError,
        purchases::{
            self,
            refunds::{self, RefundState},
        },
    },
};
use clap::{Subcommand, ValueEnum};
use jukeline_app::id::{AccountId, PurchaseId};
use serde::Deserialize;
use serde_json::json;
pub use settle::Month;
use sqlx::Row;
use std::collections::BTreeMap;
use table::Table;

/// What to look at.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Every account of the books with its balance, in each unit; they sum to zero.
    Balance,
    /// One person's credits: what came in and what became of it.
    Account {
        /// The account.
        account: AccountId,
    },
    /// Every movement of one purchase.
    Purchase {
        /// The purchase.
        purchase: PurchaseId,
    },
    /// What each venue earned in a month of its own time zone.
    Settle {
        /// The month, such as 2026-01.
        month: Month,
    },
    /// Compare the provider's own list of payments with the books; each difference is a line.
    Reconcile {
        /// Days back from now.
        #[arg(long, default_value_t = 30)]
        days: u32,
    },
}

/// How it is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Comma-separated values (RFC 4180).
    #[default]
    Csv,
    /// An array of objects.
    Json,
}

/// Why the books could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The provider.
    #[error(transparent)]
    Payments(#[from] PaymentError),
    /// Nothing is sold.
    #[error("payments.provider is \"none\": there is nothing to compare with")]
    NoProvider,
    /// Nobody or nothing of that id.
    #[error("there is no such {0}")]
    Missing(&'static str),
}

impl From<sqlx::Error> for BooksError {
    fn from(error: sqlx::Error) -> Self {
        BooksError::Store(error.into())
    }
}

/// Reads what was asked for; gives the text, and false when it names differences.
pub async fn read(
    config: &Config,
    store: &Store,
    command: &Command,
    format: Format,
) -> Result<(String, bool), BooksError> {
    let (table, well) = match command {
        Command::Balance => (balance(store).await?, true),
        Command::Account { account } => (account_terms(store, *account).await?, true),
        Command::Purchase { purchase } => (purchase_lines(store, *purchase).await?, true),
        Command::Settle { month } => (settle::settle(store, *month).await?, true),
        Command::Reconcile { days } => {
            let table = reconcile::reconcile(config, store, *days).await?;
            let well = table.is_empty();
            (table, well)
        }
    };
    Ok((table.print(format), well))
}

/// The part of a book's name before its id: lots, debts and revenues are many.
fn family(book: &str) -> &str {
    book.split_once(':').map_or(book, |(family, _)| family)
}

async fn balance(store: &Store) -> Result<Table, BooksError> {
    let sql = "SELECT unit, debit, credit, CAST(SUM(amount) AS BIGINT) FROM transfers \
               WHERE phase IN ('single', 'posted') GROUP BY unit, debit, credit";
    let mut balances: BTreeMap<(String, String), i64> = BTreeMap::new();
    for row in sqlx::query(sql).fetch_all(store.read()).await? {
        let (unit, debit, credit, sum): (String, String, String, i64) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        *balances.entry((unit.clone(), family(&debit).to_owned())).or_default() -= sum;
        *balances.entry((unit, family(&credit).to_owned())).or_default() += sum;
    }
    let mut table = Table::new(&["unit", "account", "balance"]);
    for ((unit, book), balance) in balances {
        table.push(vec![json!(unit), json!(book), json!(balance)]);
    }
    Ok(table)
}

async fn account_terms(store: &Store, account: AccountId) -> Result<Table, BooksError> {
    let account = account.to_string();
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM accounts WHERE id = $1";
    let known: i64 = sqlx::query_scalar(sql).bind(&account).fetch_one(store.read()).await?;
    if known == 0 {
        return Err(BooksError::Missing("account"));
    }
    let mut table = Table::new(&["term", "credits"]);
    let sql = "SELECT origin, CAST(SUM(amount) AS BIGINT) FROM lots WHERE account = $1 GROUP BY origin ORDER BY origin";
    for row in sqlx::query(sql).bind(&account).fetch_all(store.read()).await? {
        let (origin, sum): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        table.push(vec![json!(format!("in: {origin}")), json!(sum)]);
    }
    let sql = "SELECT CASE WHEN t.phase = 'pending' THEN 'reserve' ELSE t.kind END, CAST(SUM(t.amount) AS BIGINT) \
               FROM transfers t LEFT JOIN transfers d ON d.pending = t.id \
               WHERE t.account = $1 AND t.unit = 'credit' AND t.debit LIKE 'lot:%' AND t.phase <> 'voided' \
               AND (t.phase <> 'pending' OR d.id IS NULL) GROUP BY 1 ORDER BY 1";
    for row in sqlx::query(sql).bind(&account).fetch_all(store.read()).await? {
        let (kind, sum): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        table.push(vec![json!(format!("out: {kind}")), json!(sum)]);
    }
    let sql = "SELECT CAST(COALESCE(SUM(balance), 0) AS BIGINT) FROM lots WHERE account = $1";
    let available: i64 = sqlx::query_scalar(sql).bind(&account).fetch_one(store.read()).await?;
    table.push(vec![json!("available"), json!(available)]);
    Ok(table)
}

async fn purchase_lines(store: &Store, purchase: PurchaseId) -> Result<Table, BooksError> {
    let sql = "SELECT at, kind, debit, credit, amount, unit FROM transfers WHERE purchase = $1 ORDER BY at, id";
    let rows = sqlx::query(sql).bind(purchase.to_string()).fetch_all(store.read()).await?;
    let found = purchases::find(store, purchase).await?.ok_or(BooksError::Missing("purchase"))?;
    let mut table = Table::new(&["at_ms", "kind", "debit", "credit", "amount", "unit", "said"]);
    for row in rows {
        let text = |column: usize| row.try_get::<String, _>(column);
        table.push(vec![
            json!(row.try_get::<i64, _>(0)?),
            json!(text(1)?),
            json!(text(2)?),
            json!(text(3)?),
            json!(row.try_get::<i64, _>(4)?),
            json!(text(5)?),
            json!(null),
        ]);
    }
    for refund in refunds::of(store, purchase).await? {
        let (word, reason) = match refund.state {
            RefundState::Decided => ("refund to be sent", None),
            RefundState::Sent => continue,
            RefundState::Refused(reason) => ("refund refused", Some(reason)),
            RefundState::Owed(reason) => ("refund refused and owed", Some(reason)),
        };
        table.push(vec![
            json!(refund.created_at.0),
            json!(word),
            json!(null),
            json!(null),
            json!(refund.amount_minor),
            json!(found.currency),
            json!(reason),
        ]);
    }
    Ok(table)
}
