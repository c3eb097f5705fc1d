//! "I didn't hear it": a note to the venue, and credits on the house up to a cap.

use super::{Result, Store, ledger};
use jukeline_app::{
    id::{AccountId, PlayId},
    ledger::Origin,
    time::{MINUTE, Timestamp},
};

/// How long given credits count towards the cap.
const SPAN_MS: i64 = 30 * 24 * 60 * MINUTE;

/// Notes that somebody didn't hear a song that they paid `price` for, once a play; gives the credits that they get back
/// at once: its price, or nothing when that would be more than `cap` within 30 days. Saying it again changes nothing and
/// gives the same answer.
pub async fn note(store: &Store, account: AccountId, play: PlayId, price: i64, cap: i64) -> Result<i64> {
    let mut tx = store.begin().await?;
    // Two at once are counted one after the other.
    ledger::versions(&mut tx, store.kind(), &[account]).await?;
    let now = super::now(store.kind(), &mut tx).await?;
    let known: Option<i64> = sqlx::query_scalar("SELECT credits FROM complaints WHERE play = $1")
        .bind(play.to_string())
        .fetch_optional(&mut *tx)
        .await?;
    if let Some(credits) = known {
        return Ok(credits);
    }
    let sql = "SELECT CAST(COALESCE(SUM(credits), 0) AS BIGINT) FROM complaints WHERE account = $1 AND made_at > $2";
    let given: i64 =
        sqlx::query_scalar(sql).bind(account.to_string()).bind(now.plus(-SPAN_MS).0).fetch_one(&mut *tx).await?;
    let credits = if given + price <= cap { price } else { 0 };
    write(&mut tx, account, play, credits, now).await?;
    if credits > 0 {
        ledger::grant(&mut tx, store.kind(), account, credits, Origin::Goodwill, now).await?;
    }
    tx.commit().await?;
    Ok(credits)
}

async fn write(tx: &mut super::Tx, account: AccountId, play: PlayId, credits: i64, now: Timestamp) -> Result<()> {
    sqlx::query("INSERT INTO complaints (play, account, credits, made_at) VALUES ($1, $2, $3, $4)")
        .bind(play.to_string())
        .bind(account.to_string())
        .bind(credits)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
