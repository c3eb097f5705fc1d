//! The system's notifications, for the patron's app: by the desktop's message bus, or the phone's own.

use serde::Serialize;
use tauri::{AppHandle, WebviewWindow, plugin::PermissionState};
use tauri_plugin_notification::NotificationExt;

/// Whether notifications are shown, in the words that browsers have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Permission {
    /// They are; desktops don't ask.
    Granted,
    /// The person, or the system, refuses them.
    Denied,
    /// Nobody was asked yet.
    Default,
}

/// Whether they are shown; `asks`: whoever was not asked yet is asked now. Waits for the answer.
pub(crate) fn permission(app: &AppHandle, asks: bool) -> Permission {
    let notifications = app.notification();
    let said = if asks { notifications.request_permission() } else { notifications.permission_state() };
    match said {
        Ok(PermissionState::Granted) => Permission::Granted,
        Ok(PermissionState::Prompt | PermissionState::PromptWithRationale) => Permission::Default,
        Ok(PermissionState::Denied) | Err(_) => Permission::Denied,
    }
}

/// Shows one.
///
/// # Errors
/// The system refuses. A desktop without a notification server says so only in its log.
pub(crate) fn show(app: &AppHandle, title: &str, text: &str) -> tauri_plugin_notification::Result<()> {
    // A desktop takes the text for markup (freedesktop's Desktop Notifications Specification).
    #[cfg(target_os = "linux")]
    let text = glib::markup_escape_text(text);
    #[cfg(target_os = "linux")]
    let text = text.as_str();
    let notice = app.notification().builder().title(title).body(text);
    // The icon's name in the desktop's theme. A phone shows the app's own.
    #[cfg(desktop)]
    let notice = notice.icon("jukeline-patron");
    notice.show()
}

/// A touch on one leads back to the window.
pub(crate) fn lead_back(window: &WebviewWindow) {
    let shown = window.clone();
    let heard = window.notification().on_action(move |_| {
        // A window that is gone, or that the desktop keeps where it is, is left alone. Phones open the app by themselves.
        #[cfg(desktop)]
        crate::bring_to_front(&shown);
        #[cfg(mobile)]
        let _ = &shown;
    });
    if let Err(error) = heard {
        tracing::warn!(%error, "a touch on a notification leads nowhere");
    }
}
