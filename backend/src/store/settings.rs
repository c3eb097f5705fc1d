//! The few values that belong to the installation itself.

use super::{Result, Store};
use jukeline_app::time::Timestamp;

/// Reads a setting.
pub async fn get(store: &Store, name: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT value FROM settings WHERE name = $1").bind(name).fetch_optional(store.read()).await?)
}

/// Writes a setting unless it is there already; gives what stands then. Two processes that start at once agree.
pub async fn get_or_set(store: &Store, name: &str, value: &str) -> Result<String> {
    if let Some(value) = get(store, name).await? {
        return Ok(value);
    }
    let mut tx = store.begin().await?;
    sqlx::query("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
        .bind(name)
        .bind(value)
        .execute(&mut *tx)
        .await?;
    let stands =
        sqlx::query_scalar("SELECT value FROM settings WHERE name = $1").bind(name).fetch_one(&mut *tx).await?;
    tx.commit().await?;
    Ok(stands)
}

/// Writes a setting.
pub async fn set(store: &Store, name: &str, value: &str) -> Result<()> {
    let mut tx = store.begin().await?;
    sqlx::query(
        "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Holds a name until `until`; true for the one who got it, false while another holds it.
pub async fn lease(store: &Store, name: &str, now: Timestamp, until: Timestamp) -> Result<bool> {
    let mut tx = store.begin().await?;
    let taken = sqlx::query(
        "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value \
         WHERE CAST(settings.value AS BIGINT) <= $3",
    )
    .bind(name)
    .bind(until.0.to_string())
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(taken.rows_affected() == 1)
}
