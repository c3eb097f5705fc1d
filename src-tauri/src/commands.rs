//! What pages may ask of the shell. Each window's capability names those that it needs.

#[cfg(desktop)]
use crate::staff;
use crate::{
    audio,
    awake::Awake,
    downloads,
    kiosk::{self, Kiosk, Stays},
    notices::{self, Permission},
    server::{Home, Server},
    session::{Held, Session},
    songs::Songs,
    watchdog::Watchdog,
};
use jukeline_app::id::SongId;
#[cfg(desktop)]
use jukeline_app::venue::is_room_name;
use serde::Serialize;
use std::{sync::Arc, time::Instant};
use tauri::{
    AppHandle, Manager, State, WebviewWindow,
    ipc::{InvokeBody, Request},
};
use tauri_plugin_geolocation::{GeolocationExt, PermissionType, PositionOptions};
use tauri_plugin_opener::OpenerExt;
use url::Url;

/// Longer than this nobody waits for satellites, in milliseconds.
const PATIENCE_MS: u32 = 12_000;

/// What couldn't be done, as a page reads it.
type Refused = String;

/// The session that the page speaks for.
#[tauri::command]
pub(crate) async fn session(session: State<'_, Session>) -> Result<Held, Refused> {
    Ok(session.held().await)
}

/// Keeps the token of a session.
#[tauri::command]
pub(crate) async fn keep_session(session: State<'_, Session>, token: String) -> Result<Held, Refused> {
    Ok(session.keep(token).await)
}

/// Signs out whom this token speaks for.
#[tauri::command]
pub(crate) async fn forget_session(session: State<'_, Session>, token: String) -> Result<Held, Refused> {
    Ok(session.forget(&token).await)
}

/// Keeps a room's pass.
#[tauri::command]
pub(crate) async fn keep_pass(session: State<'_, Session>, room: String, pass: String) -> Result<Held, Refused> {
    Ok(session.keep_pass(room, pass).await)
}

/// Where the phone is: latitude and longitude in degrees, accuracy in metres.
#[derive(Serialize)]
pub(crate) struct Fix {
    latitude: f64,
    longitude: f64,
    accuracy: f64,
}

/// Where the phone is: asked of the person at the moment that it is needed, and kept nowhere.
#[tauri::command]
pub(crate) async fn position(app: AppHandle) -> Option<Fix> {
    let asked = tauri::async_runtime::spawn_blocking(move || {
        let geolocation = app.geolocation();
        geolocation.request_permissions(Some(vec![PermissionType::Location])).ok()?;
        let options = PositionOptions { enable_high_accuracy: true, timeout: PATIENCE_MS, maximum_age: 0 };
        geolocation.get_current_position(Some(options)).ok()
    });
    let at = asked.await.ok()??.coords;
    Some(Fix { latitude: at.latitude, longitude: at.longitude, accuracy: at.accuracy })
}

/// Opens a page in the person's own browser: on the web, or of the app's own server.
#[tauri::command]
pub(crate) fn open_outside(window: WebviewWindow, home: State<'_, Arc<Home>>, address: &str) -> Result<(), Refused> {
    let url = Url::parse(address).map_err(|error| error.to_string())?;
    let is_ours = home.server().is_some_and(|server| url.origin().ascii_serialization() == server.origin());
    if url.scheme() != "https" && !is_ours && !is_this_machine(&url) {
        return Err("only pages on the web are opened".into());
    }
    window.opener().open_url(url, None::<&str>).map_err(|error| error.to_string())
}

/// The sandbox's card page is of this machine.
fn is_this_machine(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    };
    url.scheme() == "http" && is_loopback
}

/// Makes the server at this address the app's; its pages are loaded next. A session with another stays in the keyring.
#[tauri::command]
pub(crate) async fn connect(
    home: State<'_, Arc<Home>>,
    session: State<'_, Session>,
    address: String,
) -> Result<(), Refused> {
    let server = Server::read(&address).map_err(|error| error.to_string())?;
    // Who stays where they are stays signed in, with or without a keyring.
    if home.server().as_ref() != Some(&server) {
        session.belongs_to(&server).await;
    }
    home.move_to(server);
    Ok(())
}

/// The address of a song that is kept.
#[tauri::command]
pub(crate) fn song(songs: State<'_, Songs>, song: SongId) -> Option<String> {
    songs.find(song)
}

/// Keeps a song: its sound is the body, its id a header. Not on the thread that draws: a song is megabytes.
#[tauri::command(async)]
pub(crate) fn keep_song(songs: State<'_, Songs>, request: Request<'_>) -> Result<(), Refused> {
    let InvokeBody::Raw(sound) = request.body() else { return Err("the sound's bytes are expected".into()) };
    let song = request.headers().get("song").and_then(|song| song.to_str().ok()?.parse().ok());
    let song = song.ok_or("a song's id is expected")?;
    songs.keep(SongId(song), sound).map_err(|error| error.to_string())
}

/// Puts a file, the body, among the person's downloads and opens it; gives the name that it has there. The name that it is
/// to have is a header.
#[tauri::command(async)]
pub(crate) fn keep_file(window: WebviewWindow, request: Request<'_>) -> Result<String, Refused> {
    let InvokeBody::Raw(content) = request.body() else { return Err("the file's bytes are expected".into()) };
    let name = request.headers().get("name").and_then(|name| name.to_str().ok()).and_then(downloads::Name::read);
    let name = name.ok_or("a plain name of a table, a picture or a document is expected")?;
    if !name.suits(content) {
        return Err("the file is of another kind than its name".into());
    }
    let folder = downloads::folder().ok_or("there is no folder for downloads")?;
    let file = downloads::keep(&folder, name, content).map_err(|error| error.to_string())?;
    // It is there, whether or not this system has something to show it with.
    if let Err(error) = window.opener().open_path(file.to_string_lossy(), None::<&str>) {
        tracing::warn!(%error, "what was kept can't be opened");
    }
    Ok(file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
}

/// Whether this machine has something to sound on.
#[tauri::command]
pub(crate) async fn can_sound() -> bool {
    audio::can_sound().await
}

/// The page is alive; `begins`: it is being loaded, and its program speaks next.
#[tauri::command]
pub(crate) fn alive(watchdog: State<'_, Arc<Watchdog>>, begins: Option<bool>) {
    let now = Instant::now();
    if begins.unwrap_or_default() {
        return watchdog.begins(now);
    }
    watchdog.heard(now);
}

/// Leaves the kiosk, with the staff's code where one is needed; says what stands in the way otherwise.
#[tauri::command]
pub(crate) fn leave_kiosk(window: WebviewWindow, kiosk: State<'_, Kiosk>, code: &str) -> Result<(), Stays> {
    kiosk.leave(code, kiosk::monitors(&window), Instant::now())?;
    // A window that can't be changed is as good as left: it can be closed.
    let _ = kiosk::leave(&window);
    Ok(())
}

/// Whether notifications are shown here; `asks`: whoever was not asked yet is asked now.
#[tauri::command]
pub(crate) async fn may_notify(app: AppHandle, asks: bool) -> Result<Permission, Refused> {
    let asked = tauri::async_runtime::spawn_blocking(move || notices::permission(&app, asks));
    asked.await.map_err(|error| error.to_string())
}

/// Shows a notification.
#[tauri::command]
pub(crate) fn notify(app: AppHandle, title: &str, text: &str) -> Result<(), Refused> {
    notices::show(&app, title, text).map_err(|error| error.to_string())
}

/// Names what the window shows, and says so, in the page's words, where the computer is kept awake.
#[tauri::command]
pub(crate) fn set_title(window: WebviewWindow, title: &str, awake: &str) -> Result<(), Refused> {
    let is_awake = window.try_state::<Awake>().is_some_and(|kept| kept.is_kept());
    let title = if is_awake { format!("{title} · {awake}") } else { title.into() };
    window.set_title(&title).map_err(|error| error.to_string())
}

/// What the window shows of a jukebox, if it does; gives the keys that skip from anywhere, where there are some.
#[cfg(desktop)]
#[tauri::command]
pub(crate) fn floor(window: WebviewWindow, floor: Option<jukeline_app::outside::Floor>) -> Option<String> {
    staff::tell(window.app_handle(), window.label(), floor)
}

/// Opens the floor of this room's jukebox in a window of its own.
#[cfg(desktop)]
#[tauri::command]
pub(crate) async fn open_floor(app: AppHandle, room: String) -> Result<(), Refused> {
    if !is_room_name(&room) {
        return Err("a room's name is expected".into());
    }
    staff::open_floor(&app, &room).map_err(|error| error.to_string())
}
