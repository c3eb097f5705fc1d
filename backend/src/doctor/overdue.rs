//! Accepted plays that should have ended by now.

use super::{Findings, Snapshot, Trouble};
use crate::store::Result;
use jukeline_app::{
    conductor::{Spans, Stage},
    hours::{house_clock, rfc3339},
    rules::HouseRules,
    time::{MINUTE, Timestamp},
};
use sqlx::{Row, any::AnyRow};

/// How much later than its deadline a play may end, in milliseconds: deadlines are swept four times a second, and a busy
/// machine or a server that starts anew needs a little longer.
const SLACK_MS: i64 = MINUTE;

/// For every accepted play without an end: its deadline isn't past.
pub(super) async fn plays(tx: &mut Snapshot, now: Timestamp, spans: Spans, findings: &mut Findings) -> Result<()> {
    let sql = "SELECT p.id, p.state, p.stage, p.duration_ms, j.player_seen_at, j.rules, v.timezone FROM plays p \
               LEFT JOIN jukeboxes j ON j.id = p.jukebox LEFT JOIN venues v ON v.id = j.venue \
               WHERE p.state IN ('queued', 'handed', 'started') ORDER BY p.id";
    for row in sqlx::query(sql).fetch_all(&mut **tx).await? {
        let subject = format!("play {}", row.try_get::<String, _>(0)?);
        let state: String = row.try_get(1)?;
        match deadline(&row, now, spans) {
            Ok(Deadline::At(at)) if now > at.plus(SLACK_MS) => {
                let detail = format!("is {state}, but should have ended by {}", rfc3339(at));
                findings.add(Trouble::Overdue, subject, detail);
            }
            Ok(Deadline::RoomClosed) => findings.add(Trouble::Overdue, subject, "waits in a room that is closed"),
            Ok(Deadline::At(_)) => {}
            Err(why) => findings.add(Trouble::Unreadable, subject, format!("is {state}, but {why}")),
        }
    }
    Ok(())
}

enum Deadline {
    At(Timestamp),
    RoomClosed,
}

/// When a live play ends at the latest; in words why that can't be told.
fn deadline(row: &AnyRow, now: Timestamp, spans: Spans) -> std::result::Result<Deadline, String> {
    let lacks = |error: sqlx::Error| format!("a column can't be read: {error}");
    let stage: String = row.try_get(2).map_err(lacks)?;
    let stage: Stage = serde_json::from_str(&stage).map_err(|error| format!("its stage can't be read: {error}"))?;
    let duration_ms: i64 = row.try_get(3).map_err(lacks)?;
    let seen_at: Option<i64> = row.try_get(4).map_err(lacks)?;
    let seen_at = Timestamp(seen_at.ok_or("its jukebox isn't there")?);
    if stage == Stage::Queued {
        let rules: Option<String> = row.try_get(5).map_err(lacks)?;
        let rules: HouseRules = serde_json::from_str(&rules.unwrap_or_default())
            .map_err(|error| format!("the rules of its jukebox can't be read: {error}"))?;
        let timezone: Option<String> = row.try_get(6).map_err(lacks)?;
        let timezone = timezone.ok_or("its venue isn't there")?;
        let open_at = |at: Timestamp| house_clock(at, &timezone, &rules.hours).open;
        if !open_at(now) && !open_at(now.plus(-SLACK_MS)) {
            return Ok(Deadline::RoomClosed);
        }
    }
    Ok(Deadline::At(stage.ends_by(duration_ms, seen_at, spans)))
}
