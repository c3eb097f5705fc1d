//! Windows open where and as large as they were closed.

use tauri::{Builder, Manager, Window, WindowEvent, Wry};
use tauri_plugin_window_state::{AppHandleExt, StateFlags};

/// The app's windows are remembered from here on.
pub(crate) fn remember(builder: Builder<Wry>) -> Builder<Wry> {
    builder.plugin(tauri_plugin_window_state::Builder::default().build()).on_window_event(write)
}

/// Writes them as one is about to close. The plugin does so as the app ends: too late where somebody ends it at once, like
/// a desktop whose session ends.
fn write(window: &Window, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { .. } = event
        && let Err(error) = window.app_handle().save_window_state(StateFlags::all())
    {
        tracing::warn!(%error, "the windows' sizes can't be remembered");
    }
}
