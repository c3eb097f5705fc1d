//! A guest becomes part of an account: credits, plays and sessions come along.

use crate::store::{Result, Store, Tx, ledger};
use jukeline_app::{id::AccountId, time::Timestamp};

/// Moves all that `guest` has to `into`. Locks in the fixed order: jukeboxes with live plays of theirs, then accounts.
pub async fn merge(store: &Store, tx: &mut Tx, guest: AccountId, into: AccountId, now: Timestamp) -> Result<()> {
    lock_jukeboxes(store, tx, guest).await?;
    ledger::versions(tx, store.kind(), &[guest, into]).await?;
    raise_lines(tx, guest).await?;
    for sql in [
        "UPDATE lots SET account = $1 WHERE account = $2",
        "UPDATE transfers SET account = $1 WHERE account = $2",
        "UPDATE plays SET account = $1 WHERE account = $2",
        "UPDATE purchases SET account = $1 WHERE account = $2",
        "UPDATE complaints SET account = $1 WHERE account = $2",
        "INSERT INTO favourites (account, song, since) SELECT $1, song, since FROM favourites WHERE account = $2 \
         ON CONFLICT (account, song) DO NOTHING",
        "DELETE FROM favourites WHERE account = $2 AND account <> $1",
        // Both asked for the same: that was one person.
        "UPDATE wishes SET people = people - 1 WHERE words IN (SELECT g.words FROM wish_people g JOIN wish_people a \
         ON a.words = g.words AND a.account <> g.account WHERE a.account = $1 AND g.account = $2)",
        "INSERT INTO wish_people (account, words, asked_at) SELECT $1, words, asked_at FROM wish_people \
         WHERE account = $2 ON CONFLICT (account, words) DO NOTHING",
        "DELETE FROM wish_people WHERE account = $2 AND account <> $1",
        "UPDATE sessions SET account = $1 WHERE account = $2",
        "UPDATE identities SET account = $1 WHERE account = $2",
        "INSERT INTO appointments (account, role, venue) SELECT $1, role, venue FROM appointments WHERE account = $2 \
         ON CONFLICT (account, role, venue) DO NOTHING",
        "DELETE FROM appointments WHERE account = $2 AND account <> $1",
        // Addresses in them stay with the key that sealed them: guests invite in trial mode alone, without addresses.
        "UPDATE invitations SET invited_by = $1 WHERE invited_by = $2",
        "UPDATE accounts SET merged_into = $1 WHERE id = $2 AND merged_into IS NULL",
        // Who was merged into the guest before is now part of the account as well.
        "UPDATE accounts SET merged_into = $1 WHERE merged_into = $2",
    ] {
        sqlx::query(sql).bind(into.to_string()).bind(guest.to_string()).execute(&mut **tx).await?;
    }
    super::fact(tx, guest, "AccountsMerged", now).await?;
    super::fact(tx, into, "AccountChanged", now).await
}

async fn lock_jukeboxes(store: &Store, tx: &mut Tx, guest: AccountId) -> Result<()> {
    let sql = match store.kind() {
        crate::store::Kind::Sqlite => return Ok(()),
        crate::store::Kind::Postgres => {
            "SELECT id FROM jukeboxes WHERE id IN \
             (SELECT jukebox FROM plays WHERE account = $1 AND state IN ('queued', 'handed', 'started')) \
             ORDER BY id FOR UPDATE"
        }
    };
    sqlx::query(sql).bind(guest.to_string()).fetch_all(&mut **tx).await?;
    Ok(())
}

/// Whoever has read a line with the guest in it reads it again. Behind the accounts' locks, since a play may have joined
/// another jukebox before: waiting for that one against the order of the locks ends in a rollback at the worst.
async fn raise_lines(tx: &mut Tx, guest: AccountId) -> Result<()> {
    let sql = "UPDATE jukeboxes SET line = line + 1 WHERE id IN \
               (SELECT jukebox FROM plays WHERE account = $1 AND state IN ('queued', 'handed', 'started'))";
    sqlx::query(sql).bind(guest.to_string()).execute(&mut **tx).await?;
    Ok(())
}
