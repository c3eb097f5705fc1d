//! Invitations to work somewhere. Of a code only its hash is stored; taking one up removes it.

use super::{key, staff};
use crate::{
    secret,
    store::{Kind, Result, Store, StoreError, Tx, id},
};
use jukeline_app::{
    account::Role,
    id::{AccountId, InvitationId, VenueId},
    staff::{Post, may_appoint},
    time::{MINUTE, Timestamp},
};
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

/// How long an invitation can be taken up: a week.
pub const INVITATION_MS: i64 = 7 * 24 * 60 * MINUTE;

/// An invitation before it is made.
#[derive(Clone, Copy, Debug)]
pub struct NewInvitation<'a> {
    /// What it gives.
    pub role: Role,
    /// Where; `None` is everywhere.
    pub place: Option<VenueId>,
    /// Who invites.
    pub by: AccountId,
    /// Where the link goes, if it is mailed.
    pub email: Option<&'a str>,
}

/// An invitation that nobody has taken up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The invitation.
    pub id: InvitationId,
    /// What it gives.
    pub role: Role,
    /// Who invited.
    pub by: AccountId,
    /// Where it was mailed to, as long as who invited is there.
    pub email: Option<String>,
    /// Until when it can be taken up.
    pub until: Timestamp,
}

/// Writes an invitation; what is over is swept. Gives its id and its end.
pub async fn put(
    tx: &mut Tx,
    new: &NewInvitation<'_>,
    code: &str,
    now: Timestamp,
) -> Result<(InvitationId, Timestamp)> {
    sqlx::query("DELETE FROM invitations WHERE expires_at < $1").bind(now.0).execute(&mut **tx).await?;
    let (id, until) = (InvitationId(Uuid::now_v7()), now.plus(INVITATION_MS));
    let sealed = match new.email {
        Some(email) => key(tx, new.by).await?.and_then(|key| secret::seal(&key, email)),
        None => None,
    };
    let sql = "INSERT INTO invitations (id, code_hash, venue, role, invited_by, address_sealed, created_at, expires_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    sqlx::query(sql)
        .bind(id.to_string())
        .bind(hash(code))
        .bind(staff::word(new.place))
        .bind(new.role.word())
        .bind(new.by.to_string())
        .bind(sealed)
        .bind(now.0)
        .bind(until.0)
        .execute(&mut **tx)
        .await?;
    Ok((id, until))
}

/// Invitations to a place that can still be taken up, oldest first.
pub async fn pending(store: &Store, place: Option<VenueId>, now: Timestamp) -> Result<Vec<Pending>> {
    let sql = "SELECT i.id, i.role, i.invited_by, i.address_sealed, i.expires_at, k.key_hex FROM invitations i \
               LEFT JOIN account_keys k ON k.account = i.invited_by WHERE i.venue = $1 AND i.expires_at >= $2 \
               ORDER BY i.created_at, i.id";
    let rows = sqlx::query(sql).bind(staff::word(place)).bind(now.0).fetch_all(store.read()).await?;
    let pending = |row: &sqlx::any::AnyRow| -> Result<Pending> {
        let key = row.try_get::<Option<String>, _>(5)?.and_then(|key| secret::unhex(&key));
        let sealed: Option<String> = row.try_get(3)?;
        Ok(Pending {
            id: id("invitations", row.try_get(0)?)?,
            role: role(row.try_get(1)?)?,
            by: id("invitations", row.try_get(2)?)?,
            email: sealed.zip(key).and_then(|(sealed, key)| secret::open(&key, &sealed)),
            until: Timestamp(row.try_get(4)?),
        })
    };
    rows.iter().map(pending).collect()
}

/// Takes an invitation back; false when there is none of that id at that place.
pub async fn revoke(tx: &mut Tx, place: Option<VenueId>, invitation: InvitationId) -> Result<bool> {
    let sql = "DELETE FROM invitations WHERE id = $1 AND venue = $2";
    let done = sqlx::query(sql).bind(invitation.to_string()).bind(staff::word(place)).execute(&mut **tx).await?;
    Ok(done.rows_affected() == 1)
}

/// What a code would give now, without taking it.
pub async fn look(store: &Store, code: &str, now: Timestamp) -> Result<Option<Role>> {
    let sql = "SELECT role FROM invitations WHERE code_hash = $1 AND expires_at >= $2";
    let found: Option<String> =
        sqlx::query_scalar(sql).bind(hash(code)).bind(now.0).fetch_optional(store.read()).await?;
    found.map(|word| role(&word)).transpose()
}

/// Takes up an invitation: gives what `account` is then at its place, which is never less than it was before. Nothing
/// for a code that isn't good (any more), and where who invited may not appoint (any more).
pub async fn take_up(
    tx: &mut Tx,
    kind: Kind,
    code: &str,
    account: AccountId,
    now: Timestamp,
) -> Result<Option<(Role, Option<VenueId>)>> {
    let alive = format!(
        "SELECT id FROM accounts WHERE id = $1 AND deleted_at IS NULL AND merged_into IS NULL{}",
        kind.for_update()
    );
    let alive: Option<String> =
        sqlx::query_scalar(AssertSqlSafe(alive)).bind(account.to_string()).fetch_optional(&mut **tx).await?;
    if alive.is_none() {
        return Ok(None);
    }
    let sql = "DELETE FROM invitations WHERE code_hash = $1 AND expires_at >= $2 RETURNING role, venue, invited_by";
    let Some(row) = sqlx::query(sql).bind(hash(code)).bind(now.0).fetch_optional(&mut **tx).await? else {
        return Ok(None);
    };
    let (offered, venue): (Role, String) = (role(row.try_get(0)?)?, row.try_get(1)?);
    let place = if venue.is_empty() { None } else { Some(id("invitations", &venue)?) };
    let by: AccountId = id("invitations", row.try_get(2)?)?;
    let posts = staff::posts(tx, kind, place).await?;
    let of = |whom: AccountId| posts.iter().filter(move |post| post.account == whom);
    let theirs: Vec<_> = of(by).map(|post| post.appointment).collect();
    if !may_appoint(&theirs, offered, place) {
        return Ok(None);
    }
    let here = |post: &&Post| post.appointment.venue == place;
    let before = of(account).filter(here).map(|post| post.appointment.role).max();
    if before.is_none_or(|before| before < offered) {
        staff::set_role(tx, account, Some(offered), place).await?;
    }
    Ok(Some((before.map_or(offered, |before| before.max(offered)), place)))
}

fn role(word: &str) -> Result<Role> {
    Role::from_word(word).ok_or_else(|| StoreError::garbled("invitations", "role"))
}

fn hash(code: &str) -> String {
    secret::hash(&format!("invitation/{code}"))
}
