//! The page of a room's charts: which one, what a night is, and its songs. Read anew every 10 s.

use super::{address, chart::Places};
use crate::{
    patron::{
        chrome::{Notice, Page},
        find::{Bones, Failed},
        route::{Route, Shelf},
        state::{self, ROOM},
    },
    shared::{clock, fetch::api, format, icons::Icon, words::lang},
};
use dioxus::prelude::*;
use gloo_timers::future::TimeoutFuture;
use jukeline_app::{
    api::{Chart, ChartQuery, ChartScope, ChartWindow},
    client::ClientError,
    time::Timestamp,
};

/// How long a chart is shown before it is read again, in milliseconds.
const EVERY_MS: u32 = 10_000;

/// What is known of the chart.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shown {
    /// The chart, and when it was read.
    chart: Option<(Chart, Timestamp)>,
    /// Why the last look failed.
    trouble: Option<ClientError>,
}

/// The page.
#[component]
pub(super) fn ChartsPage(room: String) -> Element {
    let lang = lang();
    let query = use_signal(address::chart);
    let shown = use_signal(Shown::default);
    let of_room = room.clone();
    let mut following = use_resource(move || follow(of_room.clone(), query(), shown));
    let venue = ROOM.read().as_ref().map(|room| room.info.venue_name.clone());
    let top = rsx! {
        header { class: "top nested",
            a { class: "btn round back", href: Route::Room(room.clone()).path(), aria_label: lang.back_to_room(), Icon { name: "back" } }
            div {
                h1 { {lang.charts()} }
                p { class: "muted clamp", dir: "auto", {venue.unwrap_or_else(|| "\u{a0}".into())} }
            }
        }
    };
    let Shown { chart, trouble } = shown();
    rsx! {
        Page { top,
            Choice { room: room.clone(), query }
            match (chart, trouble) {
                (None, None) => rsx! { Bones {} },
                (None, Some(error)) => rsx! { Failed { error, again: move |()| following.restart() } },
                (Some((chart, at)), trouble) => rsx! {
                    if trouble.is_some() {
                        Notice { icon: "offline", head: lang.no_connection(), text: lang.chart_as_of(&format::time(lang, at, &state::zone())) }
                    }
                    p { class: "muted", {lang.night_rule(chart.query.window, chart.night_rule)} }
                    if chart.entries.is_empty() {
                        Nothing { room, query: chart.query }
                    } else {
                        Places { room, entries: chart.entries }
                    }
                },
            }
        }
    }
}

/// Reads the chart, and again every 10 s, for as long as it is the one that is looked at.
async fn follow(room: String, query: ChartQuery, mut shown: Signal<Shown>) {
    shown.set(Shown::default());
    loop {
        if !is_hidden() {
            let answer = api().chart(&room, &query).await;
            let mut shown = shown.write();
            match answer {
                Ok(chart) => *shown = Shown { chart: Some((chart, clock::now())), trouble: None },
                Err(error) => shown.trouble = Some(error),
            }
        }
        TimeoutFuture::new(EVERY_MS).await;
    }
}

/// Whether nobody sees the page.
fn is_hidden() -> bool {
    web_sys::window().and_then(|w| w.document()).is_some_and(|document| document.hidden())
}

/// Which nights, and where.
#[component]
fn Choice(room: String, query: Signal<ChartQuery>) -> Element {
    let lang = lang();
    let now = query();
    let windows = ChartWindow::ALL.map(|window| (ChartQuery { window, ..now.clone() }, lang.chart_window(window)));
    let scopes = ChartScope::ALL.map(|scope| (ChartQuery { scope, ..now.clone() }, lang.chart_scope(scope)));
    let groups = [(lang.which_nights(), windows.to_vec()), (lang.where_heard(), scopes.to_vec())];
    rsx! {
        div { class: "stack-tight",
            for (label , choices) in groups {
                div { key: "{label}", class: "segments", role: "group", aria_label: label,
                    for (choice , word) in choices {
                        button {
                            key: "{word}",
                            class: "segment",
                            aria_pressed: if choice == now { "true" } else { "false" },
                            onclick: {
                                let room = room.clone();
                                move |_| {
                                    address::keep(&room, &choice);
                                    query.set(choice.clone());
                                }
                            },
                            {word}
                        }
                    }
                }
            }
        }
    }
}

#[component]
fn Nothing(room: String, query: ChartQuery) -> Element {
    let lang = lang();
    rsx! {
        section { class: "empty", role: "status",
            h2 { {lang.nothing_heard(query.window, query.scope)} }
            p { class: "muted", {lang.nothing_heard_hint()} }
            a { class: "btn main", href: Route::Find(room, Shelf::Front).path(), {lang.find_a_song()} }
        }
    }
}
