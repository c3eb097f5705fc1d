//! A page that doesn't say in time that it is alive is loaded again, and so is one whose process died.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tauri::WebviewWindow;

/// A page's program says so every second; silent for longer it is frozen, or ended by a fault of its own.
const SILENCE: Duration = Duration::from_secs(5);
/// So long a page may take from being loaded to its first word: a cold start on a slow disk.
const START: Duration = Duration::from_secs(30);
/// How long a process may take to end.
#[cfg(target_os = "linux")]
const ENDING: Duration = Duration::from_millis(500);
/// How often is looked.
pub(crate) const LOOK: Duration = Duration::from_millis(500);

/// When the page has to speak next.
pub(crate) struct Watchdog(Mutex<Instant>);

impl Watchdog {
    /// A page is being loaded now.
    pub(crate) fn new(now: Instant) -> Watchdog {
        Watchdog(Mutex::new(now + START))
    }

    /// A page begins, whoever had it loaded: it has the time of a start.
    pub(crate) fn begins(&self, now: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now + START;
    }

    /// The page is alive.
    pub(crate) fn heard(&self, now: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now + SILENCE;
    }

    /// Whether the page is to be loaded again, which then has the time of a start.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        let mut due = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now < *due {
            return false;
        }
        *due = now + START;
        true
    }
}

/// Loads the window's page again, in a process of its own where the old one no longer listens.
pub(crate) fn load_again(window: &WebviewWindow) {
    tracing::warn!("the page is frozen or gone, and is loaded again");
    #[cfg(target_os = "linux")]
    let done = window.with_webview(|webview| {
        use webkit2gtk::WebViewExt;
        let webview = webview.inner();
        webview.terminate_web_process();
        // What is asked of a page whose process is only about to end may be lost with it.
        glib::timeout_add_local_once(ENDING, move || webview.reload());
    });
    #[cfg(not(target_os = "linux"))]
    let done = window.reload();
    if let Err(error) = done {
        tracing::error!(%error, "the page can't be loaded again");
    }
}

/// Loads the page again as soon as its process dies, where the system says so.
pub(crate) fn mind_crashes(window: &WebviewWindow, watchdog: Arc<Watchdog>) -> tauri::Result<()> {
    #[cfg(target_os = "linux")]
    window.with_webview(move |webview| {
        use webkit2gtk::{WebProcessTerminationReason, WebViewExt};
        webview.inner().connect_web_process_terminated(move |webview, reason| {
            if reason != WebProcessTerminationReason::TerminatedByApi {
                tracing::warn!(?reason, "the page's process ended, and is started again");
                watchdog.begins(Instant::now());
                webview.reload();
            }
        });
    })?;
    #[cfg(not(target_os = "linux"))]
    let _ = (window, watchdog);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_page_is_loaded_again_once_and_given_time_to_start() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let watchdog = Watchdog::new(start);
        assert!(!watchdog.is_due(at(29)), "still loading");
        watchdog.heard(at(29));
        assert!(!watchdog.is_due(at(33)));
        watchdog.heard(at(33));
        assert!(!watchdog.is_due(at(37)), "it spoke in time");
        assert!(watchdog.is_due(at(38)), "frozen");
        assert!(!watchdog.is_due(at(67)), "loading again");
        assert!(watchdog.is_due(at(68)), "and frozen at once");
        watchdog.heard(at(70));
        watchdog.begins(at(71));
        assert!(!watchdog.is_due(at(100)), "it loaded itself again");
        assert!(watchdog.is_due(at(101)));
    }
}
