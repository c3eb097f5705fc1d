//! The screen as a kiosk: all of the second monitor, where there is one, and not left by accident.
//!
//! On a machine with one monitor Escape leaves it at any time: a kiosk never locks an owner out of the only laptop.

use crate::private_file;
use serde::{Deserialize, Serialize};
use std::{
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
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
    /// What leaves it; while the machine has one monitor nothing is asked.
    code: Option<String>,
    not_before: Mutex<Instant>,
    is_left: AtomicBool,
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
    /// Asks for `code` as long as there is another monitor to work at.
    pub(crate) fn new(code: Option<String>, now: Instant) -> Kiosk {
        Kiosk { code, not_before: Mutex::new(now), is_left: AtomicBool::new(false) }
    }

    /// Leaves it with what somebody typed, on a machine with so many monitors at this moment.
    pub(crate) fn leave(&self, typed: &str, monitors: usize, now: Instant) -> Result<(), Stays> {
        self.may_leave(typed, monitors, now)?;
        self.is_left.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn may_leave(&self, typed: &str, monitors: usize, now: Instant) -> Result<(), Stays> {
        let Some(code) = self.code.as_ref().filter(|_| !self.is_free_to_go(monitors)) else { return Ok(()) };
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

    /// Whether the window may be closed without a word, on a machine with so many monitors at this moment.
    pub(crate) fn is_free_to_go(&self, monitors: usize) -> bool {
        self.code.is_none() || monitors < 2 || self.is_left.load(Ordering::Relaxed)
    }
}

/// How many monitors there are: one may be unplugged. Where that can't be told nobody is locked out.
#[cfg(desktop)]
pub(crate) fn monitors(window: &WebviewWindow) -> usize {
    window.available_monitors().map_or(1, |monitors| monitors.len())
}

/// A phone has one.
#[cfg(mobile)]
pub(crate) fn monitors(_: &WebviewWindow) -> usize {
    1
}

/// Fills the second monitor, or the only one.
#[cfg(desktop)]
pub(crate) fn fill(app: &App, window: &WebviewWindow) -> tauri::Result<()> {
    let monitors = app.available_monitors()?;
    // Wayland has no primary monitor: it is the one where the desktop begins.
    let primary = app.primary_monitor()?.map_or_else(Default::default, |monitor| *monitor.position());
    let second = monitors.iter().position(|monitor| *monitor.position() != primary);
    window.set_cursor_visible(false)?;
    let Some(second) = second.filter(|_| monitors.len() > 1) else {
        return window.set_fullscreen(true);
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
    Ok(())
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
pub(crate) fn fill(_: &App, _: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
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
        let kiosk = Kiosk::new(Some("4821".into()), start);
        assert!(!kiosk.is_free_to_go(2));
        assert_eq!(kiosk.leave("", 2, start), Err(Stays::CodeNeeded));
        assert_eq!(kiosk.leave("1234", 2, start), Err(Stays::WrongCode));
        assert_eq!(kiosk.leave("4821", 2, start + Duration::from_secs(1)), Err(Stays::TooSoon));
        assert!(!kiosk.is_free_to_go(2));
        assert_eq!(kiosk.leave("4821", 2, start + PAUSE), Ok(()));
        assert!(kiosk.is_free_to_go(2), "who left may close the window");
    }

    #[test]
    fn the_only_monitor_is_never_locked() {
        let now = Instant::now();
        let kiosk = Kiosk::new(Some("4821".into()), now);
        assert!(!kiosk.is_free_to_go(2));
        assert!(kiosk.is_free_to_go(1), "the other one was unplugged");
        assert_eq!(kiosk.leave("", 1, now), Ok(()));
        assert_eq!(Kiosk::new(None, now).leave("", 2, now), Ok(()));
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
