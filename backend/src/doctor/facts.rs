//! Facts about plays against the rows: no gap, and one end at the most.

use super::{Findings, Snapshot, Trouble};
use crate::store::Result;
use futures_util::TryStreamExt;
use jukeline_app::{
    events::{Fact, Stamped},
    version::Version,
};
use sqlx::Row;
use std::collections::HashMap;

/// What the facts say of one play.
#[derive(Default)]
struct Life {
    queued: u32,
    ends: u32,
    started: HashMap<i64, u32>,
}

/// What the facts say.
#[derive(Default)]
struct Told {
    lives: HashMap<String, Life>,
    versions: HashMap<String, Version>,
}

/// For every play: queued once, ended at most once, as its row says; for every jukebox: facts without gaps up to its
/// version.
pub(super) async fn plays(tx: &mut Snapshot, findings: &mut Findings) -> Result<()> {
    let mut told = Told::default();
    let mut rows = sqlx::query("SELECT ce_id, payload FROM outbox WHERE topic = 'plays' ORDER BY seq").fetch(&mut **tx);
    while let Some(row) = rows.try_next().await? {
        let (id, payload): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        match serde_json::from_str::<Stamped>(&payload) {
            Ok(stamped) => told.note(&stamped, findings),
            Err(error) => findings.add(Trouble::Unreadable, format!("fact {id}"), format!("can't be read: {error}")),
        }
    }
    drop(rows);
    compare_versions(tx, &told.versions, findings).await?;
    compare_lives(tx, &told.lives, findings).await
}

impl Told {
    fn note(&mut self, stamped: &Stamped, findings: &mut Findings) {
        findings.facts += 1;
        let jukebox = stamped.jukebox.to_string();
        let last = self.versions.entry(jukebox.clone()).or_default();
        // A restored database goes on in a higher epoch.
        if stamped.version.n != last.n + 1 || stamped.version.epoch < last.epoch {
            let Version { epoch, n } = stamped.version;
            let detail = format!("fact {n} of epoch {epoch} follows {} of epoch {}", last.n, last.epoch);
            findings.add(Trouble::Version, format!("jukebox {jukebox}"), detail);
        }
        *last = stamped.version;
        match &stamped.fact {
            Fact::Queued { play, .. } => self.life(play.to_string()).queued += 1,
            Fact::Started { play, attempt, .. } => {
                *self.life(play.to_string()).started.entry(*attempt).or_default() += 1;
            }
            Fact::Finished { play, .. } | Fact::Returned { play, .. } => self.life(play.to_string()).ends += 1,
            _ => {}
        }
    }

    fn life(&mut self, play: String) -> &mut Life {
        self.lives.entry(play).or_default()
    }
}

async fn compare_versions(
    tx: &mut Snapshot,
    versions: &HashMap<String, Version>,
    findings: &mut Findings,
) -> Result<()> {
    let rows = sqlx::query("SELECT id, n FROM jukeboxes ORDER BY id").fetch_all(&mut **tx).await?;
    findings.jukeboxes = rows.len();
    for row in rows {
        let (jukebox, n): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        let told = versions.get(&jukebox).map_or(0, |version| version.n);
        if told != n {
            let detail = format!("is at version {n}, its facts at {told}");
            findings.add(Trouble::Version, format!("jukebox {jukebox}"), detail);
        }
    }
    Ok(())
}

async fn compare_lives(tx: &mut Snapshot, lives: &HashMap<String, Life>, findings: &mut Findings) -> Result<()> {
    let sql = "SELECT id, state FROM plays WHERE state <> 'declined' ORDER BY id";
    let rows = sqlx::query(sql).fetch_all(&mut **tx).await?;
    findings.accepted = rows.len();
    let none = Life::default();
    for row in rows {
        let (play, state): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let over = matches!(state.as_str(), "finished" | "returned");
        findings.ended += usize::from(over);
        let life = lives.get(&play).unwrap_or(&none);
        let subject = format!("play {play}");
        if life.queued != 1 || life.ends != u32::from(over) {
            let detail = format!("is {state}, but was queued {} and ended {} times", life.queued, life.ends);
            findings.add(Trouble::Life, &subject, detail);
        }
        if life.started.values().any(|times| *times > 1) {
            findings.add(Trouble::Life, &subject, "was started twice in one handing");
        }
    }
    Ok(())
}
