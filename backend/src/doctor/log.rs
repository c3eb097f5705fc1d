//! The end of the topic `plays` against what the database says that it published.

use super::{Findings, Tail, Trouble};
use crate::{
    config::LogConfig,
    log::{
        LogError,
        kafka::{client, tail, topic},
    },
    store::{Result, Store},
};
use jukeline_app::{events::Stamped, version::Version};
use sqlx::Row;
use std::collections::BTreeMap;

/// The last fact about a jukebox that the database has marked as published.
struct Published {
    version: Version,
    payload: String,
}

/// For every jukebox: the log ends at what the database published last, or at a later fact that the database has too.
pub(super) async fn compare(config: &LogConfig, store: &Store, findings: &mut Findings) -> Result<()> {
    let published = published(store).await?;
    let name = topic(config, "plays");
    let (client, wanted) = (client(config), published.keys().cloned().collect());
    let group = format!("{}live", config.topic_prefix);
    let read = tokio::task::spawn_blocking(move || tail::read(client, &group, &name, wanted)).await;
    let read = read.map_err(|error| LogError::Unreachable(error.to_string())).flatten();
    let ends = match read {
        Ok(ends) => ends,
        Err(error) => {
            findings.add(Trouble::Log, "the log", format!("can't be compared: {error}"));
            findings.tail = Some(Tail::default());
            return Ok(());
        }
    };
    let mut tail = Tail { compared: 0, records: ends.records, unread: Vec::new() };
    for (jukebox, published) in &published {
        let subject = format!("jukebox {jukebox}");
        let Some(last) = ends.last.get(jukebox) else {
            let n = published.version.n;
            if ends.whole {
                let detail = format!("has nothing in the log, but the database published up to fact {n}");
                findings.add(Trouble::Log, subject, detail);
            } else {
                tail.unread.push(format!("{subject}, published up to fact {n}: its last record lies further back"));
            }
            continue;
        };
        tail.compared += 1;
        if let Some(detail) = differs(store, published, last).await? {
            findings.add(Trouble::Log, subject, detail);
        }
    }
    for (jukebox, last) in ends.last.iter().filter(|(jukebox, _)| !published.contains_key(*jukebox)) {
        if known(store, &last.id).await?.is_none() {
            let detail = "is in the log, but the database has nothing of it";
            findings.add(Trouble::Log, format!("jukebox {jukebox}"), detail);
        }
    }
    findings.tail = Some(tail);
    Ok(())
}

/// What is wrong with the log's last fact about a jukebox, in words.
async fn differs(store: &Store, published: &Published, last: &tail::Record) -> Result<Option<String>> {
    let Some(version) = last.version else {
        return Ok(Some("ends in the log with a record that can't be read".into()));
    };
    if version < published.version {
        let (log, database) = (version.n, published.version.n);
        return Ok(Some(format!("ends in the log at fact {log}, but the database published up to {database}")));
    }
    // What was published since the snapshot is in the database all the same: facts are written there first.
    let stands = match version == published.version {
        true => Some(published.payload.clone()),
        false => known(store, &last.id).await?,
    };
    Ok(match stands {
        Some(payload) if payload == last.payload => None,
        Some(_) => Some(format!("has another fact {} in the log than in the database", version.n)),
        None => Some(format!("ends in the log at fact {}, which the database doesn't have", version.n)),
    })
}

async fn published(store: &Store) -> Result<BTreeMap<String, Published>> {
    let sql = "SELECT o.key, o.payload FROM outbox o JOIN (SELECT key AS jukebox, MAX(seq) AS seq FROM outbox \
               WHERE topic = 'plays' AND published_at IS NOT NULL GROUP BY key) l ON l.seq = o.seq";
    let mut published = BTreeMap::new();
    for row in sqlx::query(sql).fetch_all(store.read()).await? {
        let payload: String = row.try_get(1)?;
        // One that can't be read was named already.
        let Ok(Stamped { version, .. }) = serde_json::from_str(&payload) else { continue };
        published.insert(row.try_get(0)?, Published { version, payload });
    }
    Ok(published)
}

/// A fact by its `ce_id`, as the database has it now.
async fn known(store: &Store, id: &str) -> Result<Option<String>> {
    let sql = "SELECT payload FROM outbox WHERE topic = 'plays' AND ce_id = $1";
    Ok(sqlx::query_scalar(sql).bind(id).fetch_optional(store.read()).await?)
}
