//! The volume: a slider that sends when it is let go of, and two buttons.

use super::{
    desk::ROOM,
    keys::{Act, Keys},
    live,
    orders::{self, Order},
};
use crate::shared::words::lang;
use dioxus::prelude::*;
use jukeline_app::id::JukeboxId;

/// What a press of a button changes, in percent.
const STEP: u8 = 5;

/// What the slider shows while the floor doesn't yet.
static WANTED: GlobalSignal<Option<u8>> = Signal::global(|| None);

fn shown() -> u8 {
    WANTED().unwrap_or_else(|| ROOM.read().as_ref().map_or(0, |room| room.volume))
}

/// One step louder or quieter.
pub(super) fn step(jukebox: JukeboxId, louder: bool) {
    let percent = if louder { (shown() + STEP).min(100) } else { shown().saturating_sub(STEP) };
    set(jukebox, percent);
}

fn set(jukebox: JukeboxId, percent: u8) {
    *WANTED.write() = Some(percent);
    spawn(async move {
        if !orders::send(jukebox, Order::Volume(percent)).await && *WANTED.peek() == Some(percent) {
            *WANTED.write() = None;
        }
    });
}

/// The slider and its buttons.
#[component]
pub(super) fn Volume(jukebox: JukeboxId) -> Element {
    let lang = lang();
    let told = ROOM.read().as_ref().map(|room| room.volume);
    // What the floor says counts once it has said it.
    use_effect(use_reactive!(|told| {
        if told.is_some() && *WANTED.peek() == told {
            *WANTED.write() = None;
        }
    }));
    let percent = shown();
    let off = live::cut_off_since().is_some();
    rsx! {
        div { class: "volume", role: "group", aria_label: lang.staff_volume(),
            button {
                class: "btn round",
                aria_label: lang.staff_quieter(),
                aria_keyshortcuts: Act::Quieter.aria(),
                disabled: off || percent == 0,
                onclick: move |_| step(jukebox, false),
                "−"
            }
            label {
                span { class: "split", span { {lang.staff_volume()} } strong { "{percent} %" } }
                input {
                    r#type: "range",
                    min: "0",
                    max: "100",
                    value: "{percent}",
                    aria_valuetext: "{percent} %",
                    disabled: off,
                    oninput: move |event| *WANTED.write() = event.value().parse().ok(),
                    onchange: move |event| {
                        if let Ok(percent) = event.value().parse() {
                            set(jukebox, percent);
                        }
                    },
                }
            }
            button {
                class: "btn round",
                aria_label: lang.staff_louder(),
                aria_keyshortcuts: Act::Louder.aria(),
                disabled: off || percent == 100,
                onclick: move |_| step(jukebox, true),
                "+"
            }
            p { class: "keys", Keys { act: Act::Quieter } Keys { act: Act::Louder } }
        }
    }
}
