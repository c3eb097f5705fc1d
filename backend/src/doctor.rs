//! `jukeline doctor`: proves on a live system that nothing was lost, doubled or invented. It changes nothing.

mod credits;
mod facts;
#[cfg(feature = "kafka")]
mod log;
mod overdue;
mod purchases;
mod report;
mod transfers;

use crate::{
    config::{Config, LogKind},
    store::{self, Kind, Result, Store},
};
use jukeline_app::conductor::Spans;
use serde::Serialize;

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// An account's credits don't add up.
    Credits,
    /// A lot's running balance is not what its transfers make of it.
    Lot,
    /// The books of a unit don't sum to zero.
    Books,
    /// A transfer that can't be.
    Transfer,
    /// A play was paid otherwise than it ended.
    Payment,
    /// A purchase, its money, its debt or its receipt.
    Purchase,
    /// A row that can't be read.
    Unreadable,
    /// Facts with a gap, or not up to the jukebox's version.
    Version,
    /// A play was queued, started or ended otherwise than its row says.
    Life,
    /// An accepted play without an end, past its deadline.
    Overdue,
    /// The log and the database disagree, or the log can't be read.
    Log,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// What kind.
    pub trouble: Trouble,
    /// About what, such as `play …`.
    pub subject: String,
    /// In words.
    pub detail: String,
}

/// What was read of the log's end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tail {
    /// Jukeboxes whose last published fact was compared.
    pub compared: usize,
    /// Records that were read for it.
    pub records: usize,
    /// What could not be compared, in words.
    pub unread: Vec<String>,
}

/// What was looked at and what is wrong.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Findings {
    /// Accounts whose credits were added up.
    pub accounts: usize,
    /// Their lots.
    pub lots: usize,
    /// Transfers.
    pub transfers: i64,
    /// Jukeboxes.
    pub jukeboxes: usize,
    /// Facts about plays.
    pub facts: usize,
    /// Plays that were accepted.
    pub accepted: usize,
    /// Accepted plays that have ended.
    pub ended: usize,
    /// Purchases, and the currencies they were paid in.
    pub purchases: purchases::Looked,
    /// The end of the log, where there is one beside the database.
    pub tail: Option<Tail>,
    /// Empty when all is well.
    pub wrong: Vec<Wrong>,
}

impl Findings {
    fn add(&mut self, trouble: Trouble, subject: impl Into<String>, detail: impl Into<String>) {
        self.wrong.push(Wrong { trouble, subject: subject.into(), detail: detail.into() });
    }

    /// Whether nothing is wrong.
    pub fn well(&self) -> bool {
        self.wrong.is_empty()
    }
}

/// One consistent view of the database.
type Snapshot = sqlx::Transaction<'static, sqlx::Any>;

/// Looks at the database, in one consistent snapshot, and then at the log's end where that is Kafka.
pub async fn run(config: &Config, store: &Store) -> Result<Findings> {
    let mut findings = examine(store, config.spans()).await?;
    if config.log.kind == LogKind::Kafka {
        compare_log(config, store, &mut findings).await?;
    }
    Ok(findings)
}

#[cfg(feature = "kafka")]
async fn compare_log(config: &Config, store: &Store, findings: &mut Findings) -> Result<()> {
    log::compare(&config.log, store, findings).await
}

#[cfg(not(feature = "kafka"))]
async fn compare_log(_: &Config, _: &Store, findings: &mut Findings) -> Result<()> {
    findings.add(Trouble::Log, "the log", "it can't be read: this program was built without Kafka");
    Ok(())
}

/// Looks at everything in the database, in one consistent snapshot.
pub async fn examine(store: &Store, spans: Spans) -> Result<Findings> {
    let begin = match store.kind() {
        Kind::Sqlite => "BEGIN DEFERRED",
        Kind::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    let mut tx = store.read().begin_with(begin).await?;
    let now = store::now(store.kind(), &mut tx).await?;
    let mut findings = Findings::default();
    credits::accounts(&mut tx, &mut findings).await?;
    credits::lots(&mut tx, &mut findings).await?;
    transfers::possible(&mut tx, &mut findings).await?;
    transfers::books(&mut tx, &mut findings).await?;
    transfers::payments(&mut tx, &mut findings).await?;
    facts::plays(&mut tx, &mut findings).await?;
    overdue::plays(&mut tx, now, spans, &mut findings).await?;
    purchases::examine(&mut tx, &mut findings).await?;
    tx.commit().await?;
    Ok(findings)
}

#[cfg(test)]
mod tests;
