//! "I didn't hear it": a note to the venue, and credits on the house up to a cap.

use super::{Result, Store, id, ledger};
use jukeline_app::{
    api::Complaint,
    id::{AccountId, PlayId, VenueId},
    ledger::Origin,
    time::{MINUTE, Timestamp},
};
use sqlx::Row;

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

/// Complaints of a venue, newest first: those older than the one about `before`.
pub async fn of_venue(store: &Store, venue: VenueId, before: Option<PlayId>, limit: i64) -> Result<Vec<Complaint>> {
    let sql = "SELECT c.play, p.jukebox, COALESCE(s.title, ''), COALESCE(s.artist, ''), p.started_at, c.made_at, c.credits \
               FROM complaints c JOIN plays p ON p.id = c.play JOIN jukeboxes j ON j.id = p.jukebox \
               LEFT JOIN songs s ON s.id = p.song LEFT JOIN complaints b ON b.play = $1 \
               WHERE j.venue = $2 AND (b.play IS NULL OR c.made_at < b.made_at OR (c.made_at = b.made_at AND c.play < b.play)) \
               ORDER BY c.made_at DESC, c.play DESC LIMIT $3";
    let rows = sqlx::query(sql)
        .bind(before.map(|play| play.to_string()))
        .bind(venue.to_string())
        .bind(limit)
        .fetch_all(store.read())
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Complaint {
                play: id("complaints", row.try_get(0)?)?,
                jukebox: id("plays", row.try_get(1)?)?,
                title: row.try_get(2)?,
                artist: row.try_get(3)?,
                started_at: row.try_get::<Option<i64>, _>(4)?.map(Timestamp),
                made_at: Timestamp(row.try_get(5)?),
                credits: row.try_get(6)?,
            })
        })
        .collect()
}
