//! Row by row from SQLite to PostgreSQL.

use super::{
    MoveError,
    source::{Column, Table},
};
use crate::store::{self, Store, Tx};
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection, sqlite::SqliteRow};
use std::collections::BTreeSet;

/// Values of one statement at the most; PostgreSQL takes 65,535.
const VALUES: usize = 4_000;

/// Refuses a target with a row anywhere, before anything is made there.
pub(super) async fn refuse_unless_empty(url: &str) -> Result<(), MoveError> {
    let mut target = PgConnection::connect(url).await?;
    let sql = "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = current_schema() \
               AND table_type = 'BASE TABLE' AND table_name <> 'schema_version' ORDER BY 1";
    let names: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut target).await?;
    for name in names {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM \"{name}\")");
        if sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut target).await? {
            return Err(MoveError::NotEmpty(name));
        }
    }
    Ok(target.close().await?)
}

/// Refuses a target whose tables have other columns.
pub(super) async fn refuse_other_columns(target: &Store, tables: &[Table]) -> Result<(), MoveError> {
    for table in tables {
        let sql = "SELECT CAST(column_name AS TEXT) FROM information_schema.columns \
                   WHERE table_schema = current_schema() AND table_name = $1";
        let there: Vec<String> = sqlx::query_scalar(sql).bind(table.name.clone()).fetch_all(target.read()).await?;
        let there: BTreeSet<&str> = there.iter().map(String::as_str).collect();
        let here: BTreeSet<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
        if there != here {
            return Err(MoveError::Columns(table.name.clone()));
        }
    }
    Ok(())
}

/// Refuses a target with a row in any of the tables.
pub(super) async fn refuse_rows(tx: &mut Tx, tables: &[Table]) -> Result<(), MoveError> {
    for table in tables {
        if count(tx, &table.name).await? > 0 {
            return Err(MoveError::NotEmpty(table.name.clone()));
        }
    }
    Ok(())
}

async fn count(tx: &mut Tx, table: &str) -> Result<i64, MoveError> {
    let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM \"{table}\"");
    Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut **tx).await?)
}

/// Keeps everybody out until the end of the transaction.
pub(super) async fn lock(tx: &mut Tx, tables: &[Table]) -> Result<(), MoveError> {
    let names = tables.iter().map(|table| format!("\"{}\"", table.name)).collect::<Vec<_>>().join(", ");
    let sql = format!("LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **tx).await?;
    Ok(())
}

/// Copies a table; gives its rows.
pub(super) async fn table(source: &mut SqliteConnection, tx: &mut Tx, table: &Table) -> Result<i64, MoveError> {
    let at_once = (VALUES / table.columns.len().max(1)).max(1);
    let sql = format!("SELECT {} FROM \"{}\" ORDER BY rowid", table.list(), table.name);
    let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(source);
    let mut chunk: Vec<SqliteRow> = Vec::new();
    let mut sent = 0;
    while let Some(row) = rows.try_next().await? {
        chunk.push(row);
        sent += 1;
        if chunk.len() == at_once {
            insert(tx, table, &chunk).await?;
            chunk.clear();
        }
    }
    if !chunk.is_empty() {
        insert(tx, table, &chunk).await?;
    }
    let arrived = count(tx, &table.name).await?;
    if arrived != sent {
        return Err(MoveError::Lost { table: table.name.clone(), sent, arrived });
    }
    Ok(sent)
}

async fn insert(tx: &mut Tx, table: &Table, rows: &[SqliteRow]) -> Result<(), MoveError> {
    let values = store::rows(rows.len(), table.columns.len());
    let sql = format!("INSERT INTO \"{}\" ({}) VALUES {values}", table.name, table.list());
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for row in rows {
        for (index, (_, column)) in table.columns.iter().enumerate() {
            query = match column {
                Column::Text => query.bind(row.try_get::<Option<String>, _>(index)?),
                Column::Whole => query.bind(row.try_get::<Option<i64>, _>(index)?),
                Column::Real => query.bind(row.try_get::<Option<f64>, _>(index)?),
            };
        }
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

/// The next numbers follow the copied ones.
pub(super) async fn set_sequences(tx: &mut Tx) -> Result<(), MoveError> {
    for (table, column) in [("requests", "position"), ("outbox", "seq")] {
        let sql = format!(
            "SELECT CAST(setval(pg_get_serial_sequence('{table}', '{column}'), COALESCE(MAX(\"{column}\"), 0) + 1, false) AS TEXT) \
             FROM \"{table}\""
        );
        sqlx::query(AssertSqlSafe(sql)).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Every fact is to be published, from the first; gives how many. Places in the embedded log mean nothing in the other:
/// the floor's are set anew from the requests, and any other reader begins at the first fact and drops what its rows have
/// already.
pub(super) async fn forget_publishing(tx: &mut Tx) -> Result<i64, MoveError> {
    sqlx::query("DELETE FROM offsets").execute(&mut **tx).await?;
    sqlx::query("UPDATE outbox SET published_at = NULL WHERE published_at IS NOT NULL").execute(&mut **tx).await?;
    count(tx, "outbox").await
}
