//! The page of a room's charts: which one, what a night is, and its songs, as they change.

use super::{
    address,
    chart::Places,
    follow::{Followed, use_followed},
    ways::{OfRoom, RoomTop},
};
use crate::{
    patron::{
        chrome::{Notice, Page},
        find::{Bones, Failed},
        route::{Route, Shelf},
        state,
    },
    shared::{fetch::api, format, words::lang},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{Chart, ChartQuery, ChartScope, ChartWindow, PastMessage, PastQuery},
    client::ClientError,
};

impl Followed for ChartQuery {
    type Told = Chart;

    fn query(&self) -> PastQuery {
        let genre = self.genre.clone();
        PastQuery { window: Some(self.window), scope: Some(self.scope), genre, elsewhere: None }
    }

    fn take(&self, before: Option<Chart>, message: PastMessage) -> Option<Chart> {
        let PastMessage::Chart(change) = message else { return None };
        let mut entries = before.map(|chart| chart.entries).unwrap_or_default();
        let (query, nights, compared_with) = (change.query.clone(), change.nights, change.compared_with);
        let night_rule = change.night_rule;
        change.apply(&mut entries);
        Some(Chart { query, nights, compared_with, night_rule, entries })
    }

    fn read(&self, room: String) -> impl Future<Output = Result<Chart, ClientError>> + 'static {
        let query = self.clone();
        async move { api().chart(&room, &query).await }
    }
}

/// The page.
#[component]
pub(super) fn ChartsPage(room: String) -> Element {
    let query = use_signal(address::chart);
    let now = query();
    rsx! {
        Page { top: rsx! { RoomTop { room: room.clone(), here: OfRoom::Charts } },
            Choice { room: room.clone(), query }
            for query in [now] {
                Followable { key: "{query:?}", room: room.clone(), query }
            }
        }
    }
}

/// A chart, followed.
#[component]
fn Followable(room: String, query: ChartQuery) -> Element {
    let lang = lang();
    let (shown, look) = use_followed(&room, &query);
    let shown = shown();
    let Some(chart) = shown.told else {
        return match shown.trouble {
            None => rsx! { Bones {} },
            Some(error) => rsx! { Failed { error, again: look } },
        };
    };
    rsx! {
        if shown.trouble.is_some() {
            Notice { icon: "offline", head: lang.no_connection(), text: lang.chart_as_of(&format::time(lang, shown.at, &state::zone())) }
        }
        p { class: "muted", {lang.night_rule(chart.query.window, chart.night_rule)} }
        if chart.entries.is_empty() {
            Nothing { room, query: chart.query }
        } else {
            Places { room, entries: chart.entries }
        }
    }
}

/// Which nights, where, and of which genre.
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
                                    address::keep_chart(&room, &choice);
                                    query.set(choice.clone());
                                }
                            },
                            {word}
                        }
                    }
                }
            }
            Genres { room, query }
        }
    }
}

/// The genres of the room's catalogue; one that the address names stays, whatever the catalogue has.
#[component]
fn Genres(room: String, query: Signal<ChartQuery>) -> Element {
    let lang = lang();
    let of_room = room.clone();
    let browse = use_resource(move || {
        let room = of_room.clone();
        async move { api().browse(&room).await }
    });
    let chosen = query.read().genre.clone();
    let mut names: Vec<String> = match browse.read().as_ref() {
        Some(Ok(browse)) => browse.genres.iter().map(|genre| genre.name.clone()).collect(),
        _ => Vec::new(),
    };
    if let Some(chosen) = chosen.clone().filter(|chosen| !names.contains(chosen)) {
        names.push(chosen);
    }
    if names.is_empty() {
        return VNode::empty();
    }
    let choose = move |event: FormEvent| {
        query.write().genre = Some(event.value()).filter(|genre| !genre.is_empty());
        address::keep_chart(&room, &query.peek());
    };
    rsx! {
        div { class: "genre",
            label { r#for: "genre", {lang.genre()} }
            select { class: "input", id: "genre", onchange: choose,
                option { value: "", selected: chosen.is_none(), {lang.all_genres()} }
                for name in names {
                    option { key: "{name}", value: name.clone(), selected: chosen.as_deref() == Some(name.as_str()), {name.clone()} }
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
            p { class: "muted", if let Some(genre) = &query.genre { {lang.nothing_of_genre(genre)} } else { {lang.nothing_heard_hint()} } }
            a { class: "btn main", href: Route::Find(room, Shelf::Front).path(), {lang.find_a_song()} }
        }
    }
}
