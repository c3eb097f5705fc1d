//! The staff's app on a desktop: what is at hand there while another program is in front.

use crate::{
    floors::{self, Floors},
    role::Role,
    shortcut::{self, Choice, Keys},
    tray::Tray,
};
use jukeline_app::outside::Floor;
use std::path::Path;
use tauri::{
    App, AppHandle, Manager, Webview, Window, WindowEvent,
    webview::{PageLoadEvent, PageLoadPayload},
};

/// What reaches the pages from outside.
struct Outside {
    /// The keys that skip, if they are heard.
    keys: Option<Keys>,
    /// The tray, where there is one.
    tray: Option<Tray>,
}

/// The keys that skip, as the command line says, else as before.
pub(crate) fn keys(folder: &Path, given: Option<Choice>) -> Option<Keys> {
    shortcut::chosen(folder, given, shortcut::can_listen()).unwrap_or_else(|error| {
        tracing::warn!(%error, "the keys that skip can't be remembered");
        match given {
            Some(Choice::Keys(keys)) => Some(keys),
            _ => None,
        }
    })
}

/// Listens for keys, puts the tray up, and listens for what pages tell.
pub(crate) fn mind(app: &App, keys: Option<Keys>) {
    app.manage(Floors::default());
    app.manage(Outside { keys: keys.and_then(|keys| shortcut::listen(app, keys)), tray: Tray::put_up(app) });
}

/// A window's page says what it shows; gives the keys that skip.
pub(crate) fn tell(app: &AppHandle, window: &str, floor: Option<Floor>) -> Option<String> {
    app.state::<Floors>().tell(window, floor);
    show(app);
    Some(app.state::<Outside>().keys?.to_string())
}

/// Shows in the tray what a wish from there would be about.
fn show(app: &AppHandle) {
    if let Some(tray) = &app.state::<Outside>().tray {
        let meant = app.state::<Floors>().meant();
        tray.show(meant.as_ref().map(|(_, floor)| floor));
    }
}

/// Opens a jukebox's floor in a window of its own, or shows the one that is open.
///
/// # Errors
/// The system makes no window.
pub(crate) fn open_floor(app: &AppHandle, room: &str) -> tauri::Result<()> {
    let name = format!("{}-{room}", Role::Staff.name());
    match app.get_webview_window(&name) {
        Some(window) => floors::show(&window),
        None => drop(crate::open(app, Role::Staff, &name, &format!("{}/{room}", Role::Staff.home()))?),
    }
    Ok(())
}

/// A page that goes shows nothing any more; the next one says itself what it shows.
pub(crate) fn page_loads(page: &Webview, load: &PageLoadPayload<'_>) {
    if load.event() == PageLoadEvent::Started {
        tell(page.app_handle(), page.label(), None);
    }
}

/// Who is in front, and who is gone.
pub(crate) fn window_changes(window: &Window, event: &WindowEvent) {
    match event {
        WindowEvent::Focused(true) => {
            window.state::<Floors>().turn_to(window.label());
            show(window.app_handle());
        }
        WindowEvent::Destroyed => drop(tell(window.app_handle(), window.label(), None)),
        _ => {}
    }
}
