//! Reading everything a batch needs, locks in a fixed order: jukeboxes by id, then accounts by id.

use super::Command;
use crate::store::{self, Kind, Result, Tx, floor::Loaded, ledger, plays};
use jukeline_app::{
    api::Report,
    events::{PlayRequested, Request},
    id::{AccountId, JukeboxId, PlayId, SongId},
    ledger::Lot,
    song::Recording,
    time::Timestamp,
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// All that a batch needs to know.
pub(crate) struct Gathered {
    pub(crate) floors: BTreeMap<JukeboxId, Loaded>,
    /// Accounts' versions, as read and as raised.
    pub(crate) versions: HashMap<AccountId, (i64, i64)>,
    pub(crate) lots: HashMap<AccountId, Vec<Lot>>,
    pub(crate) recordings: HashMap<SongId, Recording>,
    /// Plays with these ids that exist already.
    pub(crate) known: HashSet<PlayId>,
    pub(crate) last_rounds: HashMap<(JukeboxId, AccountId), i64>,
    pub(crate) last_started: HashMap<(JukeboxId, String), Timestamp>,
    /// Returned plays that a player reports as finished for the first time.
    pub(crate) unpaid: HashSet<PlayId>,
    pub(crate) free_plays: HashMap<(JukeboxId, AccountId), u32>,
}

/// How many commands from the front can share one reading of the purses: all, up to a patron who asks again after
/// something else happened to their credits.
pub(crate) fn independent(commands: &[Option<(JukeboxId, Command)>]) -> usize {
    let mut credits_may_move = false;
    for (index, command) in commands.iter().enumerate() {
        match command {
            Some((_, Command::Asked(Request::PlayRequested(_)))) if credits_may_move => return index,
            Some((_, Command::Asked(Request::PlayRequested(_)))) | None => {}
            Some(_) => credits_may_move = true,
        }
    }
    commands.len()
}

fn requests(commands: &[(JukeboxId, Command)]) -> impl Iterator<Item = (JukeboxId, &PlayRequested)> {
    commands.iter().filter_map(|(jukebox, command)| match command {
        Command::Asked(Request::PlayRequested(request)) => Some((*jukebox, request)),
        _ => None,
    })
}

/// Locks and reads.
pub(crate) async fn gather(
    tx: &mut Tx,
    kind: Kind,
    commands: &[(JukeboxId, Command)],
    now: Timestamp,
) -> Result<Gathered> {
    let jukeboxes: Vec<JukeboxId> = commands.iter().map(|(jukebox, _)| *jukebox).collect();
    let floors = store::floor::lock(tx, kind, &jukeboxes).await?;
    let askers: Vec<AccountId> = distinct(requests(commands).map(|(_, request)| request.account));
    let only_requests =
        commands.iter().all(|(_, command)| matches!(command, Command::Asked(Request::PlayRequested(_))));
    let mut accounts = askers.clone();
    if !only_requests {
        let paid = floors.values().flat_map(|loaded| &loaded.floor.entries).filter(|entry| entry.price > 0);
        accounts.extend(paid.map(|entry| entry.account));
    }
    let versions = ledger::versions(tx, kind, &accounts).await?;
    let songs = distinct(requests(commands).map(|(_, request)| request.song));
    let recordings = plays::recordings(tx, &songs).await?;
    let ids: Vec<PlayId> = requests(commands).map(|(_, request)| request.play).collect();
    let pairs = distinct(requests(commands).map(|(jukebox, request)| (jukebox, request.account)));
    let songs_here = distinct(requests(commands).filter_map(|(jukebox, request)| {
        recordings.get(&request.song).map(|recording| (jukebox, recording.recording.clone()))
    }));
    let history = plays::history(tx, &pairs, now).await?;
    Ok(Gathered {
        versions,
        lots: ledger::lots(tx, &askers).await?,
        known: plays::known(tx, &ids).await?,
        unpaid: plays::played_unpaid(tx, &finished(commands), now).await?,
        last_rounds: history.last_rounds,
        free_plays: history.free_plays,
        last_started: plays::last_started(tx, &songs_here).await?,
        recordings,
        floors,
    })
}

fn finished(commands: &[(JukeboxId, Command)]) -> Vec<PlayId> {
    let play = |command: &Command| match command {
        Command::Asked(Request::ScreenReported { play, report: Report::Finished, .. }) => Some(*play),
        _ => None,
    };
    commands.iter().filter_map(|(_, command)| play(command)).collect()
}

fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.collect::<std::collections::BTreeSet<T>>().into_iter().collect()
}
