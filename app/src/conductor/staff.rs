//! What staff say.

use super::{Floor, Moment, Recall, Stage};
use crate::{events::StaffWord, hold::Hold, id::AccountId, play::ReturnReason, time::Timestamp};

impl Floor {
    /// Staff skip, hold the sound, let it go on or set the volume. A word about a play which is over changes nothing.
    pub fn staff(&mut self, staff: AccountId, said: StaffWord, moment: Moment) {
        match said {
            StaffWord::Skip { play, reason } => {
                let Some(index) = self.index_of(play) else { return };
                let skip = Recall { reason: ReturnReason::Staff { said: reason }, staff: Some(staff) };
                if self.entries[index].sounds() {
                    self.give_back(index, skip, moment.now);
                } else {
                    self.recall(index, skip, moment.now);
                }
            }
            StaffWord::Pause => self.set_hold(Hold::Paused, moment),
            StaffWord::Resume => self.set_hold(Hold::Free, moment),
            StaffWord::SoundOff => self.set_hold(Hold::SoundOff, moment),
            StaffWord::StopAfter { play } => {
                let sounds = self.entries.iter().any(|entry| entry.play == play && entry.sounds());
                if sounds && self.hold == Hold::Free {
                    self.set_hold(Hold::AfterSong, moment);
                }
            }
            StaffWord::Volume { percent } => {
                let percent = percent.min(100);
                if percent == self.volume {
                    return;
                }
                self.volume = percent;
                self.announce(moment.now, None);
            }
        }
        self.hand_over(moment);
    }

    fn set_hold(&mut self, hold: Hold, moment: Moment) {
        if self.hold == hold {
            return;
        }
        let was_still = self.hold.is_still();
        self.hold = hold;
        match (was_still, hold.is_still()) {
            (false, true) => self.stand_still(moment.now),
            (true, false) => self.go_on(moment),
            _ => {}
        }
        self.announce(moment.now, None);
    }

    /// What sounds stands still where it is.
    pub(super) fn stand_still(&mut self, now: Timestamp) {
        for entry in &mut self.entries {
            let Stage::Started { anchor, paused_at_ms, .. } = &mut entry.stage else { continue };
            *paused_at_ms = Some(now.since(*anchor).clamp(0, entry.duration_ms));
            entry.changed = true;
        }
    }

    /// What stood still sounds on.
    fn go_on(&mut self, moment: Moment) {
        for entry in &mut self.entries {
            let Stage::Started { anchor, paused_at_ms, give_up_at, .. } = &mut entry.stage else { continue };
            let Some(position) = paused_at_ms.take() else { continue };
            *anchor = moment.now.plus(-position);
            *give_up_at = moment.now.plus(entry.duration_ms - position + moment.spans.dark_after_ms);
            entry.changed = true;
        }
    }
}
