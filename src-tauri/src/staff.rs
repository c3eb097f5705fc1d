//! The staff's app on a desktop: what is at hand there while another program is in front.

use crate::{
    floors::Floors,
    role::Role,
    shortcut::{self, Choice, Keys},
    tray::Tray,
};
use jukeline_app::outside::Floor;
use std::{path::Path, time::Duration};
use tauri::{
    App, AppHandle, Manager, Webview, Window, WindowEvent,
    webview::{PageLoadEvent, PageLoadPayload},
};

/// So long a page that goes has for its last request.
const PARTING: Duration = Duration::from_millis(800);

/// What reaches the pages from outside.
struct Outside {
    /// The keys that skip, if they are heard.
    keys: Option<Keys>,
    /// The tray, where there is one.
    tray: Option<Tray>,
}

/// Listens for keys, as the command line says or else as before, puts the tray up, and listens for what pages tell.
pub(crate) fn mind(app: &App, folder: &Path, keys: Option<Choice>) {
    let can_listen = shortcut::can_listen();
    let keys = shortcut::chosen(folder, keys, can_listen).filter(|keys| {
        if !can_listen {
            tracing::warn!(%keys, "this desktop gives keys to no program but the one in front");
        }
        can_listen
    });
    let floors = Floors::default();
    floors.turn_to(Role::Staff.name());
    app.manage(floors);
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
    let page = format!("{}/{room}", Role::Staff.home());
    let window = match app.get_webview_window(&name) {
        Some(window) => window,
        None => crate::open(app, Role::Staff, &name, &page, crate::BRIDGE)?,
    };
    // Somebody may have gone to another jukebox in it.
    let mut address = window.url()?;
    if address.path() != page {
        address.set_path(&page);
        window.navigate(address)?;
    }
    crate::bring_to_front(&window);
    turn_to(app, &name);
    Ok(())
}

/// A page that goes shows nothing any more; the next one says itself what it shows.
pub(crate) fn page_loads(page: &Webview, load: &PageLoadPayload<'_>) {
    if load.event() == PageLoadEvent::Started {
        tell(page.app_handle(), page.label(), None);
    }
}

/// Who is in front, who goes, and who is gone.
pub(crate) fn window_changes(window: &Window, event: &WindowEvent) {
    match event {
        WindowEvent::Focused(true) => turn_to(window.app_handle(), window.label()),
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            part(window);
        }
        WindowEvent::Destroyed => {
            window.state::<Floors>().close(window.label());
            show(window.app_handle());
        }
        _ => {}
    }
}

/// Closes a window whose page is told first: a skip that can still be undone is sent as its page goes, and the app may end
/// with its last window.
fn part(window: &Window) {
    let page = window.get_webview_window(window.label());
    let told = page.map_or(Ok(()), |page| page.eval("window.dispatchEvent(new Event('pagehide'))"));
    if let Err(error) = told.and_then(|()| window.hide()) {
        tracing::warn!(%error, "the page isn't told that it goes");
    }
    let window = window.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PARTING).await;
        if let Err(error) = window.destroy() {
            tracing::warn!(%error, "the window stays");
        }
    });
}

/// From here on this window is meant.
fn turn_to(app: &AppHandle, window: &str) {
    app.state::<Floors>().turn_to(window);
    show(app);
}
