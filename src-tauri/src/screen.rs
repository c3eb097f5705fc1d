//! A jukebox's own machine: its sound, its songs on the disk, a kiosk, and nobody at the keyboard.

use crate::{
    audio,
    awake::Awake,
    crossfade,
    kiosk::{self, Kiosk},
    songs::{self, Songs},
    watchdog::{self, Watchdog},
};
use std::{path::Path, process::ExitCode, sync::Arc, time::Instant};
use tauri::{App, Manager, WebviewWindow, WindowEvent};
use uuid::Uuid;

/// Begins again where the screen is to sound on another device than the system's own.
pub(crate) fn sound_on(folder: &Path, device: Option<String>) -> Option<ExitCode> {
    audio::begin_again_on(&audio::chosen(folder, device)?)
}

/// Tells the page for how many seconds two songs overlap, before bridge.js does: as the command line says, else as before.
pub(crate) fn overlap(folder: &Path, given: Option<u8>) -> String {
    format!("window.jukelineCrossfadeMs = {};", u32::from(crossfade::chosen(folder, given)) * 1_000)
}

/// How the kiosk is set up: as the command line says, else as before.
pub(crate) fn kiosk_setup(folder: &Path, on: Option<bool>, code: Option<String>) -> kiosk::Setup {
    let before = kiosk::Setup::remembered(folder);
    let setup = kiosk::Setup {
        on: on.unwrap_or(before.on),
        code: code.or(before.code.clone()).filter(|code| !code.is_empty()),
    };
    if setup != before
        && let Err(error) = setup.remember(folder)
    {
        tracing::warn!(%error, "how the kiosk is set up can't be remembered");
    }
    setup
}

/// What the jukebox's own machine needs beside the page: songs on the disk, and nobody at the keyboard.
pub(crate) fn mind(app: &App, window: &WebviewWindow, kiosk: kiosk::Setup) -> tauri::Result<()> {
    let folder = app.path().app_data_dir()?.join("songs");
    match tauri::async_runtime::block_on(async { Songs::open(folder, songs::ROOM, Uuid::new_v4()) }) {
        Ok(songs) => drop(app.manage(songs)),
        Err(error) => tracing::warn!(%error, "songs can't be kept: each is fetched when its turn comes"),
    }
    app.manage(Awake::keep());
    let watchdog = Arc::new(Watchdog::new(Instant::now()));
    app.manage(watchdog.clone());
    watchdog::mind_crashes(window, watchdog.clone())?;
    be_a_kiosk(app, window, kiosk)?;
    let window = window.clone();
    tauri::async_runtime::spawn(async move {
        loop {
            tokio::time::sleep(watchdog::LOOK).await;
            if watchdog.is_due(Instant::now()) {
                watchdog::load_again(&window);
            }
        }
    });
    Ok(())
}

fn be_a_kiosk(app: &App, window: &WebviewWindow, setup: kiosk::Setup) -> tauri::Result<()> {
    if !setup.on {
        app.manage(Kiosk::new(None, Instant::now()));
        return Ok(());
    }
    app.manage(Kiosk::new(setup.code, Instant::now()));
    let held = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event
            && !held.state::<Kiosk>().is_free_to_go(kiosk::monitors(&held))
        {
            api.prevent_close();
        }
    });
    kiosk::fill(app, window)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kiosk_stays_as_it_was_set_up_until_it_is_said_otherwise() {
        let folder = tempfile::tempdir().expect("a folder");
        let started = |on: Option<bool>, code: Option<&str>| kiosk_setup(folder.path(), on, code.map(Into::into));
        let setup = |on: bool, code: Option<&str>| kiosk::Setup { on, code: code.map(Into::into) };
        assert_eq!(started(None, None), setup(false, None));
        assert_eq!(started(Some(true), Some("4821")), setup(true, Some("4821")));
        assert_eq!(started(None, None), setup(true, Some("4821")), "as before");
        assert_eq!(started(None, Some("")), setup(true, None), "an empty code ends it");
        assert_eq!(started(None, None), setup(true, None));
        assert_eq!(started(Some(false), None), setup(false, None));
        assert_eq!(started(None, None), setup(false, None));
    }
}
