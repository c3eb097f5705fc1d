//! The buttons about what plays now.

use super::{
    desk::{self, ROOM},
    keys::{self, Act, Keys},
    live,
    orders::{self, Order},
    outside::KEYS,
    skipping,
    undo::Meant,
    volume,
};
use crate::shared::{icons::Icon, words::lang};
use dioxus::prelude::*;
use jukeline_app::{hold::Hold, id::JukeboxId};

/// Sends an order.
pub(super) fn send(jukebox: JukeboxId, order: Order) {
    spawn(async move {
        // What was refused is said there.
        let _ = orders::send(jukebox, order).await;
    });
}

/// The song that sounds, as one that can be skipped.
pub(super) fn sounding(jukebox: JukeboxId) -> Option<Meant> {
    let room = ROOM.read();
    let playing = room.as_ref()?.playing.as_ref()?;
    let price = desk::play(playing.play).map_or(0, |play| play.price);
    Some(Meant { jukebox, play: playing.play, title: playing.song.title.clone(), price })
}

/// Asks why what sounds is to be skipped, unless it is already.
fn ask(jukebox: JukeboxId) {
    let meant = sounding(jukebox).filter(|meant| !skipping::is_waiting(meant.play));
    meant.into_iter().for_each(skipping::ask);
}

/// The keyboard does what the buttons do, where those can be pressed.
pub(super) fn use_keys(jukebox: JukeboxId) {
    keys::use_shortcuts(move |act| {
        if act == Act::Undo {
            return skipping::take_back();
        }
        if live::cut_off_since().is_some() {
            return;
        }
        match act {
            Act::Pause => send(jukebox, orders::pause_or_go_on()),
            Act::SoundOff => send(jukebox, orders::sound_off_or_on()),
            Act::StopAfter => orders::stop_after_or_not().into_iter().for_each(|order| send(jukebox, order)),
            Act::Skip => ask(jukebox),
            Act::Louder | Act::Quieter => volume::step(jukebox, act == Act::Louder),
            Act::Undo => {}
        }
    });
}

/// Pause and skip.
#[component]
pub(super) fn Main(jukebox: JukeboxId) -> Element {
    let lang = lang();
    let off = live::cut_off_since().is_some();
    let is_still = desk::hold().is_still();
    let icon = if is_still { "play" } else { "pause" };
    let meant = sounding(jukebox);
    let price = meant.as_ref().map_or(0, |meant| meant.price);
    let waits = meant.as_ref().is_some_and(|meant| skipping::is_waiting(meant.play));
    rsx! {
        div { class: "pair",
            button {
                class: if is_still { "btn main pause" } else { "btn pause" },
                aria_keyshortcuts: Act::Pause.aria(),
                disabled: off,
                onclick: move |_| send(jukebox, orders::pause_or_go_on()),
                span { class: "with-icon",
                    Icon { name: icon }
                    {if is_still { lang.staff_go_on() } else { lang.staff_pause() }}
                }
                Keys { act: Act::Pause }
            }
            button {
                class: "btn warn skip",
                aria_keyshortcuts: Act::Skip.aria(),
                aria_haspopup: "dialog",
                id: meant.as_ref().map(|meant| skipping::button_id(meant.play)),
                disabled: off || meant.is_none(),
                // It keeps the focus that the question gives back.
                aria_disabled: if waits { "true" },
                onclick: move |_| ask(jukebox),
                span { {if waits { lang.staff_skipping().to_string() } else { lang.staff_skip(price) }} }
                Keys { act: Act::Skip }
            }
            if let Some(keys) = KEYS() {
                p { class: "muted small anywhere",
                    {lang.staff_skip_anywhere()}
                    " "
                    kbd { {keys::spelled(lang, &keys)} }
                }
            }
        }
    }
}

/// Volume, stop after this song, sound off.
#[component]
pub(super) fn More(jukebox: JukeboxId) -> Element {
    let lang = lang();
    let off = live::cut_off_since().is_some();
    let hold = desk::hold();
    let stop = orders::stop_after_or_not();
    rsx! {
        section { class: "more", aria_label: lang.staff_sound(),
            volume::Volume { jukebox }
            button {
                class: "btn stop-after",
                aria_keyshortcuts: Act::StopAfter.aria(),
                disabled: off || stop.is_none(),
                onclick: move |_| orders::stop_after_or_not().into_iter().for_each(|order| send(jukebox, order)),
                span { {if hold == Hold::AfterSong { lang.staff_do_not_stop() } else { lang.staff_stop_after() }} }
                Keys { act: Act::StopAfter }
            }
            button {
                class: "btn desk-only sound-off",
                aria_keyshortcuts: Act::SoundOff.aria(),
                disabled: off,
                onclick: move |_| send(jukebox, orders::sound_off_or_on()),
                span { {if hold == Hold::SoundOff { lang.staff_sound_on() } else { lang.staff_sound_off() }} }
                Keys { act: Act::SoundOff }
            }
        }
    }
}
