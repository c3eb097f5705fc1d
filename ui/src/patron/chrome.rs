//! What frames the pages: headers, search, tabs, messages.

use super::{
    live::ROOM_ERROR,
    nav::{self, page},
    route::{Route, Shelf},
    state::{self, ROOM, TOAST},
};
use crate::shared::{
    icons::{Icon, Mark},
    words::lang,
};
use dioxus::prelude::*;

/// The header of the room.
#[component]
pub(crate) fn RoomTop() -> Element {
    let lang = lang();
    let room = ROOM.read();
    let Some(room) = room.as_ref() else {
        return rsx! {
            header { class: "top",
                div {
                    h1 { Mark {} "Jukeline" }
                    if ROOM_ERROR().is_none() { p { class: "muted", {lang.opening_the_room()} } }
                }
            }
        };
    };
    let name = if room.info.zone_name.is_empty() {
        room.info.venue_name.clone()
    } else {
        format!("{}, {}", room.info.venue_name, room.info.zone_name)
    };
    let code = Route::Code(room.info.room.clone()).path();
    rsx! {
        a { class: "skip-link", href: "#content", {lang.to_the_songs()} }
        header { class: "top",
            div {
                h1 { dir: "auto", Mark {} span { {name} } }
                match (room.info.open, state::in_the_room(room.info.jukebox)) {
                    (false, _) => rsx! { p { class: "state wait", {lang.closed_now()} } },
                    (true, Some(true)) => rsx! { p { class: "state ok", {lang.in_the_room()} } },
                    (true, Some(false)) => rsx! { p { class: "state wait", a { href: code, {lang.not_in_the_room()} } } },
                    (true, None) => rsx! {},
                }
            }
            CreditsChip {}
        }
    }
}

/// One's credits, on the way to the wallet; for nobody, the way to oneself.
#[component]
pub(crate) fn CreditsChip() -> Element {
    let lang = lang();
    match state::me() {
        Some(me) if me.credits > 0 || me.reserved > 0 => rsx! {
            a { class: "chip credits", href: "/wallet", {lang.credits(me.credits)} }
        },
        _ => rsx! {
            a { class: "btn round", href: "/me", aria_label: lang.you(), Icon { name: "person" } }
        },
    }
}

/// The header of a page with a title of its own.
#[component]
pub(crate) fn PageTop(title: String) -> Element {
    rsx! {
        header { class: "top", h1 { {title} } CreditsChip {} }
    }
}

/// The header of a page below another, with the way back.
#[component]
pub(crate) fn NestedTop(title: String) -> Element {
    rsx! {
        header { class: "top nested",
            button { class: "btn round back", aria_label: lang().back(), onclick: |_| nav::back(), Icon { name: "back" } }
            h1 { class: "clamp", dir: "auto", {title} }
        }
    }
}

/// The page: header, content, and the place where messages go.
#[component]
pub(crate) fn Page(top: Element, #[props(default)] search: bool, children: Element) -> Element {
    rsx! {
        div { class: if search { "phone has-search" } else { "phone" },
            {top}
            main { id: "content", tabindex: "-1", {children} }
        }
    }
}

/// Search and tabs, in thumb reach. It outlives the pages, so that typing goes on while they change.
#[component]
pub(crate) fn Dock() -> Element {
    let page = page();
    let room = page.room().map(str::to_string).or_else(state::last_room);
    let here = match &page {
        Route::Venues | Route::Room(_) | Route::Code(_) | Route::Song(..) => Tab::Room,
        Route::Find(..) => Tab::Find,
        Route::Played => Tab::Played,
        Route::Me | Route::SignIn | Route::SignUp | Route::Forgot | Route::Reset(_) | Route::Privacy => Tab::Wallet,
    };
    let searches = matches!(page, Route::Room(_) | Route::Find(..)).then_some(room.clone()).flatten();
    rsx! {
        Toasts {}
        div { class: "dock",
            if let Some(room) = searches {
                Finder { room }
            }
            Tabs { room, here }
        }
    }
}

/// The message at the foot, while there is one.
#[component]
pub(crate) fn Toasts() -> Element {
    rsx! {
        if let Some(toast) = TOAST() {
            div { class: "banner ok toast", Icon { name: "check" } p { strong { {toast.head} } " " {toast.text} } }
        }
    }
}

/// One of the phone's tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    /// The room, or the venues where none is known.
    Room,
    /// The catalogue.
    Find,
    /// One's own requests.
    Played,
    /// One's credits: a surface of its own, which a click loads.
    Wallet,
}

/// The tabs.
#[component]
pub(crate) fn Tabs(room: Option<String>, here: Tab) -> Element {
    let lang = lang();
    let (room, find) = match room {
        Some(room) => (Route::Room(room.clone()), Route::Find(room, Shelf::Front)),
        None => (Route::Venues, Route::Venues),
    };
    let tabs = [
        (Tab::Room, room.path(), lang.tab_room(), "room"),
        (Tab::Find, find.path(), lang.tab_find(), "search"),
        (Tab::Played, Route::Played.path(), lang.tab_played(), "history"),
        (Tab::Wallet, "/wallet".into(), lang.tab_wallet(), "wallet"),
    ];
    rsx! {
        nav { class: "tabs", aria_label: lang.main_nav(),
            for (tab , path , name , icon) in tabs {
                a { key: "{icon}", href: path, aria_current: (tab == here).then_some("page"), Icon { name: icon } {name} }
            }
        }
    }
}

/// The search field: typing turns to the catalogue and searches there.
#[component]
fn Finder(room: String) -> Element {
    let lang = lang();
    let shown = match page() {
        Route::Find(_, Shelf::Search(query)) => query,
        _ => String::new(),
    };
    let typed = move |event: FormEvent| {
        let query = event.value();
        let shelf = if query.trim().is_empty() { Shelf::Front } else { Shelf::Search(query) };
        let route = Route::Find(room.clone(), shelf);
        match page() {
            Route::Find(_, Shelf::Front | Shelf::Search(_)) => nav::replace(route),
            _ => nav::go(route),
        }
    };
    rsx! {
        form { class: "search", role: "search", onsubmit: |event| event.prevent_default(),
            Icon { name: "search" }
            input {
                class: "input",
                id: "q",
                r#type: "search",
                // Blank: the label stands in the field while it is, since a label can wrap.
                placeholder: " ",
                autocomplete: "off",
                enterkeyhint: "search",
                maxlength: "100",
                value: shown,
                oninput: typed,
            }
            label { r#for: "q", {lang.find_placeholder()} }
        }
    }
}

/// A notice above the page.
#[component]
pub(crate) fn Notice(icon: &'static str, head: String, text: String) -> Element {
    rsx! {
        div { class: "banner warn", role: "status",
            Icon { name: icon }
            p { strong { {head} } " " {text} }
        }
    }
}
