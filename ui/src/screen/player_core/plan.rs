//! Following the server's plans.

use super::{Command, Ending, Held, Now, Player};
use jukeline_app::{
    api::{Plan, Report},
    id::PlayId,
    play::BreakCause,
};
use std::collections::BTreeSet;

impl Player {
    pub(super) fn plan(&mut self, plan: Plan, now: Now, commands: &mut Vec<Command>) {
        let mine = *self.epoch.get_or_insert(plan.player_epoch);
        if plan.player_epoch > mine {
            return self.supersede(plan.player_epoch, false, now, commands);
        }
        if self.superseded || plan.player_epoch < mine || self.version.is_some_and(|known| plan.version < known) {
            return;
        }
        self.version = Some(plan.version);
        self.wait = plan.wait;
        if self.volume.replace(plan.volume) != Some(plan.volume) {
            commands.push(Command::Volume(plan.volume));
        }
        self.let_go(&plan.drop, now, commands);
        self.follow_sounding(&plan, now, commands);
        self.hold(plan.paused, commands);
        self.refill(plan, now, commands);
    }

    /// Staff hold the sound, or let it go on.
    fn hold(&mut self, paused: bool, commands: &mut Vec<Command>) {
        if self.paused == paused {
            return;
        }
        self.paused = paused;
        if self.sounding.is_some() {
            commands.push(if paused { Command::Pause } else { Command::Resume });
        }
    }

    /// Lets go of what the server asks back: what waits is dropped, what sounds breaks off.
    fn let_go(&mut self, drop: &[PlayId], now: Now, commands: &mut Vec<Command>) {
        for play in drop {
            if let Some(sounding) = self.sounding.as_ref().filter(|s| s.song.play == *play) {
                let what = match sounding.started {
                    true => Report::Broke { position_ms: sounding.position_ms, cause: BreakCause::Closed },
                    false => Report::Dropped,
                };
                self.over(what, now, commands);
                commands.push(Command::Stop);
                continue;
            }
            let held = self.line.iter().find(|held| held.song.play == *play).map(|held| held.song.attempt);
            let Some(attempt) = held else { continue };
            self.line.retain(|held| held.song.play != *play);
            self.drop_one(*play, attempt, now, commands);
        }
    }

    pub(super) fn drop_one(&mut self, play: PlayId, attempt: i64, now: Now, commands: &mut Vec<Command>) {
        self.report(play, attempt, Report::Dropped, now, commands);
        self.ended.insert(play, Ending { attempt, finished: false });
    }

    /// The plan is the whole truth: what sounds and isn't in it was skipped. In it under another number, it was handed
    /// again: what is known of it is told again.
    fn follow_sounding(&mut self, plan: &Plan, now: Now, commands: &mut Vec<Command>) {
        let Some(sounding) = &mut self.sounding else { return };
        let Some(listed) = plan.lineup.iter().find(|song| song.play == sounding.song.play) else {
            self.sounding = None;
            commands.extend([Command::Stop, Command::Forget]);
            return;
        };
        sounding.epoch = plan.player_epoch;
        if sounding.song.attempt == listed.attempt {
            return;
        }
        sounding.song.attempt = listed.attempt;
        let (play, attempt, position_ms) = (listed.play, listed.attempt, sounding.position_ms);
        let (started, heard) = (sounding.started, sounding.heard);
        if started {
            self.report(play, attempt, Report::Started { position_ms }, now, commands);
        }
        if heard {
            self.report(play, attempt, Report::Heard, now, commands);
        }
    }

    /// The line as the plan has it, without what sounds or ended here.
    fn refill(&mut self, plan: Plan, now: Now, commands: &mut Vec<Command>) {
        self.line.clear();
        // What the server has on record as ended can't be listed again under the same number.
        let unsettled: BTreeSet<PlayId> = self.outbox.waiting().iter().map(|report| report.play).collect();
        self.ended.retain(|play, _| unsettled.contains(play) || plan.lineup.iter().any(|song| song.play == *play));
        for song in plan.lineup {
            if self.sounding.as_ref().is_some_and(|s| s.song.play == song.play) {
                continue;
            }
            match self.ended.get(&song.play).copied() {
                Some(ending) if ending.attempt == song.attempt => continue,
                Some(ending) if ending.finished => {
                    self.ended.insert(song.play, Ending { attempt: song.attempt, finished: true });
                    self.report(song.play, song.attempt, Report::Finished, now, commands);
                    continue;
                }
                _ => self.line.push(Held { lease_until: now.mono_ms + song.lease_ms, song }),
            }
        }
    }

    /// Another player has the jukebox: the song that sounds goes on to its end, the rest is let go of.
    pub(super) fn supersede(&mut self, epoch: i64, same_disk: bool, now: Now, commands: &mut Vec<Command>) {
        if self.superseded || self.epoch.is_none_or(|mine| epoch <= mine) {
            return;
        }
        self.superseded = true;
        for held in std::mem::take(&mut self.line) {
            self.drop_one(held.song.play, held.song.attempt, now, commands);
        }
        if same_disk || self.sounding.as_ref().is_some_and(|s| !s.started) {
            self.sounding = None;
            commands.push(Command::Stop);
        }
    }
}
