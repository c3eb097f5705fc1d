//! What staff say.

use super::{Floor, Moment, Recall, Stage};
use crate::{events::StaffWord, id::AccountId, play::ReturnReason};

impl Floor {
    /// Staff skip, pause, resume or set the volume. A skip that names a play which is over changes nothing.
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
            StaffWord::Pause => self.set_paused(true, moment),
            StaffWord::Resume => self.set_paused(false, moment),
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

    fn set_paused(&mut self, paused: bool, moment: Moment) {
        if self.paused == paused {
            return;
        }
        self.paused = paused;
        for entry in &mut self.entries {
            let Stage::Started { anchor, paused_at_ms, give_up_at, .. } = &mut entry.stage else { continue };
            if paused {
                *paused_at_ms = Some(moment.now.since(*anchor).clamp(0, entry.duration_ms));
            } else if let Some(position) = paused_at_ms.take() {
                *anchor = moment.now.plus(-position);
                *give_up_at = moment.now.plus(entry.duration_ms - position + moment.spans.dark_after_ms);
            }
            entry.changed = true;
        }
        self.announce(moment.now, None);
    }
}
