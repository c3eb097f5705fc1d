//! The player without a browser: plans and the audio element's clock in, commands out.
//!
//! It keeps four promises. A song past its lease is never started. A song is *heard* by the audio element's own advance
//! alone. A song that was played to its end here is never played again. And whatever happened is reported until the
//! server has it.

mod messages;
mod outbox;
mod plan;
mod sounding;
#[cfg(test)]
mod tests;

pub use messages::{Command, Input};
pub use outbox::{Now, Outbox};
pub use sounding::{Saved, Sounding};

use jukeline_app::{
    api::{HandedSong, Report, Resume},
    id::{PlayId, SongId},
    play::BreakCause,
    version::Version,
};
use std::collections::{BTreeMap, BTreeSet};

/// How long the first song's file is waited for before one that is at hand goes first, in milliseconds.
const PATIENCE_MS: i64 = 8_000;
/// Sound that ends this much before its tags' length still counts as its end, in milliseconds.
const END_TOLERANCE_MS: i64 = 2_500;

/// The next song is started this long before the end of one that doesn't overlap with it, in milliseconds: a player needs a
/// moment before it sounds (WebKit's 50 to 250 ms, measured at the loudspeakers), which would be heard as a gap.
const LEAD_MS: i64 = 200;

/// A song that waits here under its lease.
#[derive(Clone, Debug)]
struct Held {
    song: HandedSong,
    /// Monotonic moment past which it is not started.
    lease_until: i64,
}

/// How a song ended here, so that it isn't started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ending {
    attempt: i64,
    finished: bool,
}

/// The state of the player.
#[derive(Debug)]
pub struct Player {
    epoch: Option<i64>,
    superseded: bool,
    version: Option<Version>,
    paused: bool,
    volume: Option<u8>,
    wait: bool,
    line: Vec<Held>,
    sounding: Option<Sounding>,
    ended: BTreeMap<PlayId, Ending>,
    saved: Option<Saved>,
    fetched: BTreeSet<SongId>,
    kept: Vec<SongId>,
    due_since: Option<i64>,
    outbox: Outbox,
    crossfade_ms: i64,
}

impl Player {
    /// A player with what its disk holds: unacknowledged reports, and what sounded when the page went away. Songs overlap
    /// for `crossfade_ms`; 0: not at all.
    pub fn new(outbox: Outbox, saved: Option<Saved>, crossfade_ms: i64) -> Player {
        let finished =
            outbox.waiting().iter().filter(|report| matches!(report.what, Report::Finished | Report::Broke { .. }));
        let ended: BTreeMap<_, _> =
            finished.map(|r| (r.play, Ending { attempt: r.attempt, finished: r.what == Report::Finished })).collect();
        let saved = saved.filter(|saved| !ended.contains_key(&saved.play));
        Player {
            epoch: None,
            superseded: false,
            version: None,
            paused: false,
            volume: None,
            wait: false,
            line: Vec::new(),
            sounding: None,
            ended,
            saved,
            fetched: BTreeSet::new(),
            kept: Vec::new(),
            due_since: None,
            outbox,
            crossfade_ms,
        }
    }

    /// What a claim should offer to go on with.
    pub fn resume(&self) -> Option<Resume> {
        let saved = self.sounding.as_ref().filter(|s| s.started).map(Sounding::saved).or(self.saved)?;
        Some(Resume { play: saved.play, attempt: saved.attempt, position_ms: saved.position_ms })
    }

    /// What sounds or is about to.
    pub fn sounding(&self) -> Option<&Sounding> {
        self.sounding.as_ref()
    }

    /// The epoch that was granted.
    pub fn epoch(&self) -> Option<i64> {
        self.epoch
    }

    /// Held by staff.
    pub fn paused(&self) -> bool {
        self.paused
    }

    /// Another screen is the player now.
    pub fn superseded(&self) -> bool {
        self.superseded
    }

    /// The songs that wait here, in order.
    pub fn waiting(&self) -> impl Iterator<Item = &HandedSong> {
        self.line.iter().map(|held| &held.song)
    }

    /// The reports that the server hasn't acknowledged.
    pub fn outbox(&mut self) -> &mut Outbox {
        &mut self.outbox
    }

    /// Milliseconds of sound at hand beyond what sounds now.
    pub fn ready_ms(&self) -> i64 {
        self.waiting().filter(|song| self.fetched.contains(&song.song.id)).map(|song| song.song.duration_ms).sum()
    }

    /// Takes in what happened and says what to do, in order.
    pub fn take(&mut self, input: Input, now: Now) -> Vec<Command> {
        let mut commands = Vec::new();
        match input {
            Input::Claiming => (self.epoch, self.version) = (None, None),
            Input::Granted(epoch) => self.epoch = Some(epoch),
            Input::Plan(plan) => self.plan(*plan, now, &mut commands),
            Input::Superseded { epoch, same_disk } => self.supersede(epoch, same_disk, now, &mut commands),
            Input::Acknowledged(numbers) => {
                self.outbox.acknowledged(&numbers);
                commands.push(Command::Outbox);
            }
            Input::Reconnected => self.outbox.reconnected(),
            Input::Fetched(song) => {
                self.fetched.insert(song);
            }
            Input::Clock(play, position_ms) => {
                self.clock(play, position_ms, now, &mut commands);
                self.give_way(now, &mut commands);
            }
            Input::Ended(play, position_ms) => self.end(play, position_ms, now, &mut commands),
            Input::Failed(play, cause) => self.fail(play, cause, now, &mut commands),
            Input::Tick => {}
        }
        self.start_next(now, &mut commands);
        self.keep(&mut commands);
        commands
    }

    fn report(&mut self, play: PlayId, attempt: i64, what: Report, now: Now, commands: &mut Vec<Command>) {
        let epoch = self.sounding.as_ref().filter(|s| s.song.play == play).map(|s| s.epoch).or(self.epoch).unwrap_or(0);
        self.outbox.add(play, attempt, epoch, what, now);
        commands.push(Command::Outbox);
    }

    /// Starts the next song if none sounds and nothing stands in its way.
    fn start_next(&mut self, now: Now, commands: &mut Vec<Command>) {
        if self.sounding.is_some() || self.paused || self.wait || self.superseded {
            return;
        }
        self.drop_expired(now, commands);
        let Some(epoch) = self.epoch.filter(|_| !self.line.is_empty()) else {
            self.due_since = None;
            return;
        };
        let due_since = *self.due_since.get_or_insert(now.mono_ms);
        let ready = self.line.iter().position(|held| self.fetched.contains(&held.song.song.id));
        let Some(index) = ready.filter(|index| *index == 0 || now.mono_ms - due_since >= PATIENCE_MS) else { return };
        self.due_since = None;
        let song = self.line.remove(index).song;
        let saved = self.saved.take().filter(|saved| saved.play == song.play);
        let sounding = Sounding::new(song, epoch, saved);
        commands.push(Command::Save(sounding.saved()));
        commands.push(Command::Play(Box::new(sounding.song.clone()), sounding.position_ms));
        self.sounding = Some(sounding);
    }

    fn drop_expired(&mut self, now: Now, commands: &mut Vec<Command>) {
        let line = std::mem::take(&mut self.line);
        // What sounded already isn't started but resumed: its lease was kept when it began.
        let (keep, expired): (Vec<_>, Vec<_>) =
            line.into_iter().partition(|held| held.song.resume_ms.is_some() || now.mono_ms < held.lease_until);
        self.line = keep;
        for held in expired {
            self.drop_one(held.song.play, held.song.attempt, now, commands);
        }
    }

    /// What sounds, then what waits: these files are wanted.
    fn keep(&mut self, commands: &mut Vec<Command>) {
        let sounding = self.sounding.iter().map(|s| s.song.song.id);
        let wanted: Vec<SongId> = sounding.chain(self.line.iter().map(|held| held.song.song.id)).collect();
        if wanted == self.kept {
            return;
        }
        self.fetched.retain(|song| wanted.contains(song));
        self.kept.clone_from(&wanted);
        commands.push(Command::Keep(wanted));
    }

    fn clock(&mut self, play: PlayId, position_ms: i64, now: Now, commands: &mut Vec<Command>) {
        let Some(sounding) = self.sounding.as_mut().filter(|s| s.song.play == play) else { return };
        let news = sounding.advance(position_ms, now.mono_ms);
        let attempt = sounding.song.attempt;
        if news.started {
            self.report(play, attempt, Report::Started { position_ms }, now, commands);
        }
        if news.heard {
            self.report(play, attempt, Report::Heard, now, commands);
        }
        if let Some(sounding) = self.sounding.as_mut().filter(|_| news.save) {
            commands.push(Command::Save(sounding.saved()));
        }
    }

    /// How long it is until the song that sounds gives way to the next one, in milliseconds.
    pub fn gives_way_in(&self) -> Option<i64> {
        let sounding = self.sounding.as_ref().filter(|sounding| sounding.started)?;
        Some(sounding.left_ms() - self.overlap_ms(sounding))
    }

    /// For how long the next song sounds together with this one: for as long as the owner says, once this one counts.
    fn overlap_ms(&self, sounding: &Sounding) -> i64 {
        if sounding.heard { self.crossfade_ms.max(LEAD_MS) } else { LEAD_MS }
    }

    /// The next song begins below the end of the one that sounds.
    fn give_way(&mut self, now: Now, commands: &mut Vec<Command>) {
        let Some(sounding) = self.sounding.as_ref().filter(|_| self.may_give_way(now)) else { return };
        let left_ms = sounding.left_ms().max(0);
        let fades = self.overlap_ms(sounding) > LEAD_MS;
        self.finish(now, commands);
        commands.push(if fades { Command::FadeOut(left_ms) } else { Command::RingOut });
    }

    /// Whether the song that sounds is so near to its end that the next one begins: that one is at hand and may begin.
    fn may_give_way(&self, now: Now) -> bool {
        let is_near = self.gives_way_in().is_some_and(|ms| ms <= 0);
        if !is_near || self.paused || self.wait || self.superseded {
            return false;
        }
        let Some(next) = self.line.first() else { return false };
        let is_at_hand = self.fetched.contains(&next.song.song.id);
        // One that goes on in its middle has no beginning to overlap with.
        is_at_hand && next.song.resume_ms.is_none() && now.mono_ms < next.lease_until && self.epoch.is_some()
    }

    fn end(&mut self, play: PlayId, position_ms: i64, now: Now, commands: &mut Vec<Command>) {
        self.clock(play, position_ms, now, commands);
        let Some(sounding) = self.sounding.as_ref().filter(|s| s.song.play == play) else { return };
        if position_ms + END_TOLERANCE_MS < sounding.song.song.duration_ms {
            return self.over(Report::Broke { position_ms, cause: BreakCause::EndedEarly }, now, commands);
        }
        self.finish(now, commands);
    }

    /// What sounded came to its end.
    fn finish(&mut self, now: Now, commands: &mut Vec<Command>) {
        let Some(sounding) = self.sounding.as_mut() else { return };
        let (play, attempt) = (sounding.song.play, sounding.song.attempt);
        if sounding.heard_to_the_end() {
            self.report(play, attempt, Report::Heard, now, commands);
        }
        self.over(Report::Finished, now, commands);
    }

    fn fail(&mut self, play: PlayId, cause: BreakCause, now: Now, commands: &mut Vec<Command>) {
        if let Some(sounding) = self.sounding.as_ref().filter(|s| s.song.play == play) {
            let position_ms = sounding.position_ms;
            self.over(Report::Broke { position_ms, cause }, now, commands);
            return commands.push(Command::Stop);
        }
        let Some(index) = self.line.iter().position(|held| held.song.play == play) else { return };
        let attempt = self.line.remove(index).song.attempt;
        self.report(play, attempt, Report::Broke { position_ms: 0, cause }, now, commands);
        self.ended.insert(play, Ending { attempt, finished: false });
    }

    /// What sounded is over.
    fn over(&mut self, what: Report, now: Now, commands: &mut Vec<Command>) {
        let Some((play, attempt)) = self.sounding.as_ref().map(|s| (s.song.play, s.song.attempt)) else { return };
        self.report(play, attempt, what, now, commands);
        self.ended.insert(play, Ending { attempt, finished: what == Report::Finished });
        self.sounding = None;
        commands.push(Command::Forget);
    }
}
