//! The three apps: one program that shows the pages of a patron, of a venue's staff or of a jukebox's screen in a window,
//! and gives them what a browser can't: a keyring, the machine's own browser, a disk.

mod audio;
mod awake;
#[cfg(test)]
mod capabilities;
mod commands;
mod crossfade;
mod downloads;
#[cfg(desktop)]
mod floors;
mod keyring;
mod kiosk;
mod link;
mod notices;
mod options;
mod pages;
#[cfg(mobile)]
mod phone_links;
mod private_file;
mod role;
mod screen;
mod server;
mod session;
#[cfg(desktop)]
mod shortcut;
#[cfg(desktop)]
mod sizes;
mod songs;
#[cfg(desktop)]
mod staff;
mod token_store;
#[cfg(desktop)]
mod tray;
mod watchdog;

use clap::Parser;
use options::Options;
use pages::Pages;
use role::Role;
use server::Home;
use session::Session;
use std::{error::Error, process::ExitCode, sync::Arc};
use tauri::{App, Builder, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Wry, window::Color};

/// The pages' ground, which windows have before there is a page: nothing flashes in a dark bar.
const GROUND: Color = Color(19, 14, 17, 255);

/// The pages' way to the shell.
const BRIDGE: &str = include_str!("bridge.js");

/// Shows the app until its window is closed.
pub fn run() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let options = Options::parse();
    let role = Role::chosen(options.role, Role::of_build());
    if role == Role::Screen
        && let Some(folder) = dirs::config_dir()
        && let Some(ended) = screen::sound_on(&folder.join(role.identifier()), options.audio_device.clone())
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

/// A phone's program starts here, without a command line.
#[cfg(mobile)]
#[tauri::mobile_entry_point]
fn run_on_a_phone() {
    let _ = show(Role::chosen(None, Role::of_build()), Options::default());
}

fn show(role: Role, options: Options) -> tauri::Result<()> {
    // What the window is known by: its icon is found by that.
    #[cfg(target_os = "linux")]
    glib::set_prgname(Some(format!("jukeline-{}", role.name())));
    let mut context = tauri::generate_context!();
    context.config_mut().identifier = role.identifier();
    #[cfg(desktop)]
    context.set_default_window_icon(Some(role.icon()));
    let home = Arc::new(Home::default());
    context.set_assets(Box::new(Pages::new(role, home.clone())));
    plugins(role)
        .invoke_handler(tauri::generate_handler![
            commands::connect,
            commands::session,
            commands::keep_session,
            commands::forget_session,
            commands::keep_pass,
            commands::keep_file,
            commands::open_outside,
            commands::position,
            commands::set_title,
            commands::song,
            commands::keep_song,
            commands::alive,
            commands::can_sound,
            commands::leave_kiosk,
            commands::may_notify,
            commands::notify,
            #[cfg(desktop)]
            commands::floor,
            #[cfg(desktop)]
            commands::open_floor,
        ])
        .setup(move |app| begin(app, role, options, home))
        .run(context)
}

/// Finds out what was before, and opens the window.
fn begin(app: &App, role: Role, options: Options, home: Arc<Home>) -> Result<(), Box<dyn Error>> {
    let folder = app.path().app_config_dir()?;
    home.settle(&folder, options.server);
    let mut open_with = options.open;
    if let Some(link) = options.link {
        home.lead_to(link.server);
        open_with = Some(link.page);
    }
    let session = Session::new(role, folder.clone());
    if let Some(server) = home.server() {
        tauri::async_runtime::block_on(session.belongs_to(&server));
    }
    app.manage(home);
    app.manage(session);
    #[cfg(desktop)]
    if role == Role::Staff {
        staff::mind(app, &folder, options.skip_shortcut);
    }
    let script = match role {
        Role::Screen => screen::overlap(&folder, options.crossfade) + BRIDGE + include_str!("screen.js"),
        Role::Patron | Role::Staff => BRIDGE.into(),
    };
    let window = open(app, role, role.name(), open_with.as_deref().unwrap_or(role.home()), &script)?;
    match role {
        Role::Patron => notices::lead_back(&window),
        Role::Staff => {}
        Role::Screen => {
            screen::mind(app, &window, screen::kiosk_setup(&folder, options.kiosk, options.kiosk_code))?;
        }
    }
    #[cfg(mobile)]
    phone_links::follow(&window)?;
    Ok(())
}

/// What the app has of others.
fn plugins(role: Role) -> Builder<Wry> {
    let builder = Builder::default().plugin(tauri_plugin_geolocation::init()).plugin(tauri_plugin_opener::init());
    // A screen fills what it is given.
    #[cfg(desktop)]
    let builder = match role {
        Role::Screen => builder,
        Role::Patron => sizes::remember(builder),
        Role::Staff => sizes::remember(builder).on_page_load(staff::page_loads).on_window_event(staff::window_changes),
    };
    #[cfg(mobile)]
    let builder = builder.plugin(tauri_plugin_deep_link::init());
    match role {
        Role::Patron => builder.plugin(tauri_plugin_notification::init()),
        Role::Staff | Role::Screen => builder,
    }
}

/// Puts a window in front of the others. A window manager that has other rules is right.
#[cfg(desktop)]
fn bring_to_front(window: &WebviewWindow) {
    let _ = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
}

/// Opens a window for a page, under a name of its own; the script runs before each page of it.
fn open<M: Manager<Wry>>(app: &M, role: Role, name: &str, page: &str, script: &str) -> tauri::Result<WebviewWindow> {
    let (width, height) = role.size();
    WebviewWindowBuilder::new(app, name, WebviewUrl::App(page.into()))
        .title(role.title())
        .inner_size(width, height)
        .background_color(GROUND)
        .initialization_script(script)
        .build()
}
