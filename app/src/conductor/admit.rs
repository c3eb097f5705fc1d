//! Admission: from a request to a place in the queue, or a reason why not.

use super::{Entry, Floor, Moment, Stage};
use crate::{
    api::{DeclineReason, Offer, PlayerStatus},
    cashier::{Payment, Purse, pay},
    events::{Fact, PlayRequested},
    id::AccountId,
    ledger::Move,
    queue::{RANK_GAP, latest, place_for, rank_between, round_for},
    rules::SongRefusal,
    song::Recording,
    time::{MINUTE, Timestamp},
};

/// What admission needs to know beside the floor, read under the locks.
#[derive(Clone, Debug)]
pub struct Admission {
    /// The song, if the catalogue has it.
    pub recording: Option<Recording>,
    /// The patron's purse.
    pub purse: Purse,
    /// The highest round of the patron's plays here that weren't returned.
    pub last_round: Option<i64>,
    /// When this recording last started here.
    pub last_started: Option<Timestamp>,
}

impl Floor {
    /// Decides a request for a song. Accepted: queued and paid for. Declined: a fact says why, nothing is taken.
    pub fn admit(&mut self, request: &PlayRequested, admission: &Admission, moment: Moment) {
        if let Err(reason) = self.try_admit(request, admission, moment) {
            let (play, account) = (request.play, request.account);
            self.emit(moment.now, Fact::Declined { play, account, reason });
            return;
        }
        self.hand_over(moment);
    }

    fn try_admit(
        &mut self,
        request: &PlayRequested,
        admission: &Admission,
        moment: Moment,
    ) -> Result<(), DeclineReason> {
        if moment.now > request.valid_until {
            return Err(DeclineReason::TooLate);
        }
        let recording = admission.recording.as_ref().ok_or(DeclineReason::UnknownSong)?;
        self.check_room(recording, request.account, admission.last_started, moment)?;
        let offer = self.offer(admission.last_round, request.sooner, moment);
        // A sooner song that would gain nothing is an ordinary one, at the ordinary price.
        let sooner = request.sooner && offer.gains;
        let price = if sooner { self.rules.sooner_price.unwrap_or(self.rules.price) } else { self.rules.price };
        if price > request.price {
            return Err(DeclineReason::Dearer { price });
        }
        if moment.house.closes_at.is_some_and(|closes| offer.terms.about > closes) {
            return Err(DeclineReason::NotBeforeClosing);
        }
        let payment =
            pay(&admission.purse, price, &self.rules, moment.now).map_err(|cannot| DeclineReason::Pay { cannot })?;
        let (play, account) = (request.play, request.account);
        if let Payment::Credits(legs) = payment {
            self.outcome.moves.push(Move::Reserve { play, account, legs });
        }
        self.insert(request, recording, Placed { price, sooner, ..offer.placed }, offer.terms, moment.now);
        Ok(())
    }

    /// What can be said without a purse: is the room open, the player there, the song allowed, a place free?
    pub fn check_room(
        &self,
        recording: &Recording,
        account: AccountId,
        last_started: Option<Timestamp>,
        moment: Moment,
    ) -> Result<(), DeclineReason> {
        if !moment.house.open {
            return Err(DeclineReason::Closed);
        }
        if self.player.status != PlayerStatus::Online {
            return Err(DeclineReason::JukeboxOffline);
        }
        let refused = |refusal| Err(DeclineReason::Song { refusal });
        if let Some(refusal) = self.rules.refusal(recording, &self.player.codecs, moment.house.minute_of_day) {
            return refused(refusal);
        }
        if self.entries.iter().any(|entry| entry.recording == recording.recording) {
            return refused(SongRefusal::Queued);
        }
        let cooldown_ms = i64::from(self.rules.cooldown_minutes) * MINUTE;
        if let Some(rest) = last_started.map(|at| cooldown_ms - moment.now.since(at)).filter(|rest| *rest > 0) {
            let minutes = u32::try_from((rest + MINUTE - 1) / MINUTE).unwrap_or(u32::MAX);
            return refused(SongRefusal::Cooldown { minutes });
        }
        if self.entries.len() >= usize::from(self.rules.queue_limit) {
            return Err(DeclineReason::QueueFull);
        }
        let waiting = self.entries.iter().filter(|entry| entry.account == account && !entry.sounds()).count();
        if waiting >= usize::from(self.rules.per_patron) {
            return Err(DeclineReason::PatronCap { cap: u32::from(self.rules.per_patron) });
        }
        Ok(())
    }

    /// What a song would get now: price, place, minutes. `None` for a sooner one that isn't sold or would gain nothing.
    pub fn quote(&self, last_round: Option<i64>, sooner: bool, moment: Moment) -> Option<Offer> {
        if sooner && self.rules.sooner_price.is_none() {
            return None;
        }
        let offer = self.offer(last_round, sooner, moment);
        (!sooner || offer.gains).then_some(offer.terms)
    }

    /// The place, among those that wait, of who stands behind the first `index` entries; 1 is next.
    pub fn place_at(&self, index: usize) -> u32 {
        let waiting = self.entries.iter().take(index).filter(|entry| !entry.sounds()).count();
        u32::try_from(waiting + 1).unwrap_or(u32::MAX)
    }

    fn offer(&self, last_round: Option<i64>, sooner: bool, moment: Moment) -> Proposed {
        let waiting = self.waiting();
        let round = round_for(self.round, last_round);
        let ordinary = place_for(&waiting, round, false, self.patience());
        let jumped = place_for(&waiting, round, true, self.patience());
        let gains = sooner && self.rules.sooner_price.is_some() && jumped < ordinary;
        let index = if gains { jumped } else { ordinary };
        let ahead: Vec<&Entry> = self.entries[..index].iter().collect();
        let about = moment.now.plus(
            self.left_ms(moment.now)
                + ahead.iter().filter(|entry| !entry.sounds()).map(|entry| entry.duration_ms).sum::<i64>(),
        );
        let sold = self.rules.sooner_price.is_some();
        let price = if gains { self.rules.sooner_price.unwrap_or(self.rules.price) } else { self.rules.price };
        let terms = Offer {
            price,
            place: self.place_at(index),
            about,
            latest: latest(about, gains, 0, 0, sold, self.patience()),
        };
        Proposed { terms, gains, placed: Placed { index, round, price, sooner: gains } }
    }

    fn insert(&mut self, request: &PlayRequested, recording: &Recording, placed: Placed, terms: Offer, now: Timestamp) {
        for passed in &mut self.entries[placed.index..] {
            let counter = if placed.sooner { &mut passed.passed_by_jumps } else { &mut passed.passed_by_turns };
            *counter = counter.saturating_add(1);
            passed.changed = true;
        }
        let rank = self.make_room(placed.index);
        self.entries.insert(
            placed.index,
            Entry {
                play: request.play,
                account: request.account,
                song: request.song,
                recording: recording.recording.clone(),
                duration_ms: recording.duration_ms,
                price: placed.price,
                sooner: placed.sooner,
                round: placed.round,
                rank,
                passed_by_jumps: 0,
                passed_by_turns: 0,
                latest: terms.latest,
                attempt: 0,
                stage: Stage::Queued,
                changed: true,
            },
        );
        self.outcome.admitted = Some(request.play);
        let after = placed.index.checked_sub(1).map(|before| self.entries[before].play);
        let (venue, rules) = (self.venue, self.rules.version);
        self.emit(
            now,
            Fact::Queued {
                play: request.play,
                account: request.account,
                song: request.song,
                venue,
                price: placed.price,
                sooner: placed.sooner,
                rules,
                round: placed.round,
                rank,
                after,
                about: terms.about,
                latest: terms.latest,
            },
        );
    }

    /// A rank for a new entry at `index`; renumbers the line when there is no room between its neighbours.
    fn make_room(&mut self, index: usize) -> i64 {
        let neighbour = |at: Option<usize>| at.and_then(|at| self.entries.get(at)).map(|entry| entry.rank);
        if let Some(rank) = rank_between(neighbour(index.checked_sub(1)), neighbour(Some(index))) {
            return rank;
        }
        let start = self.entries.first().map_or(0, |entry| entry.rank);
        for (place, entry) in (0_i64..).zip(&mut self.entries) {
            let shifted = if (place as usize) < index { place } else { place + 1 };
            entry.rank = start + shifted * RANK_GAP;
            entry.changed = true;
        }
        start + index as i64 * RANK_GAP
    }
}

struct Proposed {
    terms: Offer,
    /// Going sooner would really be sooner.
    gains: bool,
    placed: Placed,
}

struct Placed {
    index: usize,
    round: i64,
    price: u32,
    sooner: bool,
}
