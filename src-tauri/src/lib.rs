//! The three apps: one program that shows the pages of a patron, of a venue's staff or of a jukebox's screen in a window,
//! and gives them what a browser can't: a keyring, the machine's own browser, a disk.

mod audio;
mod awake;
#[cfg(test)]
mod capabilities;
mod commands;
mod keyring;
mod kiosk;
mod link;
mod pages;
mod role;
mod server;
mod session;
mod songs;
mod token_store;
mod watchdog;

use awake::Awake;
use clap::Parser;
use kiosk::Kiosk;
use link::Link;
use pages::Pages;
use role::Role;
use server::{Home, Server};
use session::Session;
use songs::Songs;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Instant,
};
use tauri::{App, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};
use uuid::Uuid;
use watchdog::Watchdog;

/// How the program is started.
#[derive(Debug, Parser)]
#[command(name = "jukeline-shell", version, about = "Jukeline's app for patrons, staff and jukebox screens")]
struct Options {
    /// Which app. A package has its own.
    #[arg(long, env = "JUKELINE_ROLE")]
    role: Option<Role>,
    /// The server's address, such as https://jukebox.example. It is remembered.
    #[arg(long, env = "JUKELINE_SERVER", value_parser = Server::read)]
    server: Option<Server>,
    /// The page to open first, such as /r/copper.
    #[arg(long, value_parser = page)]
    open: Option<String>,
    /// Screens: fill the second monitor, or the only one. It is remembered; `--kiosk=false` ends it.
    #[arg(long, num_args = 0..=1, default_missing_value = "true")]
    kiosk: Option<bool>,
    /// Screens: what staff type to leave the kiosk on a second monitor. It is remembered.
    #[arg(long, env = "JUKELINE_KIOSK_CODE", hide_env_values = true)]
    kiosk_code: Option<String>,
    /// Screens: the device to sound on, by its name in `pactl list short sinks`. It is remembered; an empty name ends it.
    #[arg(long)]
    audio_device: Option<String>,
    /// A link to open, as the system hands it over: https://jukebox.example/r/copper.
    #[arg(value_parser = Link::read)]
    link: Option<Link>,
}

/// A path of a page.
fn page(text: &str) -> Result<String, &'static str> {
    if text.starts_with('/') && !text.starts_with("//") {
        Ok(text.into())
    } else {
        Err("a path such as /r/copper is expected")
    }
}

/// Shows the app until its window is closed.
pub fn run() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let options = Options::parse();
    let role = options.role.or_else(Role::of_build).unwrap_or(Role::Patron);
    if role == Role::Screen
        && let Some(ended) = sound_on(&settings(&role.identifier()), options.audio_device.clone())
    {
        return ended;
    }
    match show(role, options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the app can't start");
            ExitCode::FAILURE
        }
    }
}

/// Begins again where the screen is to sound on another device than the system's own.
fn sound_on(folder: &Path, device: Option<String>) -> Option<ExitCode> {
    match audio::chosen(folder, device) {
        Ok(device) => audio::begin_again_on(&device?),
        Err(error) => {
            tracing::warn!(%error, "the device can't be remembered");
            None
        }
    }
}

/// A phone's program starts here, without a command line.
#[cfg(mobile)]
#[tauri::mobile_entry_point]
fn run_on_a_phone() {
    let options =
        Options { role: None, server: None, open: None, kiosk: None, kiosk_code: None, audio_device: None, link: None };
    let _ = show(Role::of_build().unwrap_or(Role::Patron), options);
}

fn show(role: Role, mut options: Options) -> tauri::Result<()> {
    if let Some(link) = options.link.take() {
        (options.server, options.open) = (Some(link.server), Some(link.page));
    }
    // What the window is known by: its icon is found by that.
    #[cfg(target_os = "linux")]
    glib::set_prgname(Some(format!("jukeline-{}", role.name())));
    let mut context = tauri::generate_context!();
    context.config_mut().identifier = role.identifier();
    let home = Arc::new(Home::find(settings(&role.identifier()), options.server));
    context.set_assets(Box::new(Pages::new(home.clone())));
    let folder = settings(&role.identifier());
    let kiosk = kiosk_setup(&folder, options.kiosk, options.kiosk_code);
    let session = Session::new(role, folder);
    tauri::Builder::default()
        .plugin(tauri_plugin_geolocation::init())
        .plugin(tauri_plugin_opener::init())
        .invoke_handler(tauri::generate_handler![
            commands::connect,
            commands::session,
            commands::keep_session,
            commands::forget_session,
            commands::keep_pass,
            commands::open_outside,
            commands::position,
            commands::set_title,
            commands::song,
            commands::keep_song,
            commands::alive,
            commands::leave_kiosk,
        ])
        .setup(move |app| {
            if let Some(server) = home.server() {
                tauri::async_runtime::block_on(session.belongs_to(&server));
            }
            app.manage(home);
            app.manage(session);
            let window = open(app, role, options.open.as_deref())?;
            if role == Role::Screen {
                is_a_screen(app, &window)?;
                be_a_kiosk(app, &window, kiosk)?;
            }
            Ok(())
        })
        .run(context)
}

/// The app's folder of settings.
fn settings(identifier: &str) -> PathBuf {
    dirs::config_dir().unwrap_or_default().join(identifier)
}

fn open(app: &App, role: Role, page: Option<&str>) -> tauri::Result<WebviewWindow> {
    let (width, height) = role.size();
    let mut window = WebviewWindowBuilder::new(app, role.name(), WebviewUrl::App(page.unwrap_or(role.home()).into()))
        .title(role.title())
        .inner_size(width, height)
        .initialization_script(include_str!("bridge.js"));
    if role == Role::Screen {
        window = window.initialization_script(include_str!("screen.js"));
    }
    window.build()
}

/// How the kiosk is set up: as the command line says, else as before.
fn kiosk_setup(folder: &Path, on: Option<bool>, code: Option<String>) -> kiosk::Setup {
    let before = kiosk::Setup::remembered(folder);
    let setup = kiosk::Setup { on: on.unwrap_or(before.on), code: code.or(before.code.clone()) };
    if setup != before
        && let Err(error) = setup.remember(folder)
    {
        tracing::warn!(%error, "how the kiosk is set up can't be remembered");
    }
    setup
}

fn be_a_kiosk(app: &App, window: &WebviewWindow, setup: kiosk::Setup) -> tauri::Result<()> {
    if !setup.on {
        app.manage(Kiosk::new(None, 1, Instant::now()));
        return Ok(());
    }
    let monitors = kiosk::fill(app, window)?;
    let kiosk = Kiosk::new(setup.code, monitors, Instant::now());
    let is_free_to_go = kiosk.is_free_to_go();
    app.manage(kiosk);
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event
            && !is_free_to_go
        {
            api.prevent_close();
        }
    });
    Ok(())
}

/// What the jukebox's own machine needs beside the page: songs on the disk, and nobody at the keyboard.
fn is_a_screen(app: &App, window: &WebviewWindow) -> Result<(), Box<dyn std::error::Error>> {
    let folder = app.path().app_data_dir()?.join("songs");
    let songs = tauri::async_runtime::block_on(async { Songs::open(folder, songs::ROOM, Uuid::new_v4()) })?;
    app.manage(songs);
    app.manage(Awake::keep());
    let watchdog = Arc::new(Watchdog::new(Instant::now()));
    app.manage(watchdog.clone());
    watchdog::mind_crashes(window)?;
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
