//! The schema's versions, applied at start. The text is the same for both databases but for `%SERIAL%`.

use super::{Kind, Result, StoreError};
use sqlx::{AnyPool, AssertSqlSafe};

const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_initial.sql"),
    include_str!("../../migrations/0002_lines.sql"),
    include_str!("../../migrations/0003_account_epoch.sql"),
    include_str!("../../migrations/0004_invitations.sql"),
    include_str!("../../migrations/0005_purchases.sql"),
    include_str!("../../migrations/0006_leaving.sql"),
    include_str!("../../migrations/0007_receipt_mails.sql"),
    include_str!("../../migrations/0008_readers.sql"),
    include_str!("../../migrations/0009_history.sql"),
    include_str!("../../migrations/0010_suggest.sql"),
    include_str!("../../migrations/0011_chart_parts.sql"),
];

/// The schema's version that this program knows.
pub(super) const fn known() -> i64 {
    MIGRATIONS.len() as i64
}

/// The advisory lock under which the table of versions is made.
const LOCK: i64 = 0x6a75_6b65_0002;

/// Brings the database to the newest version; one transaction a step. A newer database is left alone.
pub(super) async fn run(pool: &AnyPool, kind: Kind) -> Result<()> {
    make_version_table(pool, kind).await?;
    let found: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM schema_version").fetch_one(pool).await?;
    let known = known();
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for version in found + 1..=known {
        apply(pool, kind, version).await?;
    }
    Ok(())
}

/// Two processes may start at once on an empty database: PostgreSQL's `IF NOT EXISTS` alone lets one of them fail.
async fn make_version_table(pool: &AnyPool, kind: Kind) -> Result<()> {
    let mut tx = match kind {
        Kind::Sqlite => pool.begin_with("BEGIN IMMEDIATE").await?,
        Kind::Postgres => pool.begin().await?,
    };
    if kind == Kind::Postgres {
        sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)").bind(LOCK).execute(&mut *tx).await?;
    }
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)").execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

async fn apply(pool: &AnyPool, kind: Kind, version: i64) -> Result<()> {
    let serial = match kind {
        // AUTOINCREMENT: SQLite would otherwise give numbers of deleted rows out again.
        Kind::Sqlite => "INTEGER PRIMARY KEY AUTOINCREMENT",
        Kind::Postgres => "BIGSERIAL PRIMARY KEY",
    };
    let text = MIGRATIONS[(version - 1) as usize].replace("%SERIAL%", serial);
    let mut tx = match kind {
        Kind::Sqlite => pool.begin_with("BEGIN IMMEDIATE").await?,
        Kind::Postgres => pool.begin().await?,
    };
    if kind == Kind::Postgres {
        // Two processes may start at once on an empty database.
        sqlx::raw_sql("LOCK TABLE schema_version IN EXCLUSIVE MODE").execute(&mut *tx).await?;
    }
    let done: i64 =
        sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM schema_version").fetch_one(&mut *tx).await?;
    if done >= version {
        return Ok(());
    }
    sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut *tx).await?;
    sqlx::query("INSERT INTO schema_version (version) VALUES ($1)").bind(version).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}
