//! Deleting an account: its key goes, and with it everything personal, wherever it was copied to.

use super::{parts, staff};
use crate::{
    readers::people,
    store::{
        Result, Store, Tx, id,
        purchases::leaving::{self, PaidLeft},
    },
};
use jukeline_app::{
    id::{AccountId, JukeboxId, PlayId},
    purchase::PaidCredits,
    staff::is_last_operator,
    time::Timestamp,
};
use sqlx::Row;

/// Plays of an account that can still be taken back, with their jukeboxes.
pub async fn live_plays(store: &Store, account: AccountId) -> Result<Vec<(JukeboxId, PlayId)>> {
    let sql = "SELECT jukebox, id FROM plays WHERE account = $1 AND state IN ('queued', 'handed')";
    let rows = sqlx::query(sql).bind(account.to_string()).fetch_all(store.read()).await?;
    rows.iter().map(|row| Ok((id("plays", row.try_get(0)?)?, id("plays", row.try_get(1)?)?))).collect()
}

/// What became of a wish to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Goodbye {
    /// The account is gone.
    Gone,
    /// Nothing changed: without this operator there would be none.
    LastOperator,
    /// Nothing changed: it has credits that were paid for, and nothing was said about them.
    PaidCreditsLeft(Vec<PaidLeft>),
}

/// Deletes an account: its credits are settled as is said, its key, identities, sessions, roles, favourites, that they wished for songs, and what
/// readers keep of the person go. Purchases, refunds and receipts stay, as the law on bookkeeping wants it; what is left in them of the person is a random id.
pub async fn delete(store: &Store, account: AccountId, paid: Option<PaidCredits>, now: Timestamp) -> Result<Goodbye> {
    let mut tx = store.begin().await?;
    crate::store::ledger::versions(&mut tx, store.kind(), &[account]).await?;
    let left = leaving::paid_left(&mut tx, account).await?;
    if paid.is_none() && !left.is_empty() {
        return Ok(Goodbye::PaidCreditsLeft(left));
    }
    leaving::settle(store, &mut tx, account, paid, now).await?;
    if is_last_operator(&staff::posts(&mut tx, store.kind(), None).await?, account) {
        return Ok(Goodbye::LastOperator);
    }
    for sql in [
        "DELETE FROM identities WHERE account = $1",
        "DELETE FROM sessions WHERE account = $1",
        "DELETE FROM appointments WHERE account = $1",
        "DELETE FROM invitations WHERE invited_by = $1",
        "DELETE FROM favourites WHERE account = $1",
        "DELETE FROM wish_people WHERE account = $1",
        "DELETE FROM one_time_codes WHERE subject = $1",
        "UPDATE accounts SET name_sealed = NULL, name_on_screen = 0 WHERE id = $1 OR merged_into = $1",
    ] {
        sqlx::query(sql).bind(account.to_string()).execute(&mut *tx).await?;
    }
    delete_keys(&mut tx, account).await?;
    people::forget(&mut tx, account).await?;
    sqlx::query("UPDATE accounts SET deleted_at = $1, paid_credits = $2 WHERE id = $3 AND deleted_at IS NULL")
        .bind(now.0)
        .bind(paid.map(PaidCredits::word))
        .bind(account.to_string())
        .execute(&mut *tx)
        .await?;
    super::fact(&mut tx, account, "AccountDeleted", now).await?;
    tx.commit().await?;
    Ok(Goodbye::Gone)
}

/// A guest who became part of an account has a key of their own, and may have had a name. In the order of their ids, since
/// readers hold the keys of those whose facts they fold.
async fn delete_keys(tx: &mut Tx, account: AccountId) -> Result<()> {
    for part in parts(tx, account).await? {
        sqlx::query("DELETE FROM account_keys WHERE account = $1").bind(part.to_string()).execute(&mut **tx).await?;
    }
    Ok(())
}
