//! Codes that give credits: made in batches, good once or several times, until a day or for ever. Of each only its hash
//! is kept.

use super::{Result, Store, ledger};
use crate::secret;
use jukeline_app::{id::AccountId, ledger::Origin, time::Timestamp};

/// A batch to be made.
pub struct NewBatch<'a> {
    /// Its name, such as `summer-fair`.
    pub name: &'a str,
    /// Credits that each code gives.
    pub credits: i64,
    /// How many people may use each code.
    pub uses: i64,
    /// Until when.
    pub expires_at: Option<Timestamp>,
}

/// Writes a batch of codes; all of them or none.
pub async fn make(store: &Store, batch: &NewBatch<'_>, codes: &[String]) -> Result<()> {
    let mut tx = store.begin().await?;
    let now = super::now(store.kind(), &mut tx).await?;
    let sql = "INSERT INTO vouchers (code_hash, batch, credits, uses_left, expires_at, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    for code in codes {
        sqlx::query(sql)
            .bind(hash(code))
            .bind(batch.name.to_owned())
            .bind(batch.credits)
            .bind(batch.uses)
            .bind(batch.expires_at.map(|at| at.0))
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Uses a code for an account, once a person; gives the credits, or nothing when it is unknown, used up or over.
pub async fn redeem(store: &Store, account: AccountId, code: &str) -> Result<Option<i64>> {
    let mut tx = store.begin().await?;
    let now = super::now(store.kind(), &mut tx).await?;
    let sql = "UPDATE vouchers SET uses_left = uses_left - 1 WHERE code_hash = $1 AND uses_left > 0 \
               AND (expires_at IS NULL OR expires_at > $2) RETURNING credits";
    let credits: Option<i64> = sqlx::query_scalar(sql).bind(hash(code)).bind(now.0).fetch_optional(&mut *tx).await?;
    let Some(credits) = credits else { return Ok(None) };
    let sql = "INSERT INTO voucher_uses (code_hash, account, used_at) VALUES ($1, $2, $3) \
               ON CONFLICT (code_hash, account) DO NOTHING";
    let used = sqlx::query(sql).bind(hash(code)).bind(account.to_string()).bind(now.0).execute(&mut *tx).await?;
    if used.rows_affected() == 0 {
        return Ok(None);
    }
    ledger::grant(&mut tx, store.kind(), account, credits, Origin::Voucher, now).await?;
    tx.commit().await?;
    Ok(Some(credits))
}

fn hash(code: &str) -> String {
    secret::hash(&format!("voucher/{code}"))
}
