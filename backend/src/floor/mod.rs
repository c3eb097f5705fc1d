//! The floor: the one consumer that decides. It reads requests of a partition in order, lets the conductor and the
//! cashier decide, and writes state, transfers, offset and outbox rows in one transaction a batch.

mod commit;
mod gather;
pub mod sweep;

pub use crate::log::{Handled, Record};

use crate::{
    context::Context,
    crash,
    store::{self, StoreError, offsets},
};
use jukeline_app::{
    conductor::{Heard, Moment, Spans},
    events::Request,
    hours::house_clock,
    id::{JukeboxId, SongId},
    song::Recording,
    time::Timestamp,
};
use std::{collections::HashMap, sync::atomic::Ordering};

/// The name of the floor's consumer group and of its rows in `offsets`.
pub const READER: &str = "floor";
/// The topic it reads, without prefix.
pub const TOPIC: &str = "requests";

/// Why a batch was not handled.
#[derive(Debug, thiserror::Error)]
pub enum FloorError {
    /// Try again later.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record of a type that this version doesn't know: the partition stops, so that nothing is lost.
    #[error("offset {offset} holds a record of an unknown type: update this program")]
    UnknownType {
        /// Where.
        offset: i64,
    },
}

/// What is to be decided about a jukebox.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    /// From the log.
    Asked(Request),
    /// Deadlines passed.
    Tick,
}

impl Command {
    fn is_play_requested(&self) -> bool {
        matches!(self, Command::Asked(Request::PlayRequested(_)))
    }
}

/// Handles a batch of one partition: all of it or nothing.
///
/// Records from several jukeboxes may be mixed. A batch is cut where a patron asks again after credits of theirs went
/// back in the same batch: the purse is read anew then.
pub async fn handle(context: &Context, partition: i64, records: &[Record]) -> Result<Handled, FloorError> {
    let mut rest = records;
    while let Some(first) = rest.first() {
        let mut tx = context.store.begin().await?;
        let Some((taken, committed)) = decide_front(context, &mut tx, partition, rest).await? else {
            tx.rollback().await.map_err(StoreError::from)?;
            match offsets::read(&context.store, READER, TOPIC, partition).await? {
                Some(place) => return Ok(Handled::Elsewhere { next: place.next }),
                None => offsets::begin_at(&context.store, READER, TOPIC, partition, first.offset).await?,
            }
            continue;
        };
        crash::point("floor-decided");
        tx.commit().await.map_err(StoreError::from)?;
        crash::point("floor-committed");
        committed.tell(context);
        context.health.floor.store(true, Ordering::Relaxed);
        rest = &rest[taken..];
    }
    Ok(Handled::Committed)
}

/// Decides as many of a partition's records as can share one reading of the purses, in the caller's transaction: how
/// many, and what to tell after the commit. Nothing when the reader isn't at the first of them: roll back.
pub(crate) async fn decide_front(
    context: &Context,
    tx: &mut store::Tx,
    partition: i64,
    records: &[Record],
) -> Result<Option<(usize, commit::Committed)>, FloorError> {
    let mut parsed = parse(records)?;
    let taken = gather::independent(&parsed.commands);
    parsed.truncate(taken);
    let committed = decide_parsed(context, tx, vec![(partition, &records[..taken], parsed)]).await?;
    Ok(committed.map(|committed| (taken, committed)))
}

/// Handles batches of several partitions in one transaction, those that can share one. Returns the partitions whose
/// batches were committed: the others are to be handled one by one.
pub async fn handle_together(context: &Context, batches: &[(i32, &[Record])]) -> Result<Vec<i32>, FloorError> {
    let mut requests_only = Vec::new();
    let mut without_requests = Vec::new();
    for (partition, records) in batches {
        let Ok(parsed) = parse(records) else { continue };
        let asks = parsed.commands.iter().flatten().filter(|(_, command)| command.is_play_requested()).count();
        let (readable, all) = (parsed.commands.iter().flatten().count(), parsed.commands.len());
        let part = (i64::from(*partition), *records, parsed);
        match asks {
            // A record of an unknown type stands in it.
            _ if all < records.len() => {}
            0 => without_requests.push(part),
            asks if asks == readable => requests_only.push(part),
            _ => {}
        }
    }
    // Patrons first: no purse is read after something else moved its credits.
    let parts: Vec<Part<'_>> = requests_only.into_iter().chain(without_requests).collect();
    if parts.len() < 2 {
        return Ok(Vec::new());
    }
    let partitions = parts.iter().filter_map(|(partition, ..)| i32::try_from(*partition).ok()).collect();
    let mut tx = context.store.begin().await?;
    let Some(committed) = decide_parsed(context, &mut tx, parts).await? else {
        tx.rollback().await.map_err(StoreError::from)?;
        return Ok(Vec::new());
    };
    crash::point("floor-decided");
    tx.commit().await.map_err(StoreError::from)?;
    crash::point("floor-committed");
    committed.tell(context);
    context.health.floor.store(true, Ordering::Relaxed);
    Ok(partitions)
}

/// A partition, its records, and what they say.
type Part<'r> = (i64, &'r [Record], Parsed<'r>);

/// Moves the reader over the records of each partition and decides what they say, in order. Nothing when the reader is
/// elsewhere in one of them: roll back.
async fn decide_parsed(
    context: &Context,
    tx: &mut store::Tx,
    parts: Vec<Part<'_>>,
) -> Result<Option<commit::Committed>, FloorError> {
    let mut asked = Vec::new();
    for (partition, records, parsed) in parts {
        let (Some(first), Some(last)) = (records.first(), records.last()) else { continue };
        if !offsets::advance(tx, READER, TOPIC, partition, first.offset, last.offset, &last.id).await? {
            return Ok(None);
        }
        for record in parsed.malformed {
            tracing::warn!(partition, offset = record.offset, "a malformed record went to the dead letters");
            commit::dead_letter(tx, context, partition, record).await?;
        }
        asked.extend(parsed.commands.into_iter().flatten());
    }
    let recordings = gather::recordings(&context.store, &asked).await?;
    Ok(Some(decide(context, tx, asked, recordings).await?))
}

/// What records say, one command for each that can be read.
struct Parsed<'r> {
    commands: Vec<Option<(JukeboxId, Command)>>,
    malformed: Vec<&'r Record>,
}

impl Parsed<'_> {
    /// Keeps what the first `taken` records say.
    fn truncate(&mut self, taken: usize) {
        let kept = self.commands[..taken].iter().filter(|command| command.is_none()).count();
        self.commands.truncate(taken);
        self.malformed.truncate(kept);
    }
}

/// Reads the records; malformed ones are kept apart, unknown types stop everything.
fn parse(records: &[Record]) -> Result<Parsed<'_>, FloorError> {
    let mut parsed = Parsed { commands: Vec::with_capacity(records.len()), malformed: Vec::new() };
    for (index, record) in records.iter().enumerate() {
        let request = serde_json::from_str::<Request>(&record.payload).ok();
        let jukebox = record.key.parse::<JukeboxId>().ok();
        match (request, jukebox) {
            (Some(request), Some(jukebox)) => parsed.commands.push(Some((jukebox, Command::Asked(request)))),
            // What stands before it is decided first; the next call begins with it.
            _ if has_unknown_type(&record.payload) && index > 0 => break,
            _ if has_unknown_type(&record.payload) => return Err(FloorError::UnknownType { offset: record.offset }),
            _ => {
                parsed.malformed.push(record);
                parsed.commands.push(None);
            }
        }
    }
    Ok(parsed)
}

fn has_unknown_type(payload: &str) -> bool {
    const KNOWN: [&str; 5] = ["PlayRequested", "TakeBackRequested", "StaffSaid", "ScreenReported", "PlayerClaimed"];
    let value: Option<serde_json::Value> = serde_json::from_str(payload).ok();
    let kind = value.as_ref().and_then(|value| value.get("type")).and_then(|kind| kind.as_str());
    kind.is_some_and(|kind| !KNOWN.contains(&kind))
}

/// Decides commands in order within a transaction and writes everything they caused.
pub(crate) async fn decide(
    context: &Context,
    tx: &mut store::Tx,
    commands: Vec<(JukeboxId, Command)>,
    recordings: HashMap<SongId, Recording>,
) -> Result<commit::Committed, StoreError> {
    let spans = context.config.spans();
    let Some((mut gathered, now)) = gather::gather(tx, &context.store, &commands, recordings).await? else {
        return Ok(commit::Committed::default());
    };
    let mut decided = commit::Decided::default();
    for (jukebox, command) in commands {
        let Some(loaded) = gathered.floors.get_mut(&jukebox) else { continue };
        let moment = moment(now, &loaded.timezone, &loaded.floor.rules.hours, spans);
        match command {
            Command::Tick => loaded.floor.tick(moment),
            Command::Asked(request) => ask(&mut gathered, &mut decided, jukebox, request, moment),
        }
    }
    commit::commit(context, tx, &mut gathered, decided, now).await
}

/// Now, by the database and by the venue's wall.
pub fn moment(now: Timestamp, timezone: &str, hours: &[jukeline_app::rules::Opening], spans: Spans) -> Moment {
    Moment { now, house: house_clock(now, timezone, hours), spans }
}

fn ask(
    gathered: &mut gather::Gathered,
    decided: &mut commit::Decided,
    jukebox: JukeboxId,
    request: Request,
    moment: Moment,
) {
    if let Request::PlayRequested(request) = request {
        return decided.admit(gathered, jukebox, &request, moment);
    }
    let Some(floor) = gathered.floors.get_mut(&jukebox).map(|loaded| &mut loaded.floor) else { return };
    match request {
        Request::PlayRequested(_) => {}
        Request::TakeBackRequested { play, account } => floor.take_back(play, account, moment),
        Request::StaffSaid { staff, said } => floor.staff(staff, said, moment),
        Request::PlayerClaimed { screen, claim, codecs, resume, .. } => {
            floor.claim(screen, claim, codecs, resume, moment)
        }
        Request::ScreenReported { play, .. } if gathered.unpaid.remove(&play) => floor.played_unpaid(play, moment),
        Request::ScreenReported { player_epoch, received_at, play, attempt, report, age_ms, .. } => {
            floor.report(play, report, Heard { player_epoch, received_at, attempt, age_ms }, moment);
        }
    }
}
