//! The page of one's own history: what one comes back to, and every song of one's own that was heard, anywhere.

use super::staples::StaplesOfMine;
use crate::{
    patron::{
        chrome::{CreditsChip, Page},
        find::{Bones, Failed},
        route::{Route, Shelf},
        rows::SongRow,
        state::{self, WHO, Who},
    },
    shared::{clock, fetch::api, format, icons::Icon, words::lang},
};
use dioxus::prelude::*;
use gloo_timers::future::TimeoutFuture;
use jukeline_app::{
    api::{HistoryEntry, HistoryQuery},
    client::ClientError,
    id::PlayId,
};

/// How long typing rests before it is searched for, in milliseconds.
const REST_MS: u32 = 200;

/// The page.
#[component]
pub(super) fn HistoryPage() -> Element {
    let lang = lang();
    let top = rsx! { header { class: "top", h1 { {lang.history()} } CreditsChip {} } };
    rsx! {
        Page { top,
            match WHO() {
                Who::Unknown => rsx! { Bones {} },
                Who::Nobody => rsx! { Nothing {} },
                Who::Somebody(_) => rsx! { Mine {} },
            }
        }
    }
}

#[component]
fn Mine() -> Element {
    let lang = lang();
    let mut typed = use_signal(String::new);
    let words = typed().trim().to_string();
    rsx! {
        form { class: "search", role: "search", onsubmit: |event| event.prevent_default(),
            Icon { name: "search" }
            input {
                class: "input",
                id: "history-q",
                r#type: "search",
                // Blank: the label stands in the field while it is, since a label can wrap.
                placeholder: " ",
                autocomplete: "off",
                enterkeyhint: "search",
                maxlength: "100",
                value: typed(),
                oninput: move |event| typed.set(event.value()),
            }
            label { r#for: "history-q", {lang.search_history()} }
        }
        if words.is_empty() { StaplesOfMine {} }
        Plays { words }
    }
}

/// The plays that are shown so far.
#[derive(Clone, Debug, Default, PartialEq)]
struct Pages {
    entries: Vec<HistoryEntry>,
    more: Option<PlayId>,
}

#[component]
fn Plays(words: String) -> Element {
    let lang = lang();
    let mut pages = use_signal(Pages::default);
    let query = HistoryQuery {
        room: state::last_room(),
        q: Some(words.clone()).filter(|words| !words.is_empty()),
        ..HistoryQuery::default()
    };
    let asked = query.clone();
    let mut first = use_resource(use_reactive!(|asked| async move {
        if asked.q.is_some() {
            TimeoutFuture::new(REST_MS).await;
        }
        let answer = api().history(&asked).await?;
        pages.set(Pages { entries: answer.entries, more: answer.more });
        Ok::<(), ClientError>(())
    }));
    let load_more = move |_| {
        let query = HistoryQuery { before: pages.peek().more, ..query.clone() };
        spawn(async move {
            if let Ok(answer) = api().history(&query).await {
                let mut pages = pages.write();
                pages.entries.extend(answer.entries);
                pages.more = answer.more;
            }
        });
    };
    let error = match first.read().as_ref() {
        None => return rsx! { Bones {} },
        Some(Ok(())) => None,
        Some(Err(error)) => Some(error.clone()),
    };
    if let Some(error) = error {
        return rsx! { Failed { error, again: move |()| first.restart() } };
    }
    let Pages { entries, more } = pages();
    if entries.is_empty() && words.is_empty() {
        return rsx! { Nothing {} };
    }
    if entries.is_empty() {
        return rsx! { section { class: "empty", role: "status", h2 { {lang.nothing_like(&words)} } } };
    }
    rsx! {
        for night in entries.chunk_by(|a, b| (a.night, a.venue) == (b.night, b.venue)) {
            Night { key: "{night[0].play}", entries: night.to_vec() }
        }
        if more.is_some() {
            button { class: "btn wide", onclick: load_more, {lang.more()} }
        }
    }
}

/// The songs of a night at a venue.
#[component]
fn Night(entries: Vec<HistoryEntry>) -> Element {
    let lang = lang();
    let Some(first) = entries.first() else { return VNode::empty() };
    rsx! {
        section {
            div { class: "section-head",
                h2 { {format::night(lang, first.night, clock::now())} }
                p { dir: "auto", {first.venue_name.clone()} }
            }
            ul { class: "queue",
                for entry in entries {
                    li { key: "{entry.play}",
                        SongRow {
                            href: sheet(entry.song.song.id),
                            sub: entry.song.song.artist.clone(),
                            end: format::time(lang, entry.heard_at, &entry.timezone),
                            song: entry.song.song,
                        }
                    }
                }
            }
        }
    }
}

/// The song's sheet in the last room; where there is none, the venues.
pub(super) fn sheet(song: jukeline_app::id::SongId) -> String {
    state::last_room().map_or(Route::Venues, |room| Route::Song(room, song)).path()
}

#[component]
fn Nothing() -> Element {
    let lang = lang();
    let find = state::last_room().map_or(Route::Venues, |room| Route::Find(room, Shelf::Front)).path();
    rsx! {
        section { class: "empty",
            h2 { {lang.no_history_yet()} }
            p { class: "muted", {lang.no_history_yet_hint()} }
            a { class: "btn main", href: find, {lang.find_a_song()} }
        }
    }
}
