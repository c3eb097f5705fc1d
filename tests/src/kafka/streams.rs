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
