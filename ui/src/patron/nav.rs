//! Turning pages over the History API.

use super::route::Route;
use crate::shared::{listen::Listener, title};
use dioxus::prelude::*;
use futures_channel::mpsc::{UnboundedSender, unbounded};
use futures_util::StreamExt;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, MouseEvent, Window};

static ROUTE: GlobalSignal<Route> = Signal::global(|| current().unwrap_or(Route::Venues));

/// The page that lies behind a song's sheet.
static BEHIND: GlobalSignal<Option<Route>> = Signal::global(|| None);

enum Turn {
    Go(Route),
    Replace(Route),
    Back,
    Popped,
}

thread_local! {
    static TURNS: RefCell<Option<UnboundedSender<Turn>>> = const { RefCell::new(None) };
}

/// Where one is.
pub(crate) fn route() -> Route {
    ROUTE()
}

/// What lies behind the sheet, or where one is when there is none.
pub(crate) fn page() -> Route {
    match ROUTE() {
        Route::Song(room, _) => BEHIND().filter(|behind| behind.room() == Some(&room)).unwrap_or(Route::Room(room)),
        route => route,
    }
}

/// Opens a page.
pub(crate) fn go(route: Route) {
    send(Turn::Go(route));
}

/// Opens a page in place of this one.
pub(crate) fn replace(route: Route) {
    send(Turn::Replace(route));
}

/// Back to where one came from; where that is outside, to the page behind the sheet, or to the room.
pub(crate) fn back() {
    send(Turn::Back);
}

/// Follows links, the browser's buttons and [`go`]; called once, by the root.
pub(crate) fn use_navigation() {
    use_hook(|| {
        let (sender, mut turns) = unbounded();
        TURNS.set(Some(sender));
        spawn(async move {
            let _popped = Listener::on_window("popstate", |_| send(Turn::Popped));
            let _clicked = Listener::on_window("click", follow_link);
            while let Some(turn) = turns.next().await {
                take(turn);
            }
        })
    });
}

fn send(turn: Turn) {
    TURNS.with_borrow(|sender| {
        if let Some(sender) = sender {
            let _ = sender.unbounded_send(turn);
        }
    });
}

fn take(turn: Turn) {
    match turn {
        Turn::Go(route) if route == *ROUTE.peek() => {}
        // From sheet to sheet: Back and Close lead to the page behind them, however many there were.
        Turn::Go(route @ Route::Song(..)) if matches!(*ROUTE.peek(), Route::Song(..)) => take(Turn::Replace(route)),
        Turn::Go(route) => {
            write_history(&route, depth() + 1, false);
            show(route, true);
        }
        Turn::Replace(route) => {
            write_history(&route, depth(), true);
            show(route, false);
        }
        Turn::Back if depth() > 0 || is_from_the_past() => {
            let _ = window().and_then(|w| w.history().ok()).map(|history| history.back());
        }
        Turn::Back => {
            let route = match ROUTE.peek().clone() {
                Route::Song(room, _) => BEHIND.peek().clone().unwrap_or(Route::Room(room)),
                route => home(&route),
            };
            write_history(&route, 0, true);
            show(route, true);
        }
        Turn::Popped => show(current().unwrap_or(Route::Venues), false),
    }
}

/// Whether this is a sheet that was opened from what was heard, which is a page of its own to the browser.
fn is_from_the_past() -> bool {
    let before = || {
        let referrer = window()?.document()?.referrer();
        let path = referrer.strip_prefix(&window()?.location().origin().ok()?)?;
        let path = path.split('?').next()?;
        Some(path.ends_with("/charts") || path.ends_with("/elsewhere") || path == "/history" || path == "/favourites")
    };
    matches!(*ROUTE.peek(), Route::Song(..)) && before() == Some(true)
}

/// The page above: the room, where one is known.
fn home(route: &Route) -> Route {
    let room = route.room().map(str::to_string).or_else(super::state::last_room);
    match (route, room) {
        (Route::SignIn | Route::SignUp | Route::Forgot | Route::Reset(_) | Route::Privacy, _) => Route::Me,
        (_, Some(room)) => Route::Room(room),
        _ => Route::Venues,
    }
}

fn show(route: Route, is_forward: bool) {
    let before = ROUTE.peek().clone();
    let opens_sheet = matches!(route, Route::Song(..));
    if opens_sheet && !matches!(before, Route::Song(..)) {
        *BEHIND.write() = Some(before.clone()).filter(|behind| !matches!(behind, Route::Code(_)));
    }
    let closed_song = matches!(before, Route::Song(..)) && !opens_sheet;
    *ROUTE.write() = route.clone();
    let same_page = matches!((&before, &route), (Route::Find(a, _), Route::Find(b, _)) if a == b && !is_forward);
    if opens_sheet || same_page {
        return;
    }
    if is_typing() {
        return;
    }
    let song = closed_song.then(|| before.path());
    if is_forward && song.is_none() {
        let _ = window().map(|w| w.scroll_to_with_x_and_y(0.0, 0.0));
    }
    spawn_focus(song);
}

/// Whether the search field has the focus: it turns the page while one types, and must keep it.
fn is_typing() -> bool {
    window().and_then(|w| w.document()).and_then(|d| d.active_element()).is_some_and(|element| element.id() == "q")
}

/// Once the page is drawn, the focus goes to the row the sheet was opened from, else to the heading.
fn spawn_focus(row: Option<String>) {
    spawn(async move {
        gloo_timers::future::TimeoutFuture::new(30).await;
        if !row.is_some_and(|path| focus_link(&path)) {
            title::focus_heading();
        }
    });
}

/// Focuses the first link to `path`; `false` when there is none.
pub(crate) fn focus_link(path: &str) -> bool {
    let link =
        window().and_then(|w| w.document()).and_then(|d| d.query_selector(&format!("main a[href='{path}']")).ok()?);
    link.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()).is_some_and(|link| link.focus().is_ok())
}

/// Plain clicks on links of this surface turn the page here instead of loading it.
fn follow_link(event: Event) {
    let Some(mouse) = event.dyn_ref::<MouseEvent>() else { return };
    if event.default_prevented()
        || mouse.button() != 0
        || mouse.meta_key()
        || mouse.ctrl_key()
        || mouse.shift_key()
        || mouse.alt_key()
    {
        return;
    }
    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    let Some(link) = target.and_then(|t| t.closest("a[href]").ok().flatten()) else { return };
    let Some(route) =
        link.get_attribute("href").filter(|href| href.starts_with('/')).and_then(|href| Route::parse(&href))
    else {
        return;
    };
    event.prevent_default();
    go(route);
}

fn current() -> Option<Route> {
    let location = window()?.location();
    Route::parse(&format!("{}{}", location.pathname().ok()?, location.search().ok()?))
}

/// How many pages of this surface lie behind this one in the browser's history.
fn depth() -> u32 {
    let state = window().and_then(|w| w.history().ok()).and_then(|h| h.state().ok());
    state.and_then(|state| state.as_f64()).map_or(0, |depth| depth as u32)
}

fn write_history(route: &Route, depth: u32, in_place: bool) {
    let Some(history) = window().and_then(|w| w.history().ok()) else { return };
    let (state, path) = (JsValue::from_f64(f64::from(depth)), route.path());
    let _ = if in_place {
        history.replace_state_with_url(&state, "", Some(&path))
    } else {
        history.push_state_with_url(&state, "", Some(&path))
    };
}

fn window() -> Option<Window> {
    web_sys::window()
}
