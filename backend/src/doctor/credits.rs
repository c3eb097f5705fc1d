//! Accounts and their lots: what came in is where it went.

use super::{Findings, Snapshot, Trouble};
use crate::store::Result;
use sqlx::Row;
use std::collections::BTreeMap;

/// Where an account's credits came from and went to.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    bought: i64,
    granted: i64,
    available: i64,
    reserved: i64,
    captured: i64,
    expired: i64,
    refunded: i64,
    clawed_back: i64,
    forfeited: i64,
}

impl Sums {
    /// Adds transfers of one kind; `open` of them are set aside still. False for a kind that this program doesn't know.
    fn take(&mut self, kind: &str, phase: &str, amount: i64, open: i64) -> bool {
        match (kind, phase) {
            ("buy", "single") => self.bought += amount,
            ("grant" | "bonus" | "restore", "single") => self.granted += amount,
            ("reserve", "pending") => self.reserved += open,
            ("capture", "posted") => self.captured += amount,
            // What is given back is available again.
            ("release", "voided") => {}
            ("expire", "single") => self.expired += amount,
            ("refund", "single") => self.refunded += amount,
            ("claw_back" | "repay" | "recover", "single") => self.clawed_back += amount,
            // Between the books of disputes and of debts: no credits of theirs.
            ("owe" | "forgive", "single") => {}
            ("forfeit", "single") => self.forfeited += amount,
            _ => return false,
        }
        true
    }

    fn came(&self) -> i64 {
        self.bought + self.granted
    }

    fn went(&self) -> i64 {
        self.available
            + self.reserved
            + self.captured
            + self.expired
            + self.refunded
            + self.clawed_back
            + self.forfeited
    }
}

impl std::fmt::Display for Sums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "bought {} + granted {} is {}, but available {} + reserved {} + captured {} + expired {} + refunded {} + \
             clawed back {} + forfeited {} is {}",
            self.bought,
            self.granted,
            self.came(),
            self.available,
            self.reserved,
            self.captured,
            self.expired,
            self.refunded,
            self.clawed_back,
            self.forfeited,
            self.went()
        )
    }
}

/// For every account: bought + granted = available + reserved + captured + expired + refunded + clawed back +
/// forfeited. All of it is from the transfers but for `available`, which is what the lots say.
pub(super) async fn accounts(tx: &mut Snapshot, findings: &mut Findings) -> Result<()> {
    let mut accounts: BTreeMap<String, Sums> = BTreeMap::new();
    let sql = "SELECT account, CAST(SUM(balance) AS BIGINT) FROM lots GROUP BY account";
    for row in sqlx::query(sql).fetch_all(&mut **tx).await? {
        accounts.entry(row.try_get(0)?).or_default().available = row.try_get(1)?;
    }
    let sql = "SELECT t.account, t.kind, t.phase, CAST(SUM(t.amount) AS BIGINT), \
               CAST(SUM(CASE WHEN d.id IS NULL THEN t.amount ELSE 0 END) AS BIGINT) \
               FROM transfers t LEFT JOIN transfers d ON d.pending = t.id WHERE t.unit = 'credit' \
               GROUP BY t.account, t.kind, t.phase";
    for row in sqlx::query(sql).fetch_all(&mut **tx).await? {
        let (account, kind, phase): (String, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let known = accounts.entry(account.clone()).or_default().take(&kind, &phase, row.try_get(3)?, row.try_get(4)?);
        if !known {
            let detail = format!("has transfers of a kind that this program doesn't know: {kind}, {phase}");
            findings.add(Trouble::Transfer, format!("account {account}"), detail);
        }
    }
    findings.accounts = accounts.len();
    for (account, sums) in accounts {
        if sums.came() != sums.went() {
            findings.add(Trouble::Credits, format!("account {account}"), sums.to_string());
        }
    }
    Ok(())
}

/// For every lot: one transfer brought it in, and what left it is what it lacks.
pub(super) async fn lots(tx: &mut Snapshot, findings: &mut Findings) -> Result<()> {
    let sql = "SELECT l.id, l.amount, l.balance, CAST(COALESCE(i.came, 0) AS BIGINT), CAST(COALESCE(o.gone, 0) AS BIGINT) \
               FROM lots l \
               LEFT JOIN (SELECT credit AS book, SUM(amount) AS came FROM transfers WHERE phase = 'single' GROUP BY credit) i \
               ON i.book = 'lot:' || l.id \
               LEFT JOIN (SELECT debit AS book, SUM(CASE WHEN phase IN ('pending', 'single') THEN amount \
               WHEN phase = 'voided' THEN -amount ELSE 0 END) AS gone FROM transfers GROUP BY debit) o \
               ON o.book = 'lot:' || l.id ORDER BY l.id";
    let rows = sqlx::query(sql).fetch_all(&mut **tx).await?;
    findings.lots = rows.len();
    for row in rows {
        let (lot, amount, balance): (String, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let (came, gone): (i64, i64) = (row.try_get(3)?, row.try_get(4)?);
        if came != amount {
            let detail = format!("is of {amount}, but transfers brought {came} in");
            findings.add(Trouble::Lot, format!("lot {lot}"), detail);
        } else if amount - gone != balance {
            let detail = format!("{amount} came in and {gone} left it, but its balance is {balance}");
            findings.add(Trouble::Lot, format!("lot {lot}"), detail);
        }
    }
    Ok(())
}
