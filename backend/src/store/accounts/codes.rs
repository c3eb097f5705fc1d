//! One-time codes: links, tickets, pairing. Of each only its hash is stored; taking one removes it.

use crate::{
    secret,
    store::{Result, Store, Tx},
};
use jukeline_app::time::{MINUTE, SECOND, Timestamp};

/// A new password.
pub const RESET: &str = "reset";
/// The first run.
pub const SETUP: &str = "setup";

/// How long a code for a new password is good.
pub const RESET_MS: i64 = 60 * MINUTE;
/// How long a ticket is good.
pub const TICKET_MS: i64 = 60 * SECOND;

/// Writes a code for `purpose` about `subject`, good until `until`; what is over is swept.
pub async fn put(
    tx: &mut Tx,
    purpose: &str,
    code: &str,
    subject: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<()> {
    sqlx::query("DELETE FROM one_time_codes WHERE expires_at < $1").bind(now.0).execute(&mut **tx).await?;
    let sql = "INSERT INTO one_time_codes (code_hash, purpose, subject, created_at, expires_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (code_hash) DO UPDATE SET subject = excluded.subject, expires_at = excluded.expires_at";
    sqlx::query(sql)
        .bind(hash(purpose, code))
        .bind(purpose)
        .bind(subject)
        .bind(now.0)
        .bind(until.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Takes a code: its subject, once.
pub async fn take(tx: &mut Tx, purpose: &str, code: &str, now: Timestamp) -> Result<Option<String>> {
    let sql = "DELETE FROM one_time_codes WHERE code_hash = $1 AND purpose = $2 AND expires_at >= $3 RETURNING subject";
    Ok(sqlx::query_scalar(sql).bind(hash(purpose, code)).bind(purpose).bind(now.0).fetch_optional(&mut **tx).await?)
}

/// Whether a code would be taken.
pub async fn stands(store: &Store, purpose: &str, code: &str, now: Timestamp) -> Result<bool> {
    let sql = "SELECT subject FROM one_time_codes WHERE code_hash = $1 AND purpose = $2 AND expires_at >= $3";
    let found: Option<String> = sqlx::query_scalar(sql)
        .bind(hash(purpose, code))
        .bind(purpose)
        .bind(now.0)
        .fetch_optional(store.read())
        .await?;
    Ok(found.is_some())
}

/// Removes every code of a purpose.
pub async fn remove_all(tx: &mut Tx, purpose: &str) -> Result<()> {
    sqlx::query("DELETE FROM one_time_codes WHERE purpose = $1").bind(purpose).execute(&mut **tx).await?;
    Ok(())
}

/// Codes of eight digits are few: the purpose goes into the hash, so that two purposes never meet.
fn hash(purpose: &str, code: &str) -> String {
    secret::hash(&format!("{purpose}/{code}"))
}
