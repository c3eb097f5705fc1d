//! The embedded database, to read from.

use super::MoveError;
use sqlx::{
    AssertSqlSafe, Connection, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteLockingMode},
};
use std::{path::Path, time::Duration};

/// How long an open database may take to be let go of.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Text,
    Whole,
    Real,
}

/// A table with its columns.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<(String, Column)>,
}

impl Table {
    /// The columns' names, quoted, separated by commas.
    pub(super) fn list(&self) -> String {
        self.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
    }
}

/// Opens the database for this program alone: it can't be had as long as another holds it open, and none can open it
/// until this is over.
pub(super) async fn open(folder: &Path) -> Result<SqliteConnection, MoveError> {
    let file = folder.join("jukeline.sqlite");
    if !file.is_file() {
        return Err(MoveError::NoSource(folder.display().to_string()));
    }
    let options = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(false)
        .locking_mode(SqliteLockingMode::Exclusive)
        .busy_timeout(PATIENCE);
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(in_use)?;
    // The first look takes the lock; a write takes it even where the journal is not a write-ahead log.
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut connection).await.map_err(in_use)?;
    sqlx::query("COMMIT").execute(&mut connection).await.map_err(in_use)?;
    Ok(connection)
}

/// SQLite's `SQLITE_BUSY` is 5; extended codes have it in their last byte.
fn in_use(error: sqlx::Error) -> MoveError {
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<u32>().ok());
    if code.is_some_and(|code| code & 0xff == 5) { MoveError::InUse } else { error.into() }
}

/// The version of its schema; 0 when it has none.
pub(super) async fn version(source: &mut SqliteConnection) -> Result<i64, MoveError> {
    let there: Option<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'")
            .fetch_optional(&mut *source)
            .await?;
    if there.is_none() {
        return Ok(0);
    }
    Ok(sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM schema_version").fetch_one(source).await?)
}

/// Every table but the one of versions.
pub(super) async fn tables(source: &mut SqliteConnection) -> Result<Vec<Table>, MoveError> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
               AND name <> 'schema_version' ORDER BY name";
    let names: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *source).await?;
    let mut tables = Vec::new();
    for name in names {
        let sql = format!("SELECT name, type FROM pragma_table_info('{name}') ORDER BY cid");
        let mut columns = Vec::new();
        for row in sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *source).await? {
            let declared: String = row.try_get(1)?;
            let column = match declared.to_uppercase().as_str() {
                "BIGINT" | "INTEGER" => Column::Whole,
                "DOUBLE PRECISION" => Column::Real,
                _ => Column::Text,
            };
            columns.push((row.try_get(0)?, column));
        }
        tables.push(Table { name, columns });
    }
    Ok(tables)
}
