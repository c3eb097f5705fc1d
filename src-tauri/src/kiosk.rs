//! The screen as a kiosk: all of the second monitor, where there is one, and not left by accident.
//!
//! On a machine with one monitor Escape leaves it at any time: a kiosk never locks an owner out of the only laptop.

use crate::private_file;
use serde::{Deserialize, Serialize};
use std::{
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
#[cfg(desktop)]
use tauri::Monitor;
use tauri::{App, WebviewWindow};

/// So long the next code isn't looked at after a wrong one.
const PAUSE: Duration = Duration::from_secs(2);
/// How long a window may take to another monitor, and how often is looked.
#[cfg(desktop)]
const MOVING: Duration = Duration::from_secs(2);
#[cfg(desktop)]
const LOOK: Duration = Duration::from_millis(50);
const FILE: &str = "kiosk.json";

/// How the kiosk is set up, as it is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setup {
    /// Whether the screen is one.
    pub(crate) on: bool,
    /// What staff type to leave it. Without one nothing is asked.
    pub(crate) code: Option<String>,
}

impl Setup {
    /// What was remembered in this folder.
    pub(crate) fn remembered(folder: &Path) -> Setup {
        let file = std::fs::read(folder.join(FILE)).ok();
        file.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    /// Remembers it in this folder.
    pub(crate) fn remember(&self, folder: &Path) -> std::io::Result<()> {
        private_file::write(&folder.join(FILE), &serde_json::to_vec(self)?)
    }
}

/// A kiosk that runs.
pub(crate) struct Kiosk {
    /// What leaves it; on a machine with one monitor nothing is asked.
    code: Option<String>,
    not_before: Mutex<Instant>,
}

/// Why the kiosk isn't left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stays {
    /// A code is needed, and none was given.
    CodeNeeded,
    /// That isn't it.
    WrongCode,
    /// The last one was wrong a moment ago.
    TooSoon,
}

impl Kiosk {
    /// Asks for `code` where there is another monitor to work at.
    pub(crate) fn new(code: Option<String>, monitors: usize, now: Instant) -> Kiosk {
        Kiosk { code: code.filter(|_| monitors > 1), not_before: Mutex::new(now) }
    }

    /// Whether it is left with what somebody typed.
    pub(crate) fn leave(&self, typed: &str, now: Instant) -> Result<(), Stays> {
        let Some(code) = &self.code else { return Ok(()) };
        if typed.is_empty() {
            return Err(Stays::CodeNeeded);
        }
        let mut not_before = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        if now < *not_before {
            return Err(Stays::TooSoon);
        }
        if typed == code {
            return Ok(());
        }
        *not_before = now + PAUSE;
        Err(Stays::WrongCode)
    }

    /// Whether the window may be closed without a word.
    pub(crate) fn is_free_to_go(&self) -> bool {
        self.code.is_none()
    }
}

/// Fills the second monitor, or the only one; gives how many there are.
#[cfg(desktop)]
pub(crate) fn fill(app: &App, window: &WebviewWindow) -> tauri::Result<usize> {
    let monitors = app.available_monitors()?;
    let primary = app.primary_monitor()?.map(|monitor| *monitor.position());
    let second = monitors.iter().position(|monitor| Some(*monitor.position()) != primary);
    window.set_cursor_visible(false)?;
    let Some(second) = second.filter(|_| monitors.len() > 1) else {
        window.set_fullscreen(true)?;
        return Ok(1);
    };
    window.set_position(*monitors[second].position())?;
    let window = window.clone();
    let monitor = monitors[second].clone();
    tauri::async_runtime::spawn(async move {
        // A window manager that isn't told which monitor fills the one that the window is on.
        let until = Instant::now() + MOVING;
        while !is_on(&window, &monitor) && Instant::now() < until {
            tokio::time::sleep(LOOK).await;
        }
        if let Err(error) = fill_monitor(&window, second) {
            tracing::warn!(%error, "the monitor can't be filled");
        }
    });
    Ok(monitors.len())
}

#[cfg(desktop)]
fn is_on(window: &WebviewWindow, monitor: &Monitor) -> bool {
    let Ok(Some(now)) = window.current_monitor() else { return false };
    now.position() == monitor.position()
}

/// Names the monitor, where a desktop can be told.
#[cfg(target_os = "linux")]
fn fill_monitor(window: &WebviewWindow, index: usize) -> tauri::Result<()> {
    use gtk::prelude::{GtkWindowExt, WidgetExt};
    let here = window.clone();
    window.run_on_main_thread(move || {
        let (Ok(window), Ok(index)) = (here.gtk_window(), i32::try_from(index)) else { return };
        if let Some(screen) = WidgetExt::screen(&window) {
            window.fullscreen_on_monitor(&screen, index);
        }
    })
}

#[cfg(all(desktop, not(target_os = "linux")))]
fn fill_monitor(window: &WebviewWindow, _: usize) -> tauri::Result<()> {
    window.set_fullscreen(true)
}

/// An app fills a phone anyhow.
#[cfg(mobile)]
pub(crate) fn fill(_: &App, _: &WebviewWindow) -> tauri::Result<usize> {
    Ok(1)
}

/// A window like any other.
#[cfg(mobile)]
pub(crate) fn leave(_: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

/// A window like any other.
#[cfg(desktop)]
pub(crate) fn leave(window: &WebviewWindow) -> tauri::Result<()> {
    window.set_cursor_visible(true)?;
    window.set_fullscreen(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staff_leave_with_their_code_and_nobody_tries_them_all() {
        let start = Instant::now();
        let kiosk = Kiosk::new(Some("4821".into()), 2, start);
        assert!(!kiosk.is_free_to_go());
        assert_eq!(kiosk.leave("", start), Err(Stays::CodeNeeded));
        assert_eq!(kiosk.leave("1234", start), Err(Stays::WrongCode));
        assert_eq!(kiosk.leave("4821", start + Duration::from_secs(1)), Err(Stays::TooSoon));
        assert_eq!(kiosk.leave("4821", start + PAUSE), Ok(()));
    }

    #[test]
    fn the_only_monitor_is_never_locked() {
        let now = Instant::now();
        assert_eq!(Kiosk::new(Some("4821".into()), 1, now).leave("", now), Ok(()));
        assert_eq!(Kiosk::new(None, 2, now).leave("", now), Ok(()));
    }

    #[test]
    fn how_it_is_set_up_is_remembered() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Setup::remembered(folder.path()), Setup::default());
        let setup = Setup { on: true, code: Some("4821".into()) };
        setup.remember(folder.path()).expect("written");
        assert_eq!(Setup::remembered(folder.path()), setup);
    }
}
