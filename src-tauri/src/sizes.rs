//! Windows open where and as large as they were closed.

use tauri::{Builder, Manager, Window, WindowEvent, Wry};
use tauri_plugin_window_state::{AppHandleExt, StateFlags};

/// All but whether they are seen: one that closes is hidden a moment before.
fn remembered() -> StateFlags {
    StateFlags::all() - StateFlags::VISIBLE
}

/// The app's windows are remembered from here on.
pub(crate) fn remember(builder: Builder<Wry>) -> Builder<Wry> {
    let plugin = tauri_plugin_window_state::Builder::default().with_state_flags(remembered());
    builder.plugin(plugin.build()).on_window_event(write)
}

/// Writes them as one is about to close. The plugin does so as the app ends: too late where somebody ends it at once, like
/// a desktop whose session ends.
fn write(window: &Window, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { .. } = event
        && let Err(error) = window.app_handle().save_window_state(remembered())
    {
        tracing::warn!(%error, "the windows' sizes can't be remembered");
    }
}
