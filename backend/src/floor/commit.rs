//! Writing what a batch decided: state, ledger and outbox in the caller's transaction.

use super::{Record, gather::Gathered};
use crate::{
    context::Context,
    crash,
    store::{
        self, Kind, Result, Tx,
        floor::{Loaded, NewPlay, Saved, Written, end_plays, insert_plays, save, update_entries},
        ledger::{self, NewTransfer, settle},
        outbox::{Letter, put_all},
    },
};
use jukeline_app::{
    api::DeclineReason,
    cashier::Purse,
    conductor::{Admission, Entry, Floor, Moment, Outcome, Stage, wake_at},
    events::{Fact, PlayRequested, Stamped},
    id::{AccountId, JukeboxId, PlayId, VenueId},
    ledger::{Book, LedgerFact, Move, Phase},
    time::Timestamp,
};
use std::collections::HashMap;
use uuid::Uuid;

/// What admission decided, until it is written.
#[derive(Default)]
pub(crate) struct Decided {
    requests: HashMap<PlayId, PlayRequested>,
}

impl Decided {
    /// Lets the conductor decide one request and keeps the purse in step for the next one of the batch.
    pub(crate) fn admit(
        &mut self,
        gathered: &mut Gathered,
        jukebox: JukeboxId,
        request: &PlayRequested,
        moment: Moment,
    ) {
        // The same request again, or somebody else's id: decided once, and this changes nothing.
        if gathered.past.known.contains(&request.play) {
            return;
        }
        if !gathered.versions.contains_key(&request.account) {
            return;
        }
        let Some(loaded) = gathered.floors.get_mut(&jukebox) else { return };
        let pair = (jukebox, request.account);
        let recording = gathered.recordings.get(&request.song).cloned();
        let last_started =
            recording.as_ref().and_then(|r| gathered.past.last_started.get(&(jukebox, r.recording.clone())).copied());
        let purse = Purse {
            lots: gathered.lots.get(&request.account).cloned().unwrap_or_default(),
            free_this_hour: gathered.past.free_plays.get(&pair).copied().unwrap_or(0),
        };
        let admission =
            Admission { recording, purse, last_round: gathered.past.last_rounds.get(&pair).copied(), last_started };
        let moves_before = loaded.floor.outcome.moves.len();
        loaded.floor.admit(request, &admission, moment);
        gathered.past.known.insert(request.play);
        self.requests.insert(request.play, request.clone());
        let Some(entry) = loaded.floor.entries.iter().find(|entry| entry.play == request.play) else { return };
        gathered.past.last_rounds.insert(pair, entry.round);
        if entry.price == 0 {
            *gathered.past.free_plays.entry(pair).or_default() += 1;
        }
        for made in &loaded.floor.outcome.moves[moves_before..] {
            let Move::Reserve { legs, account, .. } = made else { continue };
            for lot in gathered.lots.entry(*account).or_default() {
                lot.available -= legs.iter().filter(|leg| leg.lot == lot.id).map(|leg| leg.amount).sum::<i64>();
            }
        }
    }
}

/// What a transaction wrote, for this process to know once it is committed.
#[derive(Debug, Default)]
#[must_use]
pub(crate) struct Committed {
    lines: Written,
    facts: Vec<Stamped>,
}

impl Committed {
    /// To be called after the commit, and only then.
    pub(crate) fn tell(self, context: &Context) {
        self.lines.committed(&context.store);
        context.live.committed(self.facts);
    }
}

/// Writes everything.
pub(crate) async fn commit(
    context: &Context,
    tx: &mut Tx,
    gathered: &mut Gathered,
    decided: Decided,
    now: Timestamp,
) -> Result<Committed> {
    let (kind, spans) = (context.store.kind(), context.config.spans());
    let mut letters = Vec::new();
    let mut moves = Vec::new();
    let mut outcomes = Vec::new();
    for loaded in gathered.floors.values_mut() {
        let outcome = std::mem::take(&mut loaded.floor.outcome);
        letters.extend(facts(&loaded.floor, &outcome, now)?);
        moves.extend(outcome.moves.iter().cloned().map(|made| (loaded.floor.venue, made)));
        outcomes.push(outcome);
    }
    let floors = || gathered.floors.values().zip(&outcomes);
    write_plays(tx, floors(), &decided).await?;
    let saved: Vec<Saved<'_>> = floors()
        .map(|(loaded, outcome)| {
            let moment = super::moment(now, &loaded.timezone, &loaded.floor.rules.hours, spans);
            let line_moved = !outcome.ended.is_empty() || loaded.floor.entries.iter().any(|entry| entry.changed);
            Saved { loaded, wake_at: wake_at(&loaded.floor, moment), line_moved }
        })
        .collect();
    save(tx, &saved).await?;
    crash::point("plays-written");
    let mut lines = Written::default();
    saved.iter().for_each(|saved| lines.add(saved));
    let facts = outcomes.into_iter().flat_map(|outcome| outcome.facts).collect();
    letters.extend(write_moves(tx, kind, gathered, moves, now).await?);
    crash::point("credits-moved");
    put_all(tx, &letters).await?;
    if kind == Kind::Postgres && !letters.is_empty() && !context.live.relays() {
        sqlx::raw_sql("NOTIFY jukeline_outbox").execute(&mut **tx).await?;
    }
    Ok(Committed { lines, facts })
}

fn facts(floor: &Floor, outcome: &Outcome, now: Timestamp) -> Result<Vec<Letter>> {
    let (key, stream) = (floor.jukebox.to_string(), format!("jukebox/{}", floor.jukebox));
    let letter = |stamped: &Stamped| {
        let version = stamped.version;
        Letter::new("plays", &key, &stream, version.epoch, version.n, stamped.fact.name(), now, stamped)
    };
    outcome.facts.iter().map(letter).collect()
}

async fn write_plays(tx: &mut Tx, floors: impl Iterator<Item = (&Loaded, &Outcome)>, decided: &Decided) -> Result<()> {
    let (mut new, mut changed, mut heard, mut ended) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (Loaded { floor, .. }, outcome) in floors {
        let fresh = new_plays(floor, outcome, decided)?;
        let is_fresh = |entry: &Entry| fresh.iter().any(|new| new.entry.play == entry.play);
        changed.extend(floor.entries.iter().filter(|entry| entry.changed && !is_fresh(entry)));
        new.extend(fresh);
        for stamped in &outcome.facts {
            if let Fact::Heard { play, heard_at, .. } = &stamped.fact {
                heard.push((*play, *heard_at));
            }
        }
        let at = outcome.facts.last().map_or(Timestamp(0), |stamped| stamped.at);
        ended.extend(outcome.ended.iter().map(|(entry, end)| (entry.clone(), *end, at)));
    }
    insert_plays(tx, &new).await?;
    update_entries(tx, &changed).await?;
    for (play, at) in heard {
        store::floor::heard(tx, play, at).await?;
    }
    end_plays(tx, &ended).await
}

fn new_plays(floor: &Floor, outcome: &Outcome, decided: &Decided) -> Result<Vec<NewPlay>> {
    let mut new = Vec::new();
    for stamped in &outcome.facts {
        let (play, declined) = match &stamped.fact {
            Fact::Queued { play, .. } => (*play, None),
            Fact::Declined { play, reason, .. } => (*play, Some(*reason)),
            _ => continue,
        };
        let Some(request) = decided.requests.get(&play) else { continue };
        let ended = outcome.ended.iter().find(|(entry, _)| entry.play == play).map(|(entry, _)| entry);
        let live = floor.entries.iter().find(|entry| entry.play == play);
        let entry = live.or(ended).cloned().unwrap_or_else(|| declined_entry(request));
        new.push(new_play(floor.jukebox, entry, request, declined)?);
    }
    Ok(new)
}

fn new_play(
    jukebox: JukeboxId,
    entry: Entry,
    request: &PlayRequested,
    declined: Option<DeclineReason>,
) -> Result<NewPlay> {
    let declined = declined.map(|reason| store::to_json("plays", &reason)).transpose()?;
    Ok(NewPlay { jukebox, entry, content: request.content(), requested_at: request.received_at, declined })
}

fn declined_entry(request: &PlayRequested) -> Entry {
    Entry {
        play: request.play,
        account: request.account,
        song: request.song,
        recording: String::new(),
        duration_ms: 0,
        price: 0,
        sooner: request.sooner,
        round: 0,
        rank: 0,
        passed_by_jumps: 0,
        passed_by_turns: 0,
        latest: request.valid_until,
        attempt: 0,
        stage: Stage::Queued,
        changed: false,
    }
}

/// Turns the conductor's moves into transfers and their facts.
async fn write_moves(
    tx: &mut Tx,
    kind: Kind,
    gathered: &mut Gathered,
    moves: Vec<(VenueId, Move)>,
    now: Timestamp,
) -> Result<Vec<Letter>> {
    let settled: Vec<PlayId> = moves
        .iter()
        .filter_map(|(_, made)| match made {
            Move::Capture { play, .. } | Move::Release { play, .. } => Some(*play),
            Move::Reserve { .. } => None,
        })
        .collect();
    lock_missing(tx, kind, gathered, &moves).await?;
    // Reservations first: what was queued and returned in one batch has its legs by then.
    let reservations: Vec<(Uuid, NewTransfer)> = moves.iter().flat_map(|(venue, made)| reserve(*venue, made)).collect();
    ledger::write(tx, &reservations, now).await?;
    let pending = ledger::pending(tx, &settled).await?;
    let mut transfers: Vec<(Uuid, NewTransfer)> = Vec::new();
    let mut letters = Vec::new();
    for (venue, made) in moves {
        let (account, fact) = match made {
            Move::Reserve { play, account, legs } => {
                let amount = legs.iter().map(|leg| leg.amount).sum();
                (account, LedgerFact::Reserved { account, play, amount })
            }
            Move::Capture { play, account, amount } => {
                transfers.extend(
                    pending
                        .get(&play)
                        .into_iter()
                        .flatten()
                        .map(|leg| (Uuid::now_v7(), settle(play, account, venue, leg, true))),
                );
                (account, LedgerFact::Captured { account, play, amount })
            }
            Move::Release { play, account, amount } => {
                transfers.extend(
                    pending
                        .get(&play)
                        .into_iter()
                        .flatten()
                        .map(|leg| (Uuid::now_v7(), settle(play, account, venue, leg, false))),
                );
                (account, LedgerFact::Released { account, play, amount })
            }
        };
        letters.push(ledger::letter(&mut gathered.versions, account, &fact, now)?);
    }
    ledger::write(tx, &transfers, now).await?;
    ledger::save_versions(tx, &gathered.versions).await?;
    Ok(letters)
}

/// Accounts that only a merge between reading and writing could have brought in.
async fn lock_missing(tx: &mut Tx, kind: Kind, gathered: &mut Gathered, moves: &[(VenueId, Move)]) -> Result<()> {
    let accounts = moves.iter().map(|(_, made)| match made {
        Move::Reserve { account, .. } | Move::Capture { account, .. } | Move::Release { account, .. } => *account,
    });
    let missing: Vec<AccountId> = accounts.filter(|account| !gathered.versions.contains_key(account)).collect();
    if !missing.is_empty() {
        gathered.versions.extend(ledger::versions(tx, kind, &missing).await?);
    }
    Ok(())
}

fn reserve(venue: VenueId, made: &Move) -> Vec<(Uuid, NewTransfer)> {
    let Move::Reserve { play, account, legs } = made else { return Vec::new() };
    let transfer = |leg: &jukeline_app::ledger::Leg| NewTransfer {
        kind: "reserve",
        phase: Phase::Pending,
        pending: None,
        debit: Book::Lot(leg.lot),
        credit: Book::Revenue(venue),
        amount: leg.amount,
        account: *account,
        play: Some(*play),
        purchase: None,
    };
    legs.iter().map(|leg| (Uuid::now_v7(), transfer(leg))).collect()
}

/// Sends a record that can't be read where somebody can look at it, with the offset it had.
pub(crate) async fn dead_letter(tx: &mut Tx, context: &Context, partition: i64, record: &Record) -> Result<()> {
    let now = store::now(context.store.kind(), tx).await?;
    let payload = serde_json::json!({ "offset": record.offset, "key": record.key, "payload": record.payload });
    // What others produce may lack an id: partition and offset keep such records apart.
    let stream = format!("dead-letter/{partition}/{}", record.id);
    let letter =
        Letter::new("requests.dead-letters", &record.key, &stream, 0, record.offset, "DeadLetter", now, &payload)?;
    put_all(tx, &[letter]).await
}
