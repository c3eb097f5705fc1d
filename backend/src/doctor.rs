//! `jukeline doctor`: proves on a live system that nothing was lost, doubled or invented.

use crate::store::{Result, Store};
use jukeline_app::events::{Fact, Stamped};
use sqlx::Row;
use std::collections::HashMap;

/// What was looked at and what is wrong.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Accounts whose credits were added up.
    pub accounts: usize,
    /// Transfers.
    pub transfers: i64,
    /// Facts about plays.
    pub facts: usize,
    /// Plays that were accepted.
    pub accepted: usize,
    /// Accepted plays that have ended.
    pub ended: usize,
    /// Purchases and currencies.
    pub purchases: crate::store::purchases::doctor::Looked,
    /// In words; empty when all is well.
    pub wrong: Vec<String>,
}

/// Looks at everything, in one consistent snapshot.
pub async fn examine(store: &Store) -> Result<Findings> {
    let begin = match store.kind() {
        crate::store::Kind::Sqlite => "BEGIN DEFERRED",
        crate::store::Kind::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    let mut tx = store.read().begin_with(begin).await?;
    let mut findings = Findings::default();
    credits(&mut tx, &mut findings).await?;
    lots(&mut tx, &mut findings).await?;
    plays(&mut tx, &mut findings).await?;
    findings.purchases = crate::store::purchases::doctor::examine(&mut tx, &mut findings.wrong).await?;
    tx.commit().await?;
    Ok(findings)
}

type Snapshot = sqlx::Transaction<'static, sqlx::Any>;

/// For every account: bought + granted = available + reserved + captured + gone, where gone is what expired, was refunded,
/// clawed back or forfeited.
async fn credits(tx: &mut Snapshot, findings: &mut Findings) -> Result<()> {
    let sql = "SELECT l.account, CAST(SUM(l.amount) AS BIGINT), CAST(SUM(l.balance) AS BIGINT) FROM lots l GROUP BY l.account";
    let lots = sqlx::query(sql).fetch_all(&mut **tx).await?;
    let sql = "SELECT t.account, CAST(SUM(CASE WHEN t.phase = 'pending' AND d.id IS NULL THEN t.amount ELSE 0 END) AS BIGINT), \
               CAST(SUM(CASE WHEN t.phase = 'posted' THEN t.amount ELSE 0 END) AS BIGINT), \
               CAST(SUM(CASE WHEN t.phase = 'single' AND t.debit LIKE 'lot:%' THEN t.amount ELSE 0 END) AS BIGINT) \
               FROM transfers t LEFT JOIN transfers d ON d.pending = t.id WHERE t.unit = 'credit' GROUP BY t.account";
    let mut moved: HashMap<String, (i64, i64, i64)> = HashMap::new();
    for row in sqlx::query(sql).fetch_all(&mut **tx).await? {
        moved.insert(row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?));
    }
    findings.accounts = lots.len();
    for row in lots {
        let (account, granted, available): (String, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let (reserved, captured, gone) = moved.get(&account).copied().unwrap_or_default();
        if granted != available + reserved + captured + gone {
            findings.wrong.push(format!(
                "account {account}: granted {granted}, but available {available} + reserved {reserved} + captured {captured} + gone {gone}"
            ));
        }
    }
    findings.transfers =
        sqlx::query_scalar("SELECT CAST(COUNT(*) AS BIGINT) FROM transfers").fetch_one(&mut **tx).await?;
    Ok(())
}

/// For every lot: what left it is what it lacks.
async fn lots(tx: &mut Snapshot, findings: &mut Findings) -> Result<()> {
    let sql = "SELECT l.id, l.amount, l.balance, CAST(COALESCE(SUM(CASE WHEN t.phase IN ('pending', 'single') THEN t.amount \
               WHEN t.phase = 'voided' THEN -t.amount ELSE 0 END), 0) AS BIGINT) \
               FROM lots l LEFT JOIN transfers t ON t.debit = 'lot:' || l.id GROUP BY l.id, l.amount, l.balance";
    for row in sqlx::query(sql).fetch_all(&mut **tx).await? {
        let (lot, amount, balance, left): (String, i64, i64, i64) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        if amount - left != balance {
            findings.wrong.push(format!("lot {lot}: {amount} came in, {left} left it, but its balance is {balance}"));
        }
    }
    Ok(())
}

/// What the facts say of one play.
#[derive(Default)]
struct Life {
    queued: u32,
    ends: u32,
    started: HashMap<i64, u32>,
}

/// For every play: queued once, ended at most once, as its row says; for every jukebox: facts without gaps up to its
/// version.
async fn plays(tx: &mut Snapshot, findings: &mut Findings) -> Result<()> {
    let mut lives: HashMap<String, Life> = HashMap::new();
    let mut versions: HashMap<String, i64> = HashMap::new();
    let sql = "SELECT payload FROM outbox WHERE topic = 'plays' ORDER BY seq";
    for payload in sqlx::query_scalar::<_, String>(sql).fetch_all(&mut **tx).await? {
        let Ok(stamped) = serde_json::from_str::<Stamped>(&payload) else {
            findings.wrong.push("a fact in the outbox can't be read".into());
            continue;
        };
        findings.facts += 1;
        let last = versions.entry(stamped.jukebox.to_string()).or_insert(0);
        if stamped.version.n != *last + 1 {
            findings.wrong.push(format!("jukebox {}: fact {} follows {last}", stamped.jukebox, stamped.version.n));
        }
        *last = stamped.version.n;
        note(&mut lives, &stamped.fact);
    }
    compare_versions(tx, &versions, findings).await?;
    compare_lives(tx, &lives, findings).await
}

fn note(lives: &mut HashMap<String, Life>, fact: &Fact) {
    match fact {
        Fact::Queued { play, .. } => lives.entry(play.to_string()).or_default().queued += 1,
        Fact::Started { play, attempt, .. } => {
            *lives.entry(play.to_string()).or_default().started.entry(*attempt).or_default() += 1;
        }
        Fact::Finished { play, .. } | Fact::Returned { play, .. } => {
            lives.entry(play.to_string()).or_default().ends += 1
        }
        _ => {}
    }
}

async fn compare_versions(tx: &mut Snapshot, versions: &HashMap<String, i64>, findings: &mut Findings) -> Result<()> {
    for row in sqlx::query("SELECT id, n FROM jukeboxes").fetch_all(&mut **tx).await? {
        let (jukebox, n): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        let told = versions.get(&jukebox).copied().unwrap_or(0);
        if told != n {
            findings.wrong.push(format!("jukebox {jukebox} is at version {n}, its facts at {told}"));
        }
    }
    Ok(())
}

async fn compare_lives(tx: &mut Snapshot, lives: &HashMap<String, Life>, findings: &mut Findings) -> Result<()> {
    let rows = sqlx::query("SELECT id, state FROM plays WHERE state <> 'declined'").fetch_all(&mut **tx).await?;
    findings.accepted = rows.len();
    for row in rows {
        let (play, state): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let over = matches!(state.as_str(), "finished" | "returned");
        findings.ended += usize::from(over);
        let none = Life::default();
        let life = lives.get(&play).unwrap_or(&none);
        if life.queued != 1 || life.ends != u32::from(over) {
            findings
                .wrong
                .push(format!("play {play} is {state}, but was queued {} and ended {} times", life.queued, life.ends));
        }
        if life.started.values().any(|times| *times > 1) {
            findings.wrong.push(format!("play {play} was started twice in one handing"));
        }
    }
    Ok(())
}

impl std::fmt::Display for Findings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} accounts, {} transfers, {} facts", self.accounts, self.transfers, self.facts)?;
        writeln!(f, "{} accepted plays, {} of them over", self.accepted, self.ended)?;
        let looked = self.purchases;
        writeln!(f, "{} purchases in {} currencies", looked.purchases, looked.currencies)?;
        if self.wrong.is_empty() {
            return write!(f, "All is well: every credit is accounted for, every play has at most one end.");
        }
        writeln!(f, "{} things are wrong:", self.wrong.len())?;
        for wrong in &self.wrong {
            writeln!(f, "  {wrong}")?;
        }
        Ok(())
    }
}
