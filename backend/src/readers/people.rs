//! People in what readers keep: whoever deletes their account is gone from it at once, and stays gone when it is built
//! anew.
//!
//! An account's key (`account_keys`) stands for the person: it is there from the first moment to the last. A fold keeps
//! rows of those who have one and holds their keys until it has committed; a deletion takes the key first and the rows
//! then. So a deletion sees every row that was folded before it, and no fold after it makes another.

use super::ALL;
use crate::store::{self, Kind, Result, Tx, id, list, padded};
use jukeline_app::id::AccountId;
use sqlx::AssertSqlSafe;
use std::collections::{BTreeSet, HashSet};

/// Those of the accounts that aren't deleted, which none of them will be before the transaction ends. Locked in the order
/// of their ids, as [`forget`] does.
pub(crate) async fn present(tx: &mut Tx, accounts: BTreeSet<AccountId>) -> Result<HashSet<AccountId>> {
    // SQLite's writer is alone.
    let held = match store::kind_of(tx) {
        Kind::Sqlite => "",
        Kind::Postgres => " FOR KEY SHARE",
    };
    let accounts: Vec<AccountId> = accounts.into_iter().collect();
    let mut present = HashSet::with_capacity(accounts.len());
    for chunk in padded(&accounts, 128) {
        let places = list(1, chunk.len());
        let sql = format!("SELECT account FROM account_keys WHERE account IN ({places}) ORDER BY account{held}");
        let mut query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql));
        for account in chunk {
            query = query.bind(account.to_string());
        }
        for account in query.fetch_all(&mut **tx).await? {
            present.insert(id("account_keys", &account)?);
        }
    }
    Ok(present)
}

/// Takes an account, and the guests who became part of it, out of everything that readers keep, whatever generation.
/// Behind the deletion of their keys.
pub(crate) async fn forget(tx: &mut Tx, account: AccountId) -> Result<()> {
    for table in ALL.iter().flat_map(|reader| reader.personal) {
        let sql =
            format!("DELETE FROM {table} WHERE account IN (SELECT id FROM accounts WHERE id = $1 OR merged_into = $1)");
        sqlx::query(AssertSqlSafe(sql)).bind(account.to_string()).execute(&mut **tx).await?;
    }
    Ok(())
}
