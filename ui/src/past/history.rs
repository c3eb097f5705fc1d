//! The page of one's own history: what one comes back to, and every song of one's own that was heard, anywhere.

use super::{
    address,
    again::{self, Again, Today, TodayHere},
    filters::{FilterForm, Filters},
    heart::Heart,
    keep::Keep,
    staples::StaplesOfMine,
    ways::{NoneYet, Own, OwnTop, sheet},
};
use crate::{
    patron::{
        chrome::Page,
        find::{Bones, Failed},
        state::{WHO, Who},
    },
    shared::{clock, cover::Cover, fetch::api, format, words::lang},
};
use dioxus::prelude::*;
use gloo_timers::future::TimeoutFuture;
use jukeline_app::{
    api::{HistoryEntry, HistoryVenue},
    client::ClientError,
    id::PlayId,
};

/// How long typing rests before it is searched for, in milliseconds.
const REST_MS: u32 = 200;

/// The page. `room`: where songs might be played again.
#[component]
pub(super) fn HistoryPage(room: Option<String>) -> Element {
    let lang = lang();
    rsx! {
        Page { top: rsx! { OwnTop { here: Own::History, title: lang.history() } },
            match WHO() {
                Who::Unknown => rsx! { Bones {} },
                Who::Nobody => rsx! { NoneYet { head: lang.no_history_yet(), hint: lang.no_history_yet_hint() } },
                Who::Somebody(_) => rsx! { Mine { room } },
            }
        }
    }
}

/// The plays that are shown so far.
#[derive(Clone, Debug, Default, PartialEq)]
struct Pages {
    entries: Vec<HistoryEntry>,
    more: Option<PlayId>,
    today: Option<Today>,
}

#[component]
fn Mine(room: Option<String>) -> Element {
    let lang = lang();
    let filters = use_signal(address::filters);
    let mut venues = use_signal(Vec::<HistoryVenue>::new);
    let mut pages = use_signal(Pages::default);
    let asked = (filters().query(room.clone()), room.clone());
    let mut first = use_resource(use_reactive!(|asked| async move {
        if asked.0.q.is_some() {
            TimeoutFuture::new(REST_MS).await;
        }
        let answer = api().history(&asked.0).await?;
        clock::heard(answer.server_now);
        venues.set(answer.venues);
        pages.set(Pages { entries: answer.entries, more: answer.more, today: None });
        let songs: Vec<_> = pages.peek().entries.iter().map(|entry| entry.song.clone()).collect();
        let today = again::today(answer.here, &songs).await;
        pages.write().today = today;
        Ok::<(), ClientError>(())
    }));
    let is_read = first.read().is_some() || !pages.read().entries.is_empty();
    let error = first.read().as_ref().and_then(|read| read.as_ref().err().cloned());
    let shown = pages();
    let is_empty = shown.entries.is_empty();
    if is_read && error.is_none() && is_empty && filters().are_none() {
        return rsx! { NoneYet { head: lang.no_history_yet(), hint: lang.no_history_yet_hint() } };
    }
    rsx! {
        FilterForm { filters, venues: venues() }
        if let Some(today) = shown.today.clone() { TodayHere { today } }
        if filters().are_none() { StaplesOfMine { room: room.clone() } }
        if let Some(error) = error {
            Failed { error, again: move |()| first.restart() }
        } else if !is_read {
            Bones {}
        } else if is_empty {
            NothingLike { filters }
        } else {
            for night in shown.entries.chunk_by(|a, b| (a.night, a.venue) == (b.night, b.venue)) {
                Night { key: "{night[0].play}", entries: night.to_vec(), today: shown.today.clone(), room: room.clone() }
            }
            if let Some(before) = shown.more {
                Older { pages, filters, room, before }
            }
            div { class: "actions",
                Keep { path: "/api/history.csv", name: "history.csv", {lang.as_a_table()} }
            }
        }
    }
}

/// The way to older plays.
#[component]
fn Older(pages: Signal<Pages>, filters: Signal<Filters>, room: Option<String>, before: PlayId) -> Element {
    let lang = lang();
    let mut busy = use_signal(|| false);
    let mut trouble = use_signal(|| None::<ClientError>);
    let load = move |_| {
        let asked = filters.peek().clone();
        let query = jukeline_app::api::HistoryQuery { before: Some(before), ..asked.query(room.clone()) };
        busy.set(true);
        trouble.set(None);
        spawn(async move {
            let answer = api().history(&query).await;
            busy.set(false);
            match answer {
                // Another filter may have been chosen meanwhile.
                Ok(answer) if *filters.peek() == asked => {
                    let mut pages = pages.write();
                    pages.entries.extend(answer.entries);
                    pages.more = answer.more;
                }
                Ok(_) => {}
                Err(error) => trouble.set(Some(error)),
            }
        });
    };
    rsx! {
        if let Some(error) = trouble() {
            p { class: "error", role: "alert", {lang.client_error(&error)} }
        }
        button { class: "btn wide", aria_busy: busy(), disabled: busy(), onclick: load, {lang.older()} }
    }
}

/// The songs of a night at a venue.
#[component]
fn Night(entries: Vec<HistoryEntry>, today: Option<Today>, room: Option<String>) -> Element {
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
                    li { key: "{entry.play}", Heard { entry, today: today.clone(), room: room.clone() } }
                }
            }
        }
    }
}

/// A song that was heard: the way to play it again, and its heart.
#[component]
fn Heard(entry: HistoryEntry, today: Option<Today>, room: Option<String>) -> Element {
    let lang = lang();
    let song = entry.song.song.clone();
    rsx! {
        div { class: "hearted",
            a { class: "row", href: sheet(room.as_deref(), song.id),
                Cover { song: song.clone() }
                div { class: "row-text",
                    p { class: "row-title clamp", dir: "auto", {song.title.clone()} }
                    p { class: "row-sub clamp", dir: "auto", {song.artist.clone()} }
                    Again { label: lang.play_again(), today, refusal: entry.song.refusal }
                }
                span { class: "row-end", {format::time(lang, entry.heard_at, &entry.timezone)} }
            }
            Heart { song: song.clone(), was: entry.favourite }
        }
    }
}

#[component]
fn NothingLike(filters: Signal<Filters>) -> Element {
    let lang = lang();
    let clear = move |_| {
        filters.set(Filters::default());
        address::keep_filters(&Filters::default());
    };
    rsx! {
        section { class: "empty", role: "status",
            h2 { {lang.nothing_heard_like_that()} }
            button { class: "btn", onclick: clear, {lang.show_all()} }
        }
    }
}
