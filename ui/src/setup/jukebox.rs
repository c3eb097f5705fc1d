//! Step 3: the jukebox and its room name; makes the venue as well.

use super::{
    Desk,
    form::{Back, Field, GoOn, StepForm, Trouble},
    venue::Draft,
    way::Step,
};
use crate::shared::{fetch::api, words::lang};
use dioxus::prelude::*;
use jukeline_app::{
    api::{Code, SetupState},
    venue::{is_room_name, suggest_room_name},
};

#[component]
pub(super) fn JukeboxStep(desk: Desk, state: SetupState, draft: Draft) -> Element {
    let words = lang();
    let mut trouble = use_signal(|| None::<Trouble>);
    let mut busy = use_signal(|| false);
    let Draft { mut room, mut room_typed, .. } = draft;
    use_hook(|| {
        if !*room_typed.peek() {
            room.set(suggest_room_name(&draft.name.peek()));
        }
    });
    let send = move || async move {
        let words = lang();
        if !is_room_name(&room.peek()) {
            return trouble.set(Some(Trouble::with("room", words.setup_room_name_impossible())));
        }
        let make = match draft.make(words) {
            Ok(make) => make,
            Err(wrong) => return trouble.set(Some(wrong)),
        };
        busy.set(true);
        let answer = api().make_venue(&make).await;
        busy.set(false);
        match answer {
            Ok(_) => desk.look_and_go(Some(Step::Music)).await,
            Err(error) if error.code() == Some(Code::AlreadyDone) => {
                let instead = another_name(&make.room, &make.zone_name);
                trouble.set(Some(Trouble::with("room", words.room_taken(&make.room, &instead))));
            }
            Err(error) => trouble.set(Some(Trouble::told(words, &error))),
        }
    };
    let address = match &state.room {
        Some(room) => without_scheme(&room.address).to_string(),
        None => format!("{}/r/{room}", host()),
    };
    let made = state.room.is_some();
    rsx! {
        StepForm {
            heading: words.setup_jukebox_title(),
            lead: if made { words.setup_made_already() } else { words.setup_jukebox_lead() },
            trouble: trouble(),
            fields: &["room"],
            ontyped: move |()| trouble.set(None),
            onsubmit: move |()| {
                if made {
                    return desk.go(None);
                }
                spawn(send());
            },
            foot: rsx! {
                if made {
                    GoOn { label: words.setup_finish() }
                } else {
                    Back { onclick: move |()| desk.go(Some(Step::Venue)) }
                    GoOn { label: words.setup_to_music(), busy: busy() }
                }
            },
            if !made {
                Field { id: "zone_name", label: words.setup_zone(), value: draft.zone_name, hint: words.setup_zone_hint() }
                Field {
                    id: "room",
                    label: words.setup_room_name(),
                    value: room,
                    hint: words.setup_room_name_hint(),
                    trouble: trouble(),
                    oninput: move |_| room_typed.set(true),
                }
            }
            p { class: "address-live", aria_live: "polite",
                {words.setup_people_open()}
                " "
                strong { "{address}" }
            }
        }
    }
}

/// `copper-bar`, or `copper-2` where the zone gives no name.
fn another_name(room: &str, zone: &str) -> String {
    let zone: String = zone.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let named = format!("{room}-{zone}");
    if !zone.is_empty() && is_room_name(&named) { named } else { format!("{}-2", room.get(..22).unwrap_or(room)) }
}

pub(super) fn without_scheme(address: &str) -> &str {
    address.split_once("://").map_or(address, |(_, rest)| rest)
}

fn host() -> String {
    web_sys::window().and_then(|window| window.location().host().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_name_is_a_room_name() {
        assert_eq!(another_name("copper", "Bar"), "copper-bar");
        assert_eq!(another_name("copper", ""), "copper-2");
        assert!(
            is_room_name(&another_name("a-name-of-24-characters-", "x"))
                || another_name("aaaaaaaaaaaaaaaaaaaaaaaa", "x").ends_with("-2")
        );
    }
}
