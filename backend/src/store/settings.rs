//! The few values that belong to the installation itself.

use super::{Result, Store};

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
