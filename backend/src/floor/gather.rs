//! Reading everything a batch needs, locks in a fixed order: jukeboxes by id, then accounts by id.

use super::Command;
use crate::store::{
    self, Result, Store, Tx,
    floor::Loaded,
    ledger::{self, AccountVersion},
    plays::{self, Asking, Past},
};
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
    pub(crate) versions: HashMap<AccountId, AccountVersion>,
    pub(crate) lots: HashMap<AccountId, Vec<Lot>>,
    pub(crate) recordings: HashMap<SongId, Recording>,
    /// What happened before.
    pub(crate) past: Past,
    /// Returned plays that a player reports as finished for the first time.
    pub(crate) unpaid: HashSet<PlayId>,
}

/// How many commands from the front can share one reading of the purses: all, up to a patron who asks again after
/// something else happened to their credits.
pub(crate) fn independent(commands: &[Option<(JukeboxId, Command)>]) -> usize {
    let mut credits_may_move = false;
    for (index, command) in commands.iter().enumerate() {
        match command {
            Some((_, command)) if command.is_play_requested() && credits_may_move => return index,
            Some((_, command)) => credits_may_move |= !command.is_play_requested(),
            None => {}
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

/// The songs that a batch asks for. They never change, so that they are read before anything is locked.
pub(crate) async fn recordings(store: &Store, commands: &[(JukeboxId, Command)]) -> Result<HashMap<SongId, Recording>> {
    let songs = distinct(requests(commands).map(|(_, request)| request.song));
    let songs = store::songs::by_ids(store, &songs).await?;
    Ok(songs.iter().map(|song| (song.brief.id, song.recording.clone())).collect())
}

/// Locks and reads; with the clock behind the locks. Nothing when there is none of the jukeboxes.
pub(crate) async fn gather(
    tx: &mut Tx,
    store: &Store,
    commands: &[(JukeboxId, Command)],
    recordings: HashMap<SongId, Recording>,
) -> Result<Option<(Gathered, Timestamp)>> {
    let jukeboxes: Vec<JukeboxId> = commands.iter().map(|(jukebox, _)| *jukebox).collect();
    let (floors, now) = store::floor::lock(tx, store, &jukeboxes).await?;
    let Some(now) = now else { return Ok(None) };
    let askers: Vec<AccountId> = distinct(requests(commands).map(|(_, request)| request.account));
    let only_requests = commands.iter().all(|(_, command)| command.is_play_requested());
    let mut accounts = askers.clone();
    if !only_requests {
        let paid = floors.values().flat_map(|loaded| &loaded.floor.entries).filter(|entry| entry.price > 0);
        accounts.extend(paid.map(|entry| entry.account));
    }
    let versions = ledger::versions(tx, store.kind(), &accounts).await?;
    let asking: Vec<Asking> = requests(commands)
        .map(|(jukebox, request)| Asking {
            play: request.play,
            jukebox,
            account: request.account,
            recording: recordings.get(&request.song).map(|song| song.recording.clone()).unwrap_or_default(),
        })
        .collect();
    let past = plays::past(tx, &asking, now).await?;
    let gathered = Gathered {
        versions,
        lots: ledger::lots(tx, &askers).await?,
        unpaid: plays::played_unpaid(tx, &finished(commands), now).await?,
        past,
        recordings,
        floors,
    };
    Ok(Some((gathered, now)))
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
