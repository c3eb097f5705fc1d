//! What screens say: claims and reports.

use super::{End, Floor, Moment, Recall, Stage};
use crate::{
    api::{PlayerStatus, Report, Resume},
    events::Fact,
    id::{PlayId, ScreenId},
    play::{ReturnReason, heard_at, is_paid_when_broken_off},
    song::Codec,
    time::Timestamp,
};

/// A report as it reached the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The epoch under which the play was handed.
    pub player_epoch: i64,
    /// When the server heard of it.
    pub received_at: Timestamp,
    /// Which handing.
    pub attempt: i64,
    /// How long before, in milliseconds.
    pub age_ms: i64,
}

impl Floor {
    /// A player claims the jukebox: the newest wins, its epoch is one more.
    ///
    /// What the same screen held before is its own to play again; what another screen holds stays there until that one
    /// lets go of it or its lease is over.
    pub fn claim(
        &mut self,
        screen: ScreenId,
        claim: uuid::Uuid,
        codecs: Vec<Codec>,
        resume: Option<Resume>,
        moment: Moment,
    ) {
        let same_screen = self.player.screen == Some(screen);
        let before = self.player.epoch;
        let epoch = self.player.epoch + 1;
        self.player =
            super::Player { epoch, screen: Some(screen), seen_at: moment.now, status: PlayerStatus::Online, codecs };
        if same_screen {
            self.adopt(before, resume, moment);
        }
        self.announce(moment.now, Some(claim));
        self.hand_over(moment);
    }

    /// The same screen is back, after a reload or in a second window: its songs go to the new epoch. The one that
    /// sounded is resumed where the screen's disk says it stood; one the disk doesn't know has lost its sound.
    ///
    /// Only what was with its last epoch, `before`: an older one may be another screen's, which keeps what it has.
    fn adopt(&mut self, before: i64, resume: Option<Resume>, moment: Moment) {
        let epoch = self.player.epoch;
        let mut lost = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| entry.is_with(before)) {
            match &mut entry.stage {
                Stage::Queued => {}
                Stage::Handed { recalled: Some(recall), .. } => lost.push((entry.play, *recall)),
                // All of it, however long the line: a window that is cut off now may still start what it held.
                Stage::Handed { player_epoch, lease_until, handed_at, .. } => {
                    (*player_epoch, *handed_at) = (epoch, moment.now);
                    entry.attempt += 1;
                    if moment.house.open {
                        // Over at once, so that it is leased anew.
                        *lease_until = moment.now;
                    }
                }
                Stage::Started { player_epoch, anchor, give_up_at, paused_at_ms, .. } => match resume {
                    Some(resume) if resume.play == entry.play && resume.attempt == entry.attempt => {
                        let position = resume.position_ms.clamp(0, entry.duration_ms);
                        *player_epoch = epoch;
                        *anchor = moment.now.plus(-position);
                        *paused_at_ms = self.hold.is_still().then_some(position);
                        *give_up_at = moment.now.plus(entry.duration_ms - position + moment.spans.dark_after_ms);
                    }
                    _ => lost.push((entry.play, Recall::without_staff(ReturnReason::Failed))),
                },
            }
            entry.changed = true;
        }
        for (play, recall) in lost {
            if let Some(index) = self.index_of(play) {
                self.give_back(index, recall, moment.now);
            }
        }
    }

    /// A report about `play`. Late, repeated and foreign ones change nothing.
    pub fn report(&mut self, play: PlayId, report: Report, heard: Heard, moment: Moment) {
        let Some(index) = self.index_of(play) else { return };
        if self.entries[index].attempt != heard.attempt {
            return;
        }
        match report {
            Report::Started { position_ms } => self.started(index, position_ms, heard, moment),
            Report::Heard => self.heard(index, heard, moment),
            Report::Finished => self.sounded_to(index, heard, moment, End::Finished),
            Report::Broke { position_ms, cause } => {
                let duration_ms = self.entries[index].duration_ms;
                let paid = is_paid_when_broken_off(position_ms, duration_ms, cause);
                self.sounded_to(
                    index,
                    heard,
                    moment,
                    if paid { End::Finished } else { End::Returned(ReturnReason::Failed) },
                );
            }
            Report::Dropped => self.dropped(index, heard, moment),
        }
        self.hand_over(moment);
    }

    /// A song that was returned played after all: it stays unpaid, and everybody who reads the facts sees it.
    pub fn played_unpaid(&mut self, play: PlayId, moment: Moment) {
        self.emit(moment.now, Fact::PlayedUnpaid { play });
    }

    fn started(&mut self, index: usize, position_ms: i64, heard: Heard, moment: Moment) {
        let entry = &mut self.entries[index];
        let Stage::Handed { handed_at, player_epoch, recalled, .. } = entry.stage else { return };
        if player_epoch != heard.player_epoch {
            return;
        }
        let position = position_ms.clamp(0, entry.duration_ms);
        let anchor = heard_at(heard.received_at, heard.age_ms, handed_at).plus(-position);
        let give_up_at = moment.now.max(anchor).plus(entry.duration_ms + moment.spans.dark_after_ms);
        let paused_at_ms = self.hold.is_still().then(|| moment.now.since(anchor).clamp(0, entry.duration_ms));
        entry.stage = Stage::Started { player_epoch, anchor, handed_at, paused_at_ms, heard: false, give_up_at };
        entry.changed = true;
        let (play, attempt, round) = (entry.play, entry.attempt, entry.round);
        self.round = self.round.max(round);
        self.move_to_front(index);
        self.end_before(play, player_epoch, moment);
        self.emit(moment.now, Fact::Started { play, attempt, anchor });
        // Staff's skip crossed its start on the way: it holds for a song that sounds, too.
        if let Some(recall @ Recall { reason: ReturnReason::Staff { .. } | ReturnReason::Blocked, .. }) = recalled
            && let Some(index) = self.index_of(play)
        {
            self.give_back(index, recall, moment.now);
        }
    }

    /// A player sounds one song at a time and tells of ends before starts: what it sounded before `next` and never told
    /// the end of is lost, and nobody pays for it.
    fn end_before(&mut self, next: PlayId, epoch: i64, moment: Moment) {
        let lost = |entry: &super::Entry| entry.sounds() && entry.is_with(epoch) && entry.play != next;
        while let Some(index) = self.entries.iter().position(lost) {
            self.give_back(index, Recall::without_staff(ReturnReason::Failed), moment.now);
        }
    }

    /// What sounds stands first: its rank goes before the line's.
    fn move_to_front(&mut self, index: usize) {
        if index == 0 {
            return;
        }
        let mut entry = self.entries.remove(index);
        let sounding = self.entries.iter().take_while(|other| other.sounds()).count();
        let before = sounding.checked_sub(1).map(|at| self.entries[at].rank);
        let after = self.entries.get(sounding).map(|other| other.rank);
        // Without room between two ranks it keeps its own; `entries` are read with what sounds first.
        entry.rank = crate::queue::rank_between(before, after).unwrap_or(entry.rank);
        self.entries.insert(sounding, entry);
    }

    fn heard(&mut self, index: usize, report: Heard, moment: Moment) {
        let venue = self.venue;
        let entry = &mut self.entries[index];
        let Stage::Started { handed_at, heard, player_epoch, .. } = &mut entry.stage else { return };
        if *heard || *player_epoch != report.player_epoch {
            return;
        }
        *heard = true;
        entry.changed = true;
        let at = heard_at(report.received_at, report.age_ms, *handed_at);
        let (play, account, song, night) = (entry.play, entry.account, entry.song, moment.house.night);
        self.emit(moment.now, Fact::Heard { play, account, song, venue, heard_at: at, night });
    }

    /// The end of the sound, however it ended. A `finished` whose `started` or `heard` was overtaken implies them.
    fn sounded_to(&mut self, index: usize, heard: Heard, moment: Moment, end: End) {
        let play = self.entries[index].play;
        if matches!(self.entries[index].stage, Stage::Handed { .. }) && end == End::Finished {
            self.started(index, 0, heard, moment);
        }
        let Some(index) = self.index_of(play).filter(|index| self.entries[*index].is_with(heard.player_epoch)) else {
            return;
        };
        if end == End::Finished {
            self.heard(index, heard, moment);
        }
        self.end(index, end, None, moment.now);
    }

    fn dropped(&mut self, index: usize, heard: Heard, moment: Moment) {
        let entry = &mut self.entries[index];
        let Stage::Handed { recalled, player_epoch, .. } = entry.stage else { return };
        if player_epoch != heard.player_epoch {
            return;
        }
        match recalled {
            Some(recall) => self.give_back(index, recall, moment.now),
            None => {
                entry.stage = Stage::Queued;
                entry.changed = true;
            }
        }
    }
}
