//! The keys that skip from anywhere on the computer: chosen once, and remembered.

use crate::{
    floors::{self, Asked},
    private_file,
};
use std::{fmt, path::Path, str::FromStr};
use tauri::App;
use tauri_plugin_global_shortcut::{Code, GlobalShortcutExt, Modifiers, Shortcut, ShortcutState};

const FILE: &str = "skip-shortcut";

/// Three modifiers, so that no other program is in its way.
const USUAL: Keys =
    Keys { modifiers: Modifiers::CONTROL.union(Modifiers::ALT).union(Modifiers::SHIFT), key: Code::KeyS };

/// Keys that are pressed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keys {
    modifiers: Modifiers,
    key: Code,
}

/// What can't be such keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("keys such as Control+Alt+Shift+S are expected, with Control, Alt or Super among them")]
pub(crate) struct NoKeys;

impl FromStr for Keys {
    type Err = NoKeys;

    /// Reads keys as people write them: `Ctrl+Alt+Shift+S`.
    fn from_str(typed: &str) -> Result<Keys, NoKeys> {
        let Shortcut { mods: modifiers, key, .. } = typed.trim().parse().map_err(|_| NoKeys)?;
        // What is typed in any other program is no shortcut.
        if !modifiers.intersects(Modifiers::CONTROL | Modifiers::ALT | Modifiers::SUPER) {
            return Err(NoKeys);
        }
        Ok(Keys { modifiers, key })
    }
}

/// As [`Keys::from_str`] reads them, and as a page names keys: `Control+Alt+Shift+S`.
impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (Modifiers::CONTROL, "Control"),
            (Modifiers::ALT, "Alt"),
            (Modifiers::SHIFT, "Shift"),
            (Modifiers::SUPER, "Super"),
        ];
        for (_, name) in names.into_iter().filter(|(modifier, _)| self.modifiers.contains(*modifier)) {
            write!(f, "{name}+")?;
        }
        let key = self.key.to_string();
        f.write_str(key.strip_prefix("Key").or(key.strip_prefix("Digit")).unwrap_or(&key))
    }
}

/// What a command line says of the shortcut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// These keys.
    Keys(Keys),
    /// No keys.
    Nothing,
}

impl FromStr for Choice {
    type Err = NoKeys;

    fn from_str(typed: &str) -> Result<Choice, NoKeys> {
        if typed.trim().is_empty() { Ok(Choice::Nothing) } else { typed.parse().map(Choice::Keys) }
    }
}

/// The keys that were given, which are remembered in this folder, else those that were. Where nobody chose, the usual
/// ones, if `can_listen`: a desktop that gives keys to no program but the one in front has nothing for them.
pub(crate) fn chosen(folder: &Path, given: Option<Choice>, can_listen: bool) -> Option<Keys> {
    let given = given.map(|choice| if let Choice::Keys(keys) = choice { keys.to_string() } else { String::new() });
    let kept = private_file::given_or_kept(&folder.join(FILE), given);
    match kept.and_then(|text| text.parse().ok()) {
        Some(Choice::Keys(keys)) => Some(keys),
        Some(Choice::Nothing) => None,
        None => Some(USUAL).filter(|_| can_listen),
    }
}

/// Whether this desktop lets a program hear keys that are pressed elsewhere: under Wayland none does.
pub(crate) fn can_listen() -> bool {
    !cfg!(target_os = "linux") || std::env::var_os("WAYLAND_DISPLAY").is_none_or(|display| display.is_empty())
}

/// Listens for the keys from here on; gives those that are heard. That another program has them is no reason not to start.
pub(crate) fn listen(app: &App, keys: Keys) -> Option<Keys> {
    let handle = app.handle();
    let begun = handle.plugin(tauri_plugin_global_shortcut::Builder::new().build()).map_err(|error| error.to_string());
    let heard = begun.and_then(|()| {
        let shortcut = Shortcut::new(Some(keys.modifiers), keys.key);
        let listening = handle.global_shortcut().on_shortcut(shortcut, |app, _, event| {
            if event.state == ShortcutState::Pressed {
                floors::ask(app, Asked::Skip);
            }
        });
        listening.map_err(|error| error.to_string())
    });
    match heard {
        Ok(()) => Some(keys),
        Err(error) => {
            tracing::warn!(%keys, error, "the keys that skip are not to be had");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(typed: &str) -> Result<String, NoKeys> {
        typed.parse::<Keys>().map(|keys| keys.to_string())
    }

    #[test]
    fn keys_are_read_as_people_write_them() {
        assert_eq!(USUAL.to_string(), "Control+Alt+Shift+S");
        assert_eq!(keys("shift+ctrl + alt+s"), Ok("Control+Alt+Shift+S".into()));
        assert_eq!(keys("Super+F9"), Ok("Super+F9".into()));
        assert_eq!(keys("Ctrl+7"), Ok("Control+7".into()));
        assert_eq!(keys("Control+Alt+ArrowUp"), Ok("Control+Alt+ArrowUp".into()));
        for bad in ["", "S", "Shift+S", "Ctrl+", "Ctrl+S+Alt", "Ctrl+Alt", "Hyper+S"] {
            assert_eq!(keys(bad), Err(NoKeys), "{bad}");
        }
    }

    #[test]
    fn what_was_chosen_is_remembered() {
        let folder = tempfile::tempdir().expect("a folder");
        let chosen = |given: Option<&str>, can_listen: bool| {
            let given = given.map(|typed| typed.parse().expect("a choice"));
            chosen(folder.path(), given, can_listen).map(|keys| keys.to_string())
        };
        assert_eq!(chosen(None, true), Some("Control+Alt+Shift+S".into()));
        assert_eq!(chosen(None, false), None, "nobody asked for it, and it can't work");
        assert_eq!(chosen(Some("Super+F9"), true), Some("Super+F9".into()));
        assert_eq!(chosen(None, false), Some("Super+F9".into()), "somebody asked for it");
        assert_eq!(chosen(Some(""), true), None);
        assert_eq!(chosen(None, true), None);
    }
}
