//! What the history is filtered by: words, a venue, the nights from and to.

use super::address;
use crate::shared::{icons::Icon, words::lang};
use dioxus::prelude::*;
use jukeline_app::{
    api::{HistoryQuery, HistoryVenue},
    id::VenueId,
};

/// What is filtered by. Nights stand as the browser's date fields write them, `YYYY-MM-DD`; empty: any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filters {
    /// Words of title or artist.
    pub words: String,
    /// A venue.
    pub venue: Option<VenueId>,
    /// The first night.
    pub from: String,
    /// The last night.
    pub to: String,
}

impl Filters {
    /// Whether anything is filtered.
    pub(super) fn are_none(&self) -> bool {
        self.words.trim().is_empty() && !self.narrow()
    }

    /// Whether venue or nights are filtered.
    fn narrow(&self) -> bool {
        self.venue.is_some() || night(&self.from).is_some() || night(&self.to).is_some()
    }

    /// The question to the server.
    pub(super) fn query(&self, room: Option<String>) -> HistoryQuery {
        HistoryQuery {
            room,
            q: Some(self.words.trim().to_string()).filter(|words| !words.is_empty()),
            venue: self.venue,
            from: night(&self.from),
            to: night(&self.to),
            before: None,
        }
    }
}

/// A night's number of a date field's value.
fn night(date: &str) -> Option<u32> {
    date.replace('-', "").parse().ok().filter(|_| date.len() == 10)
}

/// The search field, and below it what else can be filtered by. `venues`: those that one has been to.
#[component]
pub(super) fn FilterForm(filters: Signal<Filters>, venues: Vec<HistoryVenue>) -> Element {
    let lang = lang();
    let mut change = move |change: &dyn Fn(&mut Filters)| {
        change(&mut filters.write());
        address::keep_filters(&filters.peek());
    };
    let now = filters();
    // Open where it hides something; from then on it is the reader's.
    let starts_open = use_hook(|| filters.peek().narrow());
    rsx! {
        form { class: "stack-tight", role: "search", onsubmit: |event| event.prevent_default(),
            div { class: "search",
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
                    value: now.words.clone(),
                    oninput: move |event| change(&|filters| filters.words = event.value()),
                }
                label { r#for: "history-q", {lang.search_history()} }
            }
            details { class: "filters", open: starts_open,
                summary { {lang.venue_and_nights()} }
                div { class: "form",
                    div { class: "field",
                        label { r#for: "history-venue", {lang.venue_filter()} }
                        select {
                            class: "input",
                            id: "history-venue",
                            onchange: move |event| change(&|filters| filters.venue = event.value().parse().ok()),
                            option { value: "", selected: now.venue.is_none(), {lang.all_venues()} }
                            for place in venues {
                                option { key: "{place.venue}", value: "{place.venue}", selected: now.venue == Some(place.venue),
                                    {lang.venue_with_plays(&place.venue_name, place.plays)}
                                }
                            }
                        }
                    }
                    div { class: "nights",
                        div { class: "field",
                            label { r#for: "history-from", {lang.from_night()} }
                            input {
                                class: "input",
                                id: "history-from",
                                r#type: "date",
                                value: now.from.clone(),
                                max: now.to.clone(),
                                onchange: move |event| change(&|filters| filters.from = event.value()),
                            }
                        }
                        div { class: "field",
                            label { r#for: "history-to", {lang.to_night()} }
                            input {
                                class: "input",
                                id: "history-to",
                                r#type: "date",
                                value: now.to.clone(),
                                min: now.from.clone(),
                                onchange: move |event| change(&|filters| filters.to = event.value()),
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_nights_and_half_of_one_none() {
        let filters = Filters { from: "2026-03-07".into(), to: "2026".into(), words: " ".into(), venue: None };
        let query = filters.query(None);
        assert_eq!((query.from, query.to, query.q), (Some(20260307), None, None));
        assert!(!filters.are_none() && Filters::default().are_none());
    }
}
