//! Sessions: opaque, revocable; of the token only its hash is stored.

use crate::{
    secret,
    store::{Result, Store, Tx, id},
};
use jukeline_app::{id::AccountId, time::Timestamp};
use sqlx::Row;

/// How long a session lasts: 400 days in milliseconds.
pub const SESSION_MS: i64 = 400 * 24 * 3600 * 1000;

/// A session as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Whose.
    pub account: AccountId,
    /// The browser or app it was started in.
    pub device: String,
    /// `cookie` or `bearer`.
    pub credential: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Starts a session and gives its token.
pub async fn open(tx: &mut Tx, account: AccountId, device: &str, credential: &str, now: Timestamp) -> Result<String> {
    let token = secret::token();
    let sql = "INSERT INTO sessions (token_hash, account, device, credential, created_at, expires_at) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    sqlx::query(sql)
        .bind(secret::hash(&token))
        .bind(account.to_string())
        .bind(device)
        .bind(credential)
        .bind(now.0)
        .bind(now.plus(SESSION_MS).0)
        .execute(&mut **tx)
        .await?;
    Ok(token)
}

/// The session of a token.
pub async fn find(store: &Store, token: &str) -> Result<Option<SessionRow>> {
    let sql = "SELECT account, device, credential, expires_at FROM sessions WHERE token_hash = $1";
    let Some(row) = sqlx::query(sql).bind(secret::hash(token)).fetch_optional(store.read()).await? else {
        return Ok(None);
    };
    Ok(Some(SessionRow {
        account: id("sessions", row.try_get(0)?)?,
        device: row.try_get(1)?,
        credential: row.try_get(2)?,
        expires_at: Timestamp(row.try_get(3)?),
    }))
}

/// Ends one session.
pub async fn close(tx: &mut Tx, token: &str) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(secret::hash(token)).execute(&mut **tx).await?;
    Ok(())
}

/// Ends every session of an account.
pub async fn close_all(tx: &mut Tx, account: AccountId) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE account = $1").bind(account.to_string()).execute(&mut **tx).await?;
    Ok(())
}
