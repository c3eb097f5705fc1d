//! One's own requests, and what became of each credit.

use super::{
    chrome::{Page, PageTop},
    find::{Bones, Failed},
    profile::MenuRow,
    request::Request,
    route::{Route, Shelf},
    state::{self, MINE, WHO, Who},
};
use crate::shared::{fetch::api, words::lang};
use dioxus::prelude::*;
use jukeline_app::{
    api::{MyPlay, MyPlays},
    client::ClientError,
    id::PlayId,
};

/// The page.
#[component]
pub(crate) fn PlayedPage() -> Element {
    let lang = lang();
    rsx! {
        Page { top: rsx! { PageTop { title: lang.tab_played() } },
            match WHO() {
                Who::Unknown => rsx! { Bones {} },
                Who::Nobody => no_songs(),
                Who::Somebody(_) => rsx! { Mine {} },
            }
            ul { class: "menu",
                MenuRow { href: "/favourites", name: lang.my_favourites() }
                MenuRow { href: "/history", name: lang.whole_history() }
            }
        }
    }
}

#[component]
fn Mine() -> Element {
    let lang = lang();
    let mut older = use_signal(Vec::<MyPlay>::new);
    let mut more = use_signal(|| None::<PlayId>);
    let mut first = use_resource(move || async move {
        let answer: Result<MyPlays, ClientError> = api().plays(None).await;
        if let Ok(answer) = &answer {
            more.set(answer.more);
            *MINE.write() = answer.plays.clone();
        }
        answer.map(|_| ())
    });
    let load_more = move |_| {
        let Some(before) = more() else { return };
        spawn(async move {
            if let Ok(answer) = api().plays(Some(before)).await {
                more.set(answer.more);
                older.write().extend(answer.plays);
            }
        });
    };
    let error = match &*first.read() {
        Some(Err(error)) if MINE.read().is_empty() => Some(error.clone()),
        None if MINE.read().is_empty() => return rsx! { Bones {} },
        _ => None,
    };
    if let Some(error) = error {
        return rsx! { Failed { error, again: move |()| first.restart() } };
    }
    let mine = MINE.read();
    if mine.is_empty() {
        return no_songs();
    }
    let (active, past): (Vec<&MyPlay>, Vec<&MyPlay>) = mine.iter().partition(|mine| !mine.state.is_final());
    rsx! {
        if !active.is_empty() {
            section {
                h2 { {lang.my_songs()} }
                ol {
                    for play in active.into_iter().rev() {
                        Request { key: "{play.play}", play: play.clone() }
                    }
                }
            }
        }
        if !past.is_empty() {
            section {
                h2 { {lang.earlier()} }
                ol {
                    for play in past {
                        Request { key: "{play.play}", play: play.clone() }
                    }
                    for play in older() {
                        Request { key: "{play.play}", play: play.clone() }
                    }
                }
            }
        }
        if more().is_some() {
            button { class: "btn wide", onclick: load_more, {lang.more()} }
        }
    }
}

fn no_songs() -> Element {
    let lang = lang();
    let find = state::last_room().map_or(Route::Venues, |room| Route::Find(room, Shelf::Front)).path();
    rsx! {
        section { class: "empty",
            h2 { {lang.no_songs_yet()} }
            p { class: "muted", {lang.no_songs_yet_hint()} }
            a { class: "btn main", href: find, {lang.find_a_song()} }
        }
    }
}
