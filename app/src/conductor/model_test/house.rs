//! A room with patrons and screens that do all that can be done, in any order.

use super::{books::Books, laws::Laws};
use crate::{
    api::{PlayerStatus, Report, Resume},
    conductor::{Admission, Floor, Heard, Moment, Outcome, Player, Spans, Stage, lineup, wake_at},
    events::{PlayRequested, StaffWord},
    hold::Hold,
    id::{AccountId, JukeboxId, PlayId, ScreenId, SongId, VenueId},
    play::SkipReason,
    rules::{HouseClock, HouseRules},
    song::{Codec, Recording},
    time::Timestamp,
    version::Version,
};
use proptest::{prelude::*, test_runner::TestCaseError};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a screen's disk says at a claim.
#[derive(Clone, Copy, Debug)]
pub(super) enum Memory {
    Nothing,
    WhatSounds,
    AnotherAttempt,
}

#[derive(Clone, Debug)]
pub(super) enum Command {
    Ask { who: usize, song: usize, sooner: bool, price: u32, late: bool },
    AskAgain(usize),
    TakeBack { play: usize, who: usize },
    Skip(usize),
    Pause(bool),
    StopAfter(usize),
    SoundOff,
    Volume(u8),
    Claim { screen: usize, memory: Memory },
    Report { play: usize, report: Report, older: i64, wrong: bool, age_ms: i64 },
    Repeat(usize),
    PlayOn,
    LetGo,
    Beat,
    Later(i64),
    Wake,
}

pub(super) struct House {
    pub(super) floor: Floor,
    pub(super) now: Timestamp,
    pub(super) books: Books,
    pub(super) laws: Laws,
    closes_at: Option<Timestamp>,
    asked: Vec<PlayRequested>,
    said: Vec<(PlayId, Report, Heard)>,
    last_rounds: BTreeMap<AccountId, i64>,
}

/// The staff member.
pub(super) const STAFF: AccountId = AccountId(Uuid::from_u128(1_099));

pub(super) fn account(n: usize) -> AccountId {
    AccountId(Uuid::from_u128(1_000 + n as u128))
}

pub(super) fn screen(n: usize) -> ScreenId {
    ScreenId(Uuid::from_u128(2_000 + n as u128))
}

pub(super) fn recording(n: usize) -> Recording {
    let song = SongId(Uuid::from_u128(3_000 + n as u128));
    let duration_ms = 20_000 + 40_000 * n as i64;
    Recording {
        song,
        recording: format!("r{n}"),
        artists: Vec::new(),
        duration_ms,
        explicit: false,
        codec: Codec::Opus,
    }
}

impl House {
    pub(super) fn new(price: u32, closes: Option<i64>) -> House {
        let rules =
            HouseRules { price, sooner_price: Some(5), free_per_hour: 255, per_patron: 5, ..HouseRules::default() };
        let now = Timestamp(1_000_000_000);
        let mut books = Books::default();
        (0..4).for_each(|n| books.open(account(n)));
        let floor = Floor {
            jukebox: JukeboxId(Uuid::from_u128(1)),
            venue: VenueId(Uuid::from_u128(2)),
            version: Version { epoch: 1, n: 0 },
            round: 1,
            hold: Hold::Free,
            volume: 80,
            player: Player::default(),
            rules,
            entries: Vec::new(),
            outcome: Outcome::default(),
        };
        let closes_at = closes.map(|ms| now.plus(ms));
        let (asked, said, last_rounds) = (Vec::new(), Vec::new(), BTreeMap::new());
        House { floor, now, books, laws: Laws::default(), closes_at, asked, said, last_rounds }
    }

    pub(super) fn moment(&self) -> Moment {
        let open = self.closes_at.is_none_or(|at| self.now < at);
        let house =
            HouseClock { minute_of_day: 600, open, closes_at: self.closes_at.filter(|_| open), night: 20_260_101 };
        Moment { now: self.now, house, spans: Spans::default() }
    }

    /// Does one thing, writes what was decided, and checks every law.
    pub(super) fn run(&mut self, command: Command) -> Result<(), TestCaseError> {
        self.now = self.now.plus(7);
        let ticked = matches!(command, Command::Later(_) | Command::Wake);
        self.act(command);
        let outcome = std::mem::take(&mut self.floor.outcome);
        for made in &outcome.moves {
            self.books.carry_out(made)?;
        }
        self.laws.follow(&self.floor, &outcome, &self.books, self.now)?;
        self.nothing_is_overdue(ticked)?;
        self.wakes_are_worth_it()
    }

    fn act(&mut self, command: Command) {
        let moment = self.moment();
        match command {
            Command::Ask { who, song, sooner, price, late } => self.ask(who, song, sooner, price, late),
            Command::AskAgain(pick) => {
                if let Some(request) = picked(&self.asked, pick).cloned() {
                    self.decide(&request);
                }
            }
            Command::TakeBack { play, who } => {
                if let Some(play) = self.some_play(play) {
                    self.floor.take_back(play, account(who), moment);
                }
            }
            Command::Skip(pick) => {
                if let Some(play) = self.some_play(pick) {
                    self.floor.staff(STAFF, StaffWord::Skip { play, reason: SkipReason::Other }, moment);
                }
            }
            Command::Pause(paused) => {
                self.floor.staff(STAFF, if paused { StaffWord::Pause } else { StaffWord::Resume }, moment)
            }
            Command::StopAfter(pick) => {
                if let Some(play) = self.some_play(pick) {
                    self.floor.staff(STAFF, StaffWord::StopAfter { play }, moment);
                }
            }
            Command::SoundOff => self.floor.staff(STAFF, StaffWord::SoundOff, moment),
            Command::Volume(percent) => self.floor.staff(STAFF, StaffWord::Volume { percent }, moment),
            Command::Claim { screen, memory } => self.claim(screen, memory),
            Command::Report { play, report, older, wrong, age_ms } => self.say(play, report, older, wrong, age_ms),
            Command::Repeat(pick) => {
                if let Some((play, report, heard)) = picked(&self.said, pick).copied() {
                    self.deliver(play, report, heard);
                }
            }
            Command::PlayOn => self.play_on(),
            Command::LetGo => self.let_go(),
            Command::Beat if self.floor.player.status == PlayerStatus::Online => self.floor.player.seen_at = self.now,
            Command::Beat => {}
            Command::Later(ms) => self.tick_at(self.now.plus(ms)),
            Command::Wake => {
                if let Some(at) = wake_at(&self.floor, moment) {
                    self.tick_at(at);
                }
            }
        }
    }

    /// Once deadlines were looked at, every play that is live has time left.
    fn nothing_is_overdue(&self, ticked: bool) -> Result<(), TestCaseError> {
        for entry in self.floor.entries.iter().filter(|_| ticked) {
            let by = entry.stage.ends_by(entry.duration_ms, self.floor.player.seen_at, Spans::default());
            prop_assert!(by >= self.now, "overdue since {:?} at {:?}: {:?}", by, self.now, entry);
        }
        Ok(())
    }

    fn tick_at(&mut self, at: Timestamp) {
        self.now = at;
        let moment = self.moment();
        self.floor.tick(moment);
    }

    fn ask(&mut self, who: usize, song: usize, sooner: bool, price: u32, late: bool) {
        let play = PlayId(Uuid::from_u128(10_000 + self.asked.len() as u128));
        let valid_until = self.now.plus(if late { -1 } else { 1_000 });
        let song = recording(song).song;
        let request =
            PlayRequested { play, account: account(who), song, price, sooner, valid_until, received_at: self.now };
        self.asked.push(request.clone());
        self.decide(&request);
    }

    /// As the floor does: an id that was decided once is not decided again.
    fn decide(&mut self, request: &PlayRequested) {
        if self.laws.knows(request.play) {
            return;
        }
        let recording = (0..12).map(recording).find(|recording| recording.song == request.song);
        let last_round = self.last_rounds.get(&request.account).copied();
        let admission =
            Admission { recording, purse: self.books.purse(request.account), last_round, last_started: None };
        let moment = self.moment();
        self.floor.admit(request, &admission, moment);
        if let Some(entry) = self.floor.entries.iter().find(|entry| entry.play == request.play) {
            self.last_rounds.insert(request.account, entry.round);
        }
    }

    fn some_play(&self, pick: usize) -> Option<PlayId> {
        // Mostly live ones, sometimes one that is over.
        let live = picked(&self.floor.entries, pick / 4).map(|entry| entry.play);
        let any = picked(&self.asked, pick / 4).map(|request| request.play);
        if pick.is_multiple_of(4) { any } else { live.or(any) }
    }

    fn claim(&mut self, n: usize, memory: Memory) {
        let sounding = self.floor.entries.iter().rfind(|entry| entry.sounds());
        let resume = sounding.and_then(|entry| match memory {
            Memory::Nothing => None,
            Memory::WhatSounds => Some(entry.attempt),
            Memory::AnotherAttempt => Some(entry.attempt + 1),
        });
        let resume =
            resume.zip(sounding).map(|(attempt, entry)| Resume { play: entry.play, attempt, position_ms: 10_000 });
        let moment = self.moment();
        self.laws.claimed(self.floor.player.epoch + 1, screen(n));
        self.floor.claim(screen(n), Uuid::from_u128(7), vec![Codec::Opus], resume, moment);
    }

    fn say(&mut self, pick: usize, report: Report, older: i64, wrong: bool, age_ms: i64) {
        let Some(play) = self.some_play(pick) else { return };
        let attempt = self.floor.entries.iter().find(|entry| entry.play == play).map_or(1, |entry| entry.attempt);
        let player_epoch = self.floor.player.epoch - older;
        let heard = Heard { player_epoch, received_at: self.now, attempt: attempt - i64::from(wrong), age_ms };
        self.said.push((play, report, heard));
        self.deliver(play, report, heard);
    }

    fn deliver(&mut self, play: PlayId, report: Report, heard: Heard) {
        if report == Report::Dropped {
            self.laws.dropped(play, heard.player_epoch, heard.attempt);
        }
        let moment = self.moment();
        self.floor.report(play, report, heard, moment);
    }

    /// The player does what it should: ends what sounds, else starts what comes first.
    fn play_on(&mut self) {
        let epoch = self.floor.player.epoch;
        let (line, _, _) = lineup(&self.floor, epoch);
        let Some(first) = line.first() else { return };
        let (play, attempt) = (first.play, first.attempt);
        let report = if first.sounds() { Report::Finished } else { Report::Started { position_ms: 0 } };
        let heard = Heard { player_epoch: epoch, received_at: self.now, attempt, age_ms: 0 };
        self.said.push((play, report, heard));
        self.deliver(play, report, heard);
    }

    /// A screen of any epoch lets go of what it was asked for.
    fn let_go(&mut self) {
        let asked = self.floor.entries.iter().find_map(|entry| match entry.stage {
            Stage::Handed { player_epoch, recalled: Some(_), .. } => Some((entry.play, entry.attempt, player_epoch)),
            _ => None,
        });
        let Some((play, attempt, player_epoch)) = asked else { return };
        self.deliver(play, Report::Dropped, Heard { player_epoch, received_at: self.now, attempt, age_ms: 0 });
    }

    /// Each waking has a reason: never two in a row within a second that change nothing.
    fn wakes_are_worth_it(&self) -> Result<(), TestCaseError> {
        let mut ahead = House { floor: self.floor.clone(), laws: Laws::default(), ..House::new(0, None) };
        (ahead.now, ahead.closes_at) = (self.now, self.closes_at);
        let mut idle_since: Option<Timestamp> = None;
        for _ in 0..4 {
            let Some(at) = wake_at(&ahead.floor, ahead.moment()) else { break };
            prop_assert!(at > ahead.now);
            let before = ahead.floor.clone();
            ahead.tick_at(at);
            let idle = ahead.floor.version == before.version && ahead.floor.entries == before.entries;
            prop_assert!(
                !idle || idle_since.is_none_or(|since| at.since(since) >= 1_000),
                "busy at {:?}: {:?}",
                at,
                ahead.floor.entries
            );
            idle_since = idle.then_some(at);
        }
        Ok(())
    }

    /// Nobody says anything any more: only deadlines end what is left, and all of it.
    pub(super) fn goes_dark(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..200 {
            if self.floor.entries.is_empty() {
                break;
            }
            prop_assert!(wake_at(&self.floor, self.moment()).is_some(), "stuck: {:?}", self.floor.entries);
            self.run(Command::Wake)?;
        }
        prop_assert!(self.floor.entries.is_empty(), "left over: {:?}", self.floor.entries);
        self.laws.everything_ended()
    }
}

fn picked<T>(from: &[T], pick: usize) -> Option<&T> {
    from.get(pick.checked_rem(from.len())?)
}
