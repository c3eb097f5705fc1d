//! Transfers: each is possible, all of a unit sum to zero, and each play was paid as it ended.

use super::{Findings, Snapshot, Trouble};
use crate::store::Result;
use sqlx::Row;
use std::collections::BTreeMap;

/// Every transfer moves something between two books that exist, and settles what was set aside just so, if anything.
pub(super) async fn possible(tx: &mut Snapshot, findings: &mut Findings) -> Result<()> {
    findings.transfers =
        sqlx::query_scalar("SELECT CAST(COUNT(*) AS BIGINT) FROM transfers").fetch_one(&mut **tx).await?;
    let unsettled = "SELECT t.id, t.kind FROM transfers t LEFT JOIN transfers p ON p.id = t.pending \
                     WHERE t.phase NOT IN ('single', 'pending', 'posted', 'voided') \
                     OR (t.phase IN ('single', 'pending') AND t.pending IS NOT NULL) \
                     OR (t.phase IN ('posted', 'voided') AND (p.id IS NULL OR p.phase <> 'pending' OR p.amount <> t.amount \
                     OR p.debit <> t.debit OR p.credit <> t.credit OR p.unit <> t.unit OR p.account <> t.account \
                     OR COALESCE(p.play, '') <> COALESCE(t.play, ''))) ORDER BY t.id";
    name(tx, unsettled, "settles nothing that was set aside just so", findings).await?;
    let books = "SELECT t.id, t.kind FROM transfers t LEFT JOIN lots d ON t.debit = 'lot:' || d.id \
                 LEFT JOIN lots c ON t.credit = 'lot:' || c.id LEFT JOIN venues v ON t.credit = 'revenue:' || v.id \
                 WHERE t.debit = t.credit OR (t.debit LIKE 'lot:%' AND d.id IS NULL) \
                 OR (t.credit LIKE 'lot:%' AND c.id IS NULL) OR (t.credit LIKE 'revenue:%' AND v.id IS NULL) \
                 OR (t.unit <> 'credit' AND (d.id IS NOT NULL OR c.id IS NOT NULL)) ORDER BY t.id";
    name(tx, books, "is between books that don't exist or aren't of its unit", findings).await
}

async fn name(tx: &mut Snapshot, sql: &'static str, what: &str, findings: &mut Findings) -> Result<()> {
    for row in sqlx::query(sql).fetch_all(&mut **tx).await? {
        let (id, kind): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        findings.add(Trouble::Transfer, format!("transfer {id}"), format!("({kind}) {what}"));
    }
    Ok(())
}

/// What a unit's books hold: the lots as they say themselves, the others as their transfers make them.
#[derive(Default)]
struct Books {
    lots: i64,
    held: i64,
    others: i64,
}

/// For every unit: lots, what is set aside, and all other books sum to zero.
pub(super) async fn books(tx: &mut Snapshot, findings: &mut Findings) -> Result<()> {
    let mut units: BTreeMap<String, Books> = BTreeMap::new();
    let sql = "SELECT CAST(COALESCE(SUM(balance), 0) AS BIGINT) FROM lots";
    units.entry("credit".into()).or_default().lots = sqlx::query_scalar(sql).fetch_one(&mut **tx).await?;
    let sql = "SELECT unit, phase, CASE WHEN debit LIKE 'lot:%' THEN 1 ELSE 0 END, \
               CASE WHEN credit LIKE 'lot:%' THEN 1 ELSE 0 END, CAST(SUM(amount) AS BIGINT) FROM transfers \
               GROUP BY 1, 2, 3, 4";
    for row in sqlx::query(sql).fetch_all(&mut **tx).await? {
        let books = units.entry(row.try_get(0)?).or_default();
        let from_lot = number(&row, 2)? != 0;
        let to_lot = number(&row, 3)? != 0;
        let amount: i64 = row.try_get(4)?;
        // What a lot gave or got stands in its balance already.
        let (out, into) = (if from_lot { 0 } else { amount }, if to_lot { 0 } else { amount });
        match row.try_get::<String, _>(1)?.as_str() {
            "single" => books.others += into - out,
            "pending" => (books.held, books.others) = (books.held + amount, books.others - out),
            "posted" => (books.held, books.others) = (books.held - amount, books.others + into),
            "voided" => (books.held, books.others) = (books.held - amount, books.others + out),
            // Named by `possible`.
            _ => {}
        }
    }
    for (unit, Books { lots, held, others }) in units {
        if lots + held + others != 0 {
            let detail =
                format!("lots {lots} + set aside {held} + all other books {others} is {}, not 0", lots + held + others);
            findings.add(Trouble::Books, format!("unit {unit}"), detail);
        }
    }
    Ok(())
}

/// A small number, which PostgreSQL gives as 32 bits and SQLite as 64.
fn number(row: &sqlx::any::AnyRow, index: usize) -> Result<i64> {
    match row.try_get::<i64, _>(index) {
        Ok(number) => Ok(number),
        Err(_) => Ok(i64::from(row.try_get::<i32, _>(index)?)),
    }
}

/// For every accepted play: its price was set aside, captured if it finished, given back if it was returned. Nothing was
/// set aside for any other.
pub(super) async fn payments(tx: &mut Snapshot, findings: &mut Findings) -> Result<()> {
    let sql = "SELECT p.id, p.state, p.price, CAST(COALESCE(t.reserved, 0) AS BIGINT), CAST(COALESCE(t.captured, 0) AS BIGINT), \
               CAST(COALESCE(t.released, 0) AS BIGINT) FROM plays p LEFT JOIN (SELECT play, \
               SUM(CASE WHEN phase = 'pending' THEN amount ELSE 0 END) AS reserved, \
               SUM(CASE WHEN phase = 'posted' THEN amount ELSE 0 END) AS captured, \
               SUM(CASE WHEN phase = 'voided' THEN amount ELSE 0 END) AS released \
               FROM transfers WHERE play IS NOT NULL GROUP BY play) t ON t.play = p.id ORDER BY p.id";
    for row in sqlx::query(sql).fetch_all(&mut **tx).await? {
        let (play, state, price): (String, String, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let moved: (i64, i64, i64) = (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
        let right = match state.as_str() {
            "declined" => (0, 0, 0),
            "finished" => (price, price, 0),
            "returned" => (price, 0, price),
            _ => (price, 0, 0),
        };
        if moved != right {
            let (reserved, captured, released) = moved;
            let detail = format!(
                "is {state} at {price}, but {reserved} were set aside, {captured} captured and {released} given back"
            );
            findings.add(Trouble::Payment, format!("play {play}"), detail);
        }
    }
    let sql = "SELECT DISTINCT t.play FROM transfers t LEFT JOIN plays p ON p.id = t.play \
               WHERE t.play IS NOT NULL AND p.id IS NULL ORDER BY t.play";
    for play in sqlx::query_scalar::<_, String>(sql).fetch_all(&mut **tx).await? {
        findings.add(Trouble::Payment, format!("play {play}"), "isn't there, but transfers name it");
    }
    Ok(())
}
