//! Writing what a batch decided: state, ledger and outbox in the caller's transaction.

use super::{Record, gather::Gathered};
use crate::{
    context::Context,
    store::{
        self, Kind, Result, Tx,
        floor::{NewPlay, end_plays, insert_plays, save, update_entries},
        ledger::{self, NewTransfer, settle},
        outbox::{Letter, put_all},
    },
};
use jukeline_app::{
    api::DeclineReason,
    cashier::Purse,
    conductor::{Admission, Entry, Moment, Outcome, Spans, Stage, wake_at},
    events::{Fact, PlayRequested},
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
        if gathered.known.contains(&request.play) {
            return;
        }
        if !gathered.versions.contains_key(&request.account) {
            return;
        }
        let Some(loaded) = gathered.floors.get_mut(&jukebox) else { return };
        let pair = (jukebox, request.account);
        let recording = gathered.recordings.get(&request.song).cloned();
        let last_started =
            recording.as_ref().and_then(|r| gathered.last_started.get(&(jukebox, r.recording.clone())).copied());
        let purse = Purse {
            lots: gathered.lots.get(&request.account).cloned().unwrap_or_default(),
            free_this_hour: gathered.free_plays.get(&pair).copied().unwrap_or(0),
        };
        let admission =
            Admission { recording, purse, last_round: gathered.last_rounds.get(&pair).copied(), last_started };
        let moves_before = loaded.floor.outcome.moves.len();
        loaded.floor.admit(request, &admission, moment);
        gathered.known.insert(request.play);
        self.requests.insert(request.play, request.clone());
        let Some(entry) = loaded.floor.entries.iter().find(|entry| entry.play == request.play) else { return };
        gathered.last_rounds.insert(pair, entry.round);
        if entry.price == 0 {
            *gathered.free_plays.entry(pair).or_default() += 1;
        }
        for made in &loaded.floor.outcome.moves[moves_before..] {
            let Move::Reserve { legs, account, .. } = made else { continue };
            for lot in gathered.lots.entry(*account).or_default() {
                lot.available -= legs.iter().filter(|leg| leg.lot == lot.id).map(|leg| leg.amount).sum::<i64>();
            }
        }
    }
}

/// Writes everything.
pub(crate) async fn commit(
    tx: &mut Tx,
    kind: Kind,
    gathered: &mut Gathered,
    decided: Decided,
    now: Timestamp,
    spans: Spans,
) -> Result<()> {
    let mut letters = Vec::new();
    let mut moves = Vec::new();
    for loaded in gathered.floors.values_mut() {
        let outcome = std::mem::take(&mut loaded.floor.outcome);
        let moment = super::moment(now, &loaded.timezone, &loaded.floor.rules.hours, spans);
        let floor = &loaded.floor;
        write_plays(tx, floor, &outcome, &decided).await?;
        for stamped in &outcome.facts {
            let stream = format!("jukebox/{}", floor.jukebox);
            let (version, name) = (stamped.version, stamped.fact.name());
            letters.push(Letter::new(
                "plays",
                &floor.jukebox.to_string(),
                &stream,
                version.epoch,
                version.n,
                name,
                now,
                stamped,
            )?);
        }
        moves.extend(outcome.moves.into_iter().map(|made| (floor.venue, made)));
        save(tx, loaded, wake_at(&loaded.floor, moment)).await?;
    }
    letters.extend(write_moves(tx, kind, gathered, moves, now).await?);
    put_all(tx, &letters).await?;
    if kind == Kind::Postgres && !letters.is_empty() {
        sqlx::raw_sql("NOTIFY jukeline_outbox").execute(&mut **tx).await?;
    }
    Ok(())
}

async fn write_plays(
    tx: &mut Tx,
    floor: &jukeline_app::conductor::Floor,
    outcome: &Outcome,
    decided: &Decided,
) -> Result<()> {
    let mut new = Vec::new();
    let mut fresh = std::collections::HashSet::new();
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
        fresh.insert(play);
        new.push(new_play(entry, request, declined)?);
    }
    insert_plays(tx, floor.jukebox, &new).await?;
    let changed: Vec<&Entry> =
        floor.entries.iter().filter(|entry| entry.changed && !fresh.contains(&entry.play)).collect();
    update_entries(tx, &changed).await?;
    for stamped in &outcome.facts {
        if let Fact::Heard { play, heard_at, .. } = &stamped.fact {
            store::floor::heard(tx, *play, *heard_at).await?;
        }
    }
    let at = outcome.facts.last().map_or(Timestamp(0), |stamped| stamped.at);
    end_plays(tx, &outcome.ended, at).await
}

fn new_play(entry: Entry, request: &PlayRequested, declined: Option<DeclineReason>) -> Result<NewPlay> {
    let declined = declined.map(|reason| store::to_json("plays", &reason)).transpose()?;
    Ok(NewPlay { entry, content: request.content(), requested_at: request.received_at, declined })
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
