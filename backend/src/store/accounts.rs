//! Accounts, identities and roles.

pub mod codes;
mod goodbye;
pub mod invitations;
mod merge;
pub mod sessions;
pub mod staff;

pub use goodbye::{Goodbye, delete, live_plays};
pub use merge::merge;

use super::{Result, Store, Tx, outbox};
use crate::secret;
use jukeline_app::{
    account::{Appointment, IdentityKind, Role},
    id::{AccountId, VenueId},
    ledger::Origin,
    time::Timestamp,
};
use serde::Serialize;
use sqlx::{AnyConnection, Row};
use uuid::Uuid;

/// What an account is, to its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Nothing but a cookie or a token holds it.
    pub guest: bool,
    /// The address.
    pub email: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// Whether the name is shown on the public screen.
    pub name_on_screen: bool,
}

/// An address with a password.
#[derive(Clone)]
pub struct PasswordIdentity {
    /// Whose.
    pub account: AccountId,
    /// Argon2id, in PHC form.
    pub password_hash: String,
}

/// An account's latest state, as the topic `accounts` carries it: personal fields sealed.
#[derive(Serialize)]
struct AccountState {
    account: AccountId,
    /// Which life of the database, and how many facts of the account.
    epoch: i64,
    version: i64,
    guest: bool,
    name_sealed: Option<String>,
    name_on_screen: bool,
    merged_into: Option<AccountId>,
    deleted: bool,
}

/// Makes an account with its key, an identity as a guest, and the credits that guests get.
pub async fn make_guest(tx: &mut Tx, kind: super::Kind, grant: u32, now: Timestamp) -> Result<AccountId> {
    let account = make(tx, now).await?;
    add_identity(tx, account, IdentityKind::Guest, now).await?;
    fact(tx, account, "AccountMade", now).await?;
    if grant > 0 {
        super::ledger::grant(tx, kind, account, i64::from(grant), Origin::Grant, now).await?;
    }
    Ok(account)
}

async fn make(tx: &mut Tx, now: Timestamp) -> Result<AccountId> {
    let account = AccountId(Uuid::now_v7());
    sqlx::query("INSERT INTO accounts (id, created_at) VALUES ($1, $2)")
        .bind(account.to_string())
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    sqlx::query("INSERT INTO account_keys (account, key_hex) VALUES ($1, $2)")
        .bind(account.to_string())
        .bind(secret::hex(&secret::random::<32>()))
        .execute(&mut **tx)
        .await?;
    Ok(account)
}

async fn add_identity(tx: &mut Tx, account: AccountId, kind: IdentityKind, now: Timestamp) -> Result<()> {
    sqlx::query("INSERT INTO identities (id, account, kind, created_at) VALUES ($1, $2, $3, $4)")
        .bind(Uuid::now_v7().to_string())
        .bind(account.to_string())
        .bind(word(kind))
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

const fn word(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Guest => "guest",
        IdentityKind::Email => "email",
        IdentityKind::Password => "password",
    }
}

/// Gives an account an address and a password. False when the address is somebody's already: nothing changed then.
pub async fn add_password(
    tx: &mut Tx,
    account: AccountId,
    address_hash: &str,
    address: &str,
    password_hash: &str,
    now: Timestamp,
) -> Result<bool> {
    let sealed = key(tx, account).await?.and_then(|key| secret::seal(&key, address));
    let sql = "INSERT INTO identities (id, account, kind, address_hash, address_sealed, password_hash, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (address_hash) DO NOTHING";
    let done = sqlx::query(sql)
        .bind(Uuid::now_v7().to_string())
        .bind(account.to_string())
        .bind(word(IdentityKind::Password))
        .bind(address_hash)
        .bind(sealed)
        .bind(password_hash)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    fact(tx, account, "AccountChanged", now).await?;
    Ok(true)
}

/// Who an address belongs to.
pub async fn by_address(store: &Store, address_hash: &str) -> Result<Option<PasswordIdentity>> {
    let sql = "SELECT account, password_hash FROM identities WHERE address_hash = $1 AND password_hash IS NOT NULL";
    let Some(row) = sqlx::query(sql).bind(address_hash).fetch_optional(store.read()).await? else { return Ok(None) };
    Ok(Some(PasswordIdentity { account: super::id("identities", row.try_get(0)?)?, password_hash: row.try_get(1)? }))
}

/// The account and the guests who became part of it, in the order of their ids: what was written about any of them is
/// about one person.
pub async fn parts(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<AccountId>> {
    let sql = "SELECT id FROM accounts WHERE merged_into = $1";
    let guests: Vec<String> = sqlx::query_scalar(sql).bind(account.to_string()).fetch_all(connection).await?;
    let mut parts = guests.iter().map(|guest| super::id("accounts", guest)).collect::<Result<Vec<_>>>()?;
    parts.push(account);
    parts.sort_unstable();
    Ok(parts)
}

/// Sets a new password for every address of an account. False when it has none.
pub async fn set_password(tx: &mut Tx, account: AccountId, password_hash: &str) -> Result<bool> {
    let done = sqlx::query("UPDATE identities SET password_hash = $1 WHERE account = $2 AND address_hash IS NOT NULL")
        .bind(password_hash)
        .bind(account.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// What an account is, to its owner; nothing when it is gone.
pub async fn profile(store: &Store, account: AccountId) -> Result<Option<Profile>> {
    let sql = "SELECT a.name_sealed, a.name_on_screen, k.key_hex, \
               (SELECT MIN(i.address_sealed) FROM identities i WHERE i.account = a.id AND i.address_sealed IS NOT NULL) \
               FROM accounts a JOIN account_keys k ON k.account = a.id WHERE a.id = $1 AND a.deleted_at IS NULL";
    let Some(row) = sqlx::query(sql).bind(account.to_string()).fetch_optional(store.read()).await? else {
        return Ok(None);
    };
    let key = secret::unhex(row.try_get(2)?);
    let open = |sealed: Option<String>| sealed.zip(key).and_then(|(sealed, key)| secret::open(&key, &sealed));
    let address: Option<String> = row.try_get(3)?;
    Ok(Some(Profile {
        guest: address.is_none(),
        email: open(address),
        name: open(row.try_get(0)?),
        name_on_screen: row.try_get::<i64, _>(1)? != 0,
    }))
}

/// Changes the name (empty removes it) and whether it is shown. What is absent stays.
pub async fn change(
    store: &Store,
    account: AccountId,
    name: Option<&str>,
    shown: Option<bool>,
    now: Timestamp,
) -> Result<()> {
    let mut tx = store.begin().await?;
    if let Some(name) = name {
        let key = key(&mut tx, account).await?;
        let sealed = key.filter(|_| !name.is_empty()).and_then(|key| secret::seal(&key, name));
        sqlx::query("UPDATE accounts SET name_sealed = $1 WHERE id = $2")
            .bind(sealed)
            .bind(account.to_string())
            .execute(&mut *tx)
            .await?;
    }
    if let Some(shown) = shown {
        sqlx::query("UPDATE accounts SET name_on_screen = $1 WHERE id = $2")
            .bind(i64::from(shown))
            .bind(account.to_string())
            .execute(&mut *tx)
            .await?;
    }
    fact(&mut tx, account, "AccountChanged", now).await?;
    tx.commit().await?;
    Ok(())
}

async fn key(tx: &mut Tx, account: AccountId) -> Result<Option<[u8; 32]>> {
    let sql = "SELECT key_hex FROM account_keys WHERE account = $1";
    let text: Option<String> = sqlx::query_scalar(sql).bind(account.to_string()).fetch_optional(&mut **tx).await?;
    Ok(text.and_then(|text| secret::unhex(&text)))
}

/// What an account may do, and where.
pub async fn appointments(store: &Store, account: AccountId) -> Result<Vec<Appointment>> {
    let sql = "SELECT role, venue FROM appointments WHERE account = $1 ORDER BY role, venue";
    let rows = sqlx::query(sql).bind(account.to_string()).fetch_all(store.read()).await?;
    let mut found = Vec::new();
    for row in rows {
        let venue: String = row.try_get(1)?;
        let venue = if venue.is_empty() { None } else { Some(super::id("appointments", &venue)?) };
        if let Some(role) = Role::from_word(row.try_get(0)?) {
            found.push(Appointment { role, venue });
        }
    }
    Ok(found)
}

/// Gives an account a role; `None` is everywhere.
pub async fn appoint(tx: &mut Tx, account: AccountId, role: Role, venue: Option<VenueId>) -> Result<()> {
    sqlx::query("INSERT INTO appointments (account, role, venue) VALUES ($1, $2, $3) ON CONFLICT (account, role, venue) DO NOTHING")
        .bind(account.to_string())
        .bind(role.word())
        .bind(venue.map(|venue| venue.to_string()).unwrap_or_default())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether there is an operator.
pub async fn has_operator(store: &Store) -> Result<bool> {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM appointments WHERE role = 'operator'";
    Ok(sqlx::query_scalar::<_, i64>(sql).fetch_one(store.read()).await? > 0)
}

/// Raises the account's version and writes its state as a fact.
pub(super) async fn fact(tx: &mut Tx, account: AccountId, ce_type: &str, now: Timestamp) -> Result<()> {
    let sql = "UPDATE accounts SET version = version + 1 WHERE id = $1 \
               RETURNING version, name_sealed, name_on_screen, merged_into, deleted_at, epoch";
    let row = sqlx::query(sql).bind(account.to_string()).fetch_one(&mut **tx).await?;
    let addresses = "SELECT CAST(COUNT(*) AS BIGINT) FROM identities WHERE account = $1 AND address_hash IS NOT NULL";
    let addresses: i64 = sqlx::query_scalar(addresses).bind(account.to_string()).fetch_one(&mut **tx).await?;
    let merged: Option<String> = row.try_get(3)?;
    let state = AccountState {
        account,
        epoch: row.try_get(5)?,
        version: row.try_get(0)?,
        guest: addresses == 0,
        name_sealed: row.try_get(1)?,
        name_on_screen: row.try_get::<i64, _>(2)? != 0,
        merged_into: merged.as_deref().map(|text| super::id("accounts", text)).transpose()?,
        deleted: row.try_get::<Option<i64>, _>(4)?.is_some(),
    };
    let (key, stream) = (account.to_string(), format!("account/{account}"));
    outbox::put(tx, "accounts", &key, &stream, state.epoch, state.version, ce_type, now, &state).await
}

#[cfg(test)]
mod tests;
