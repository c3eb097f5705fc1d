//! The one table of keyboard shortcuts. Each has two modifiers, so that none is pressed by chance or by dictation
//! (WCAG 2.1.4), and none is one that a browser keeps for itself (as Firefox keeps Ctrl+Shift+P).

use crate::shared::{
    listen::Listener,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use futures_channel::mpsc::unbounded;
use futures_util::StreamExt;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

/// What a shortcut does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Pauses, or goes on.
    Pause,
    /// Asks why the song that sounds is to be skipped.
    Skip,
    /// Takes the skip back that waits.
    Undo,
    /// Stops after this song, or doesn't.
    StopAfter,
    /// Says that the sound is off, or on again.
    SoundOff,
    /// A step louder.
    Louder,
    /// A step quieter.
    Quieter,
}

/// Pressed together with Control and Shift. Letters by what they say, as a keyboard may have them anywhere; other keys
/// by their place.
const TABLE: [(Act, &str); 7] = [
    (Act::Pause, "Space"),
    (Act::Skip, "S"),
    (Act::Undo, "Z"),
    (Act::StopAfter, "E"),
    (Act::SoundOff, "O"),
    (Act::Louder, "ArrowUp"),
    (Act::Quieter, "ArrowDown"),
];

impl Act {
    fn key(self) -> &'static str {
        TABLE.iter().find(|(act, _)| *act == self).map_or("", |(_, key)| key)
    }

    /// For `aria-keyshortcuts`.
    pub(super) fn aria(self) -> String {
        format!("Control+Shift+{}", self.key())
    }
}

/// What a key does that is pressed with Control and Shift: its letter, and its place on the keyboard.
fn act_of(letter: &str, place: &str) -> Option<Act> {
    TABLE.iter().find(|(_, key)| key.eq_ignore_ascii_case(letter) || *key == place).map(|(act, _)| *act)
}

/// The shortcut on its button; what a screen reader has of it is `aria-keyshortcuts`.
#[component]
pub(super) fn Keys(act: Act) -> Element {
    let lang = lang();
    let words = spelled(lang, &act.aria());
    rsx! {
        kbd { aria_hidden: true, {words} }
    }
}

/// Keys such as `Control+Shift+S`, as they stand on a keyboard of this language.
pub(super) fn spelled(lang: Lang, keys: &str) -> String {
    keys.split('+').map(|key| lang.staff_key(key)).collect::<Vec<_>>().join("+")
}

/// Calls `on` for each shortcut that is pressed, wherever the focus is, for as long as the scope lives.
pub(super) fn use_shortcuts(mut on: impl FnMut(Act) + 'static) {
    use_hook(|| {
        let (sender, mut acts) = unbounded();
        spawn(async move {
            let _pressed = Listener::on_window("keydown", move |event| {
                let Some(pressed) = event.dyn_ref::<KeyboardEvent>().filter(|key| key.ctrl_key() && key.shift_key())
                else {
                    return;
                };
                let free = !pressed.alt_key() && !pressed.meta_key() && !pressed.repeat();
                let Some(act) = act_of(&pressed.key(), &pressed.code()).filter(|_| free) else { return };
                event.prevent_default();
                let _ = sender.unbounded_send(act);
            });
            while let Some(act) = acts.next().await {
                on(act);
            }
        })
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_do_the_same_or_share_a_key() {
        for (n, (act, key)) in TABLE.iter().enumerate() {
            assert!(TABLE[n + 1..].iter().all(|(other, of)| other != act && of != key), "{act:?}");
            assert_eq!(act.aria(), format!("Control+Shift+{key}"));
        }
    }

    #[test]
    fn keys_are_called_as_on_the_keyboard() {
        assert_eq!(spelled(Lang::En, "Control+Alt+Shift+S"), "Ctrl+Alt+Shift+S");
        assert_eq!(spelled(Lang::De, "Control+Alt+Shift+S"), "Strg+Alt+Umschalt+S");
        assert_eq!(spelled(Lang::De, "Super+ArrowUp"), "Super+↑");
    }

    #[test]
    fn letters_go_by_what_they_say_and_others_by_their_place() {
        assert_eq!(act_of("S", "KeyS"), Some(Act::Skip));
        assert_eq!(act_of("z", "KeyY"), Some(Act::Undo), "as on a German keyboard");
        assert_eq!(act_of(" ", "Space"), Some(Act::Pause));
        assert_eq!(act_of("\u{a0}", "Space"), Some(Act::Pause));
        assert_eq!(act_of("Q", "KeyQ"), None);
    }
}
