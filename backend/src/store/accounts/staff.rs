//! Who is appointed where.

use super::{Profile, appoint, codes, profile};
use crate::store::{Kind, Result, Store, Tx, id, screens};
use jukeline_app::{
    account::{Appointment, Role},
    id::{AccountId, VenueId},
    staff::Post,
};
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use std::collections::BTreeMap;

/// How a place is stored: empty is everywhere.
pub(super) fn word(place: Option<VenueId>) -> String {
    place.map(|venue| venue.to_string()).unwrap_or_default()
}

/// Locks and reads the appointments at a place and everywhere: what is decided about one of them stands until the end of
/// the transaction.
pub async fn posts(tx: &mut Tx, kind: Kind, place: Option<VenueId>) -> Result<Vec<Post>> {
    read(tx, place, kind.for_update()).await
}

/// The appointments at a place and everywhere, as they are now.
pub async fn posts_now(store: &Store, place: Option<VenueId>) -> Result<Vec<Post>> {
    let mut connection = store.read().acquire().await?;
    read(&mut connection, place, "").await
}

async fn read(connection: &mut AnyConnection, place: Option<VenueId>, suffix: &str) -> Result<Vec<Post>> {
    let sql = format!(
        "SELECT account, role, venue FROM appointments WHERE venue IN ($1, '') ORDER BY account, role, venue{suffix}"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(word(place)).fetch_all(connection).await?;
    let mut posts = Vec::new();
    for row in rows {
        let Some(role) = Role::from_word(row.try_get(1)?) else { continue };
        let venue: String = row.try_get(2)?;
        let venue = if venue.is_empty() { None } else { Some(id("appointments", &venue)?) };
        posts.push(Post { account: id("appointments", row.try_get(0)?)?, appointment: Appointment { role, venue } });
    }
    Ok(posts)
}

/// The people of a place with their highest role there, highest first.
pub async fn members(store: &Store, place: Option<VenueId>) -> Result<Vec<(AccountId, Role, Profile)>> {
    let mut roles: BTreeMap<AccountId, Role> = BTreeMap::new();
    for Post { account, appointment } in posts_now(store, place).await? {
        if appointment.venue == place {
            let highest = roles.entry(account).or_insert(appointment.role);
            *highest = appointment.role.max(*highest);
        }
    }
    let mut members = Vec::new();
    for (account, role) in roles {
        if let Some(profile) = profile(store, account).await? {
            members.push((account, role, profile));
        }
    }
    members.sort_by_key(|(_, role, _)| std::cmp::Reverse(*role));
    Ok(members)
}

/// Makes `role` of all that an account is at a place; `None` ends it.
pub async fn set_role(tx: &mut Tx, account: AccountId, role: Option<Role>, place: Option<VenueId>) -> Result<()> {
    sqlx::query("DELETE FROM appointments WHERE account = $1 AND venue = $2")
        .bind(account.to_string())
        .bind(word(place))
        .execute(&mut **tx)
        .await?;
    match role {
        Some(role) => appoint(tx, account, role, place).await,
        None => Ok(()),
    }
}

/// Ends what somebody who was dismissed could still set going at a place: their invitations, and one-time codes for
/// screens and for passwords of staff. It isn't known who made those; whoever still needs one asks again.
pub async fn void_codes(tx: &mut Tx, account: AccountId, place: Option<VenueId>) -> Result<()> {
    sqlx::query("DELETE FROM invitations WHERE invited_by = $1 AND venue = $2")
        .bind(account.to_string())
        .bind(word(place))
        .execute(&mut **tx)
        .await?;
    let screens = "DELETE FROM one_time_codes WHERE purpose = $2 AND EXISTS (SELECT 1 FROM jukeboxes j \
                   WHERE (j.venue = $1 OR $1 = '') AND one_time_codes.subject LIKE '%/' || j.id)";
    sqlx::query(screens).bind(word(place)).bind(screens::PAIRING).execute(&mut **tx).await?;
    let passwords = "DELETE FROM one_time_codes WHERE purpose = $1 AND subject IN (SELECT account FROM appointments)";
    sqlx::query(passwords).bind(codes::RESET).execute(&mut **tx).await?;
    Ok(())
}
