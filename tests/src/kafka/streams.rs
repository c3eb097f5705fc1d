//! An engine of others that counts what the topic holds: Kafka Streams, to compare with.

use std::fs;

use anyhow::{Context, Result};
use jukeline_app::{
    id::{SongId, VenueId},
    time::Timestamp,
};
use serde::Deserialize;

use super::{Kafka, java};
use crate::machine;

/// The program. It takes what is wanted as `<venue or *>/<first night>/<last night>`.
const PROGRAM: &str = include_str!("../../streams/Top10.java");

/// The program that counts as the reader of charts does, to compare how fast.
const COUNTING: &str = include_str!("../../streams/ChartCounts.java");

/// Where songs were heard: at one venue, or anywhere.
pub type Place = Option<VenueId>;
/// The first and the last night that count, `YYYYMMDD`; nothing for all.
pub type Nights = Option<(u32, u32)>;

/// A song with its count.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Counted {
    /// The song.
    pub song: SongId,
    /// How often it was heard.
    pub plays: u32,
    /// When it was heard last.
    pub last_heard_at: Timestamp,
}

/// What counting a topic took.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Counting {
    /// Records of the topic.
    pub records: u64,
    /// Songs that were heard, as counted.
    pub plays: u64,
    /// How long it took, from the program's start of the topology to its commit of the last record.
    pub seconds: f64,
    /// How much of the processor it took meanwhile: 1 for a second of one core.
    pub cpu_seconds: f64,
}

/// Counts what `topic` holds now, exactly once and with its state kept, as the reader of charts does.
///
/// # Errors
/// Java is missing, or the program fails.
pub async fn chart_counts(kafka: &Kafka, topic: &str) -> Result<Counting> {
    let folder = tempfile::Builder::new().prefix("jukeline-streams-").tempdir()?;
    let file = folder.path().join("ChartCounts.java");
    fs::write(&file, COUNTING)?;
    let mut command = java::measured(&file, folder.path())?;
    command.arg(kafka.bootstrap()).arg(topic);
    let printed = machine::run(command).await?;
    let last = printed.lines().rfind(|line| line.starts_with('{')).context("nothing printed")?;
    serde_json::from_str(last).with_context(|| printed.clone())
}

/// The ten songs that were heard most for each of the wanted, by what `topic` holds now.
///
/// # Errors
/// Java is missing, or the program fails.
pub async fn top10(kafka: &Kafka, topic: &str, wanted: &[(Place, Nights)]) -> Result<Vec<Vec<Counted>>> {
    let folder = tempfile::Builder::new().prefix("jukeline-streams-").tempdir()?;
    let file = folder.path().join("Top10.java");
    fs::write(&file, PROGRAM)?;
    let mut command = java::source(&file, folder.path())?;
    command.arg(kafka.bootstrap()).arg(topic).args(wanted.iter().map(argument));
    let printed = machine::run(command).await?;
    // Warnings come before it.
    let last = printed.lines().last().context("nothing printed")?;
    serde_json::from_str(last).with_context(|| printed.clone())
}

fn argument((place, nights): &(Place, Nights)) -> String {
    let place = place.map_or_else(|| "*".to_owned(), |venue| venue.to_string());
    let (from, to) = nights.unwrap_or((0, 99_991_231));
    format!("{place}/{from}/{to}")
}
