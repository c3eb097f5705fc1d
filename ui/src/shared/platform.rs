//! What a page runs in: a browser, or the window of an app. Surfaces ask here and don't know which it is.
//!
//! An app's shell puts an object into its windows before the page starts; where there is none this is a browser.

use super::listen::Listener;
use gloo_timers::callback::Timeout;
use js_sys::Promise;
use jukeline_app::{api::Credential, outside::Floor, presence::Position};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CustomEvent, HtmlElement, RequestInit, Response, ServiceWorkerRegistration, Url};

/// By then a browser has read what it was given to download, in milliseconds.
const DOWNLOADED_MS: u32 = 60_000;

#[wasm_bindgen]
extern "C" {
    /// The shell's object. Paths begin with `/` and mean the server that the app belongs to.
    #[derive(Clone)]
    type Shell;
    #[wasm_bindgen(thread_local_v2, js_name = "jukelineShell")]
    static SHELL: Option<Shell>;

    /// Whether this is a phone, with a position worth asking for.
    #[wasm_bindgen(method, getter, js_name = "hasPosition")]
    fn has_position(this: &Shell) -> bool;
    /// Like the browser's `fetch`, with the session and the passes that the app holds.
    #[wasm_bindgen(method)]
    fn fetch(this: &Shell, path: &str, init: &RequestInit) -> Promise;
    /// Gives the address that a websocket of this path connects to, good for once.
    #[wasm_bindgen(method)]
    fn socket(this: &Shell, path: &str) -> Promise;
    #[wasm_bindgen(method)]
    fn address(this: &Shell, path: &str) -> String;
    /// Opens an address outside of the app, in the person's own browser.
    #[wasm_bindgen(method)]
    fn open(this: &Shell, address: &str);
    #[wasm_bindgen(method)]
    fn title(this: &Shell, title: &str);
    /// The page is alive, which the shell of a screen wants to hear every few seconds.
    #[wasm_bindgen(method)]
    fn alive(this: &Shell);
    /// Gives whether a screen's machine has something to sound on.
    #[wasm_bindgen(method, js_name = "canSound")]
    fn can_sound(this: &Shell) -> Promise;
    /// Puts a file among the person's downloads and opens it; gives the name that it has there.
    #[wasm_bindgen(method, js_name = "keepFile")]
    fn keep_file(this: &Shell, name: &str, file: &Blob) -> Promise;
    /// Gives the keys that skip from anywhere on the computer, or `null`.
    #[wasm_bindgen(method)]
    fn floor(this: &Shell, floor: Option<&str>) -> Promise;
    #[wasm_bindgen(method, js_name = "openFloor")]
    fn open_floor(this: &Shell, room: &str);
    /// Gives a [`Fix`], or `null`.
    #[wasm_bindgen(method)]
    fn position(this: &Shell) -> Promise;
    /// For how long songs of a screen overlap, in milliseconds; 0: not at all.
    #[wasm_bindgen(method, getter, js_name = "crossfadeMs")]
    fn crossfade_ms(this: &Shell) -> f64;
    /// Gives the address of a song that is kept on the disk, or `null`.
    #[wasm_bindgen(method)]
    fn song(this: &Shell, song: &str) -> Promise;
    #[wasm_bindgen(method, js_name = "keepSong")]
    fn keep_song(this: &Shell, song: &str, sound: &Blob) -> Promise;
    /// Gives a browser's word for it: `granted`, `denied` or `default`.
    #[wasm_bindgen(method, js_name = "mayNotify")]
    fn may_notify(this: &Shell, asks: bool) -> Promise;
    #[wasm_bindgen(method)]
    fn notify(this: &Shell, title: &str, text: &str);

    /// What a browser notifies by, where it does.
    #[derive(Clone)]
    type Notifications;
    #[wasm_bindgen(thread_local_v2, js_name = "Notification")]
    static NOTIFICATIONS: Option<Notifications>;
    #[wasm_bindgen(method, getter)]
    fn permission(this: &Notifications) -> String;
    #[wasm_bindgen(method, js_name = "requestPermission")]
    fn request_permission(this: &Notifications) -> Promise;

    /// What an app's phone says of where it is.
    type Fix;
    #[wasm_bindgen(method, getter)]
    fn latitude(this: &Fix) -> f64;
    #[wasm_bindgen(method, getter)]
    fn longitude(this: &Fix) -> f64;
    /// In metres.
    #[wasm_bindgen(method, getter)]
    fn accuracy(this: &Fix) -> f64;
}

fn shell() -> Option<Shell> {
    SHELL.with(Clone::clone)
}

/// Whether this is the window of an app. Its links and pictures carry no session: only [`fetch`] does.
pub fn is_app() -> bool {
    shell().is_some()
}

/// Tells an app's shell that the page's program runs.
pub fn alive() {
    if let Some(shell) = shell() {
        shell.alive();
    }
}

/// Sends a request to the page's server.
pub async fn fetch(path: &str, init: &RequestInit) -> Result<Response, JsValue> {
    let answer = match shell() {
        Some(shell) => shell.fetch(path, init),
        None => web_sys::window().ok_or("no window")?.fetch_with_str_and_init(path, init),
    };
    JsFuture::from(answer).await?.dyn_into()
}

/// The address to connect a websocket of this path to; nothing while the server can't be asked.
pub async fn socket(path: &str) -> Option<String> {
    if let Some(shell) = shell() {
        return JsFuture::from(shell.socket(path)).await.ok()?.as_string();
    }
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}{path}", location.host().ok()?))
}

/// The address of what the server has at this path, for pictures.
pub fn address(path: String) -> String {
    match shell() {
        Some(shell) => shell.address(&path),
        None => path,
    }
}

/// What a session that is started here is kept as: a cookie, or in the app's keyring.
pub fn credential() -> Credential {
    if is_app() { Credential::Bearer } else { Credential::Cookie }
}

/// Goes to a page of others, such as a hosted checkout: here, or outside of the app.
pub fn leave_for(address: &str) {
    if let Some(shell) = shell() {
        return shell.open(address);
    }
    if let Some(window) = web_sys::window() {
        let _ = window.location().set_href(address);
    }
}

/// Writes the window's title.
pub fn set_title(title: &str) {
    if let Some(shell) = shell() {
        shell.title(title);
    }
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        document.set_title(title);
    }
}

/// Puts a file among the person's downloads; gives the name that it has there, or nothing where it can't be kept.
pub async fn keep_file(name: &str, file: &Blob) -> Option<String> {
    if let Some(shell) = shell() {
        return JsFuture::from(shell.keep_file(name, file)).await.ok()?.as_string();
    }
    let address = Url::create_object_url_with_blob(file).ok()?;
    let link = web_sys::window()?.document()?.create_element("a").ok()?;
    link.set_attribute("href", &address).ok()?;
    link.set_attribute("download", name).ok()?;
    link.dyn_into::<HtmlElement>().ok()?.click();
    // The browser reads it in its own time.
    Timeout::new(DOWNLOADED_MS, move || drop(Url::revoke_object_url(&address))).forget();
    Some(name.into())
}

/// Tells an app what its page shows, or that it shows no floor; gives the keys that skip from anywhere on the computer.
pub async fn tell_floor(floor: Option<&Floor>) -> Option<String> {
    let shell = shell()?;
    let floor = floor.and_then(|floor| serde_json::to_string(floor).ok());
    JsFuture::from(shell.floor(floor.as_deref())).await.ok()?.as_string()
}

/// Opens staff's page of a room in a window of its own, in a browser in a tab.
pub fn open_floor(room: &str) {
    if let Some(shell) = shell() {
        return shell.open_floor(room);
    }
    if let Some(window) = web_sys::window() {
        let _ = window.open_with_url_and_target(&format!("/staff/{room}"), "_blank");
    }
}

/// Calls `on` for each wish that somebody has outside of an app's page, a [`jukeline_app::outside::Wish`] as JSON, until
/// it is dropped.
pub fn on_wish(on: impl Fn(String) + 'static) -> Option<Listener> {
    shell()?;
    Listener::on_window("jukeline-wish", move |event| {
        event.dyn_ref::<CustomEvent>().and_then(|event| event.detail().as_string()).into_iter().for_each(&on);
    })
}

/// Whether this machine has something to sound on, as far as can be told: a browser doesn't tell.
pub async fn can_sound() -> bool {
    let Some(shell) = shell() else { return true };
    JsFuture::from(shell.can_sound()).await.map_or(true, |there| there.is_truthy())
}

/// For how long songs of a screen overlap, in milliseconds: as its app is set up, in a browser not at all.
pub fn crossfade_ms() -> i64 {
    shell().map_or(0, |shell| shell.crossfade_ms() as i64)
}

/// Where an app's phone is: `None` in a browser, which has a way of its own.
pub fn has_position() -> Option<bool> {
    shell().map(|shell| shell.has_position())
}

/// The position that an app's phone gives, with its accuracy in metres.
pub async fn position() -> Option<(Position, f64)> {
    let fix = JsFuture::from(shell()?.position()).await.ok().filter(|fix| !fix.is_null())?;
    let fix: Fix = fix.unchecked_into();
    let at = Position { latitude: fix.latitude(), longitude: fix.longitude() };
    (!at.is_nowhere(fix.accuracy())).then_some((at, fix.accuracy()))
}

/// Whether notifications of ours are shown on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notifying {
    /// There are none here.
    Unable,
    /// The person was not asked yet.
    Unasked,
    /// They are shown.
    Allowed,
    /// The person, or the device, refuses them.
    Denied,
}

/// Whether notifications are shown here. `asks`: whoever was not asked yet is asked now. Browsers take that within a touch
/// only, so the question is put before this returns.
pub fn may_notify(asks: bool) -> impl Future<Output = Notifying> {
    let said = match (shell(), NOTIFICATIONS.with(Clone::clone)) {
        (Some(shell), _) => Some(shell.may_notify(asks)),
        (None, Some(notifications)) if is_secure() && asks => Some(notifications.request_permission()),
        (None, Some(notifications)) if is_secure() => {
            Some(Promise::resolve::<JsValue>(&notifications.permission().into()))
        }
        (None, _) => None,
    };
    async move {
        let Some(said) = said else { return Notifying::Unable };
        let said = JsFuture::from(said).await.ok().and_then(|said| said.as_string()).unwrap_or_default();
        match said.as_str() {
            "granted" => Notifying::Allowed,
            "denied" => Notifying::Denied,
            "default" => Notifying::Unasked,
            _ => Notifying::Unable,
        }
    }
}

fn is_secure() -> bool {
    web_sys::window().is_some_and(|window| window.is_secure_context())
}

/// Whether nobody can see the page: behind another, minimised, or on a phone that is put away.
pub fn is_hidden() -> bool {
    web_sys::window().and_then(|window| window.document()).is_some_and(|document| document.hidden())
}

/// Shows a notification. `tag` stands for what it is about, which is told once however many pages are open; `path` is the
/// page that a touch leads to. A browser shows it by the page's service worker.
pub async fn notify(title: &str, text: &str, tag: &str, path: &str) {
    if let Some(shell) = shell() {
        return shell.notify(title, text);
    }
    let Some(workers) = web_sys::window().map(|window| window.navigator().service_worker()) else { return };
    let Ok(ready) = workers.ready().map(JsFuture::from) else { return };
    let ready = ready.await.map(JsCast::unchecked_into::<ServiceWorkerRegistration>);
    let Some(worker) = ready.ok().and_then(|registration| registration.active()) else { return };
    let told = js_sys::Array::of4(&title.into(), &text.into(), &tag.into(), &path.into());
    // A worker that just ended has nobody to tell.
    let _ = worker.post_message(&told);
}

/// The disk of an app, which keeps songs; a browser has its own.
pub struct SongDisk(Shell);

/// The app's disk, where this is one.
pub fn song_disk() -> Option<SongDisk> {
    shell().map(SongDisk)
}

impl SongDisk {
    /// The address of a song that is kept.
    pub async fn find(&self, song: &str) -> Option<String> {
        JsFuture::from(self.0.song(song)).await.ok()?.as_string()
    }

    /// Keeps a song, if there is room.
    pub async fn keep(&self, song: &str, sound: &Blob) {
        let _ = JsFuture::from(self.0.keep_song(song, sound)).await;
    }
}
