//! The way through the first run: the steps on the left, one at a time on the right.

use super::{
    Desk,
    jukebox::JukeboxStep,
    music::MusicStep,
    phone::PhoneStep,
    screen_step::ScreenStep,
    venue::{Draft, VenueStep},
    you::YouStep,
};
use crate::shared::{
    icons::{Icon, Mark},
    title,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::api::SetupState;

/// A step of the first run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The operator.
    You,
    /// Name, zone, hours, position.
    Venue,
    /// Zone and room name.
    Jukebox,
    /// The folder.
    Music,
    /// The player.
    Screen,
    /// A phone sees the room.
    Phone,
}

impl Step {
    pub(super) const ALL: [Step; 6] = [Step::You, Step::Venue, Step::Jukebox, Step::Music, Step::Screen, Step::Phone];

    pub(super) fn name(self, words: Lang) -> &'static str {
        match self {
            Step::You => words.setup_step_you(),
            Step::Venue => words.setup_step_venue(),
            Step::Jukebox => words.setup_step_jukebox(),
            Step::Music => words.setup_step_music(),
            Step::Screen => words.setup_step_screen(),
            Step::Phone => words.setup_step_phone(),
        }
    }

    /// Whether the server has what this step makes.
    pub(super) fn is_done(self, state: &SetupState) -> bool {
        match self {
            Step::You => state.operator,
            Step::Venue | Step::Jukebox => state.room.is_some(),
            Step::Music => state.songs > 0,
            Step::Screen => state.player_online,
            Step::Phone => state.phone_seen,
        }
    }

    fn number(self) -> usize {
        Step::ALL.iter().position(|step| *step == self).map_or(0, |at| at + 1)
    }
}

/// Where a visit begins: the first step that is open, or the checklist once there is a room.
pub(super) fn first_step(state: &SetupState) -> Option<Step> {
    if state.room.is_some() {
        return None;
    }
    Step::ALL.into_iter().find(|step| !step.is_done(state))
}

/// The steps, and the one that is at hand.
#[component]
pub(super) fn Way(desk: Desk, state: SetupState, at: Step) -> Element {
    let words = lang();
    let draft = Draft::use_draft();
    use_effect(use_reactive!(|at| {
        title::set(at.name(words));
        title::focus_heading();
    }));
    rsx! {
        div { class: "setup",
            aside { class: "setup-side",
                p { class: "brand", Mark {} "Jukeline" }
                nav { aria_label: words.setup_steps(),
                    ol { class: "steps",
                        for step in Step::ALL {
                            Entry { step, done: step.is_done(&state) && step != at, current: step == at }
                        }
                    }
                }
                p { class: "hint", {if state.operator { words.setup_come_back_signed_in() } else { words.setup_come_back() }} }
            }
            main { class: "setup-main",
                match at {
                    Step::You => rsx! { YouStep { desk, state } },
                    Step::Venue => rsx! { VenueStep { desk, state, draft } },
                    Step::Jukebox => rsx! { JukeboxStep { desk, state, draft } },
                    Step::Music => rsx! { MusicStep { desk, state } },
                    Step::Screen => rsx! { ScreenStep { desk, state } },
                    Step::Phone => rsx! { PhoneStep { desk, state } },
                }
            }
        }
    }
}

#[component]
fn Entry(step: Step, done: bool, current: bool) -> Element {
    let words = lang();
    rsx! {
        li { aria_current: if current { "step" },
            if done {
                Icon { name: "check" }
            } else {
                span { class: "number", "{step.number()}" }
            }
            {step.name(words)}
            if done {
                span { class: "sr-only", ", " {words.setup_step_done()} }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jukeline_app::{api::SetupRoom, id::JukeboxId};

    fn fresh() -> SetupState {
        let (player_online, phone_seen, reachable, trial) = (false, false, true, true);
        SetupState { operator: false, room: None, songs: 0, import: None, player_online, phone_seen, reachable, trial }
    }

    #[test]
    fn a_visit_begins_at_what_is_open() {
        assert_eq!(first_step(&fresh()), Some(Step::You));
        assert_eq!(first_step(&SetupState { operator: true, ..fresh() }), Some(Step::Venue));
        let room = SetupRoom {
            venue_name: "The Copper Still".into(),
            room: "copper".into(),
            jukebox: JukeboxId(uuid::Uuid::nil()),
            address: "http://127.0.0.1/r/copper".into(),
        };
        assert_eq!(first_step(&SetupState { operator: true, room: Some(room), ..fresh() }), None, "the checklist");
    }
}
