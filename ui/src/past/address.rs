//! What the address says: which page, and what was chosen on it. Choices stay in it, so that Back finds the same page.

use super::filters::Filters;
use jukeline_app::{
    api::{ChartQuery, ChartScope, ChartWindow, ElsewhereScope},
    client::escape,
};
use wasm_bindgen::JsValue;

/// A page of this surface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// A room's charts.
    Charts(String),
    /// What was heard elsewhere, for a room.
    Elsewhere(String),
    /// One's own history.
    History,
    /// One's favourites.
    Favourites,
    /// One's own year.
    Year(u16),
}

impl Page {
    /// The page of a path. The server gives this surface no others; a year that is none shows the history.
    fn of(path: &str) -> Page {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        match segments.as_slice() {
            ["r", room, "charts"] => Page::Charts(room.to_string()),
            ["r", room, "elsewhere"] => Page::Elsewhere(room.to_string()),
            ["favourites"] => Page::Favourites,
            ["years", year] => year.parse().map_or(Page::History, Page::Year),
            _ => Page::History,
        }
    }

    /// The room that its address names, if any.
    pub(super) fn room(&self) -> Option<String> {
        match self {
            Page::Charts(room) | Page::Elsewhere(room) => Some(room.clone()),
            Page::Favourites => named("room").filter(|room| !room.is_empty()),
            Page::History | Page::Year(_) => None,
        }
    }
}

/// The page that is looked at.
pub(super) fn page() -> Page {
    Page::of(&web_sys::window().and_then(|w| w.location().pathname().ok()).unwrap_or_default())
}

/// The chart that the address names; where it names none, this week's of the venue.
pub(super) fn chart() -> ChartQuery {
    let (window, scope) = (named("window"), named("scope"));
    ChartQuery {
        window: ChartWindow::ALL
            .into_iter()
            .find(|one| window.as_deref() == Some(one.word()))
            .unwrap_or(ChartWindow::Week),
        scope: ChartScope::ALL.into_iter().find(|one| scope.as_deref() == Some(one.word())).unwrap_or(ChartScope::Here),
        genre: named("genre").filter(|genre| !genre.is_empty()),
    }
}

/// Writes the chart into the address, in place of what stood there.
pub(super) fn keep_chart(room: &str, query: &ChartQuery) {
    let genre = query.genre.as_ref().map_or(String::new(), |genre| format!("&genre={}", escape(genre)));
    let path = format!("/r/{}/charts?window={}&scope={}{genre}", escape(room), query.window.word(), query.scope.word());
    keep(&path);
}

/// How far elsewhere is, as the address names it; where it doesn't, anywhere.
pub(super) fn elsewhere() -> ElsewhereScope {
    match named("scope").as_deref() {
        Some("city") => ElsewhereScope::City,
        _ => ElsewhereScope::Network,
    }
}

/// Writes how far elsewhere is into the address.
pub(super) fn keep_elsewhere(room: &str, scope: ElsewhereScope) {
    keep(&format!("/r/{}/elsewhere?scope={}", escape(room), scope.word()));
}

/// What the history is filtered by.
pub(super) fn filters() -> Filters {
    Filters {
        words: named("q").unwrap_or_default(),
        venue: named("venue").and_then(|venue| venue.parse().ok()),
        from: named("from").unwrap_or_default(),
        to: named("to").unwrap_or_default(),
    }
}

/// Writes what the history is filtered by into the address.
pub(super) fn keep_filters(filters: &Filters) {
    let pairs = [
        ("q", filters.words.clone()),
        ("venue", filters.venue.map(|venue| venue.to_string()).unwrap_or_default()),
        ("from", filters.from.clone()),
        ("to", filters.to.clone()),
    ];
    let told = pairs.iter().filter(|(_, value)| !value.is_empty());
    let told: Vec<String> = told.map(|(key, value)| format!("{key}={}", escape(value))).collect();
    keep(&if told.is_empty() { "/history".to_string() } else { format!("/history?{}", told.join("&")) });
}

/// A value of the address's query.
fn named(key: &str) -> Option<String> {
    let search = web_sys::window()?.location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&search).ok()?.get(key)
}

fn keep(path: &str) {
    let Some(history) = web_sys::window().and_then(|w| w.history().ok()) else { return };
    let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(path));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_page() {
        assert_eq!(Page::of("/r/copper/charts/"), Page::Charts("copper".into()));
        assert_eq!(Page::of("/r/copper/elsewhere"), Page::Elsewhere("copper".into()));
        assert_eq!(Page::of("/favourites"), Page::Favourites);
        assert_eq!(Page::of("/years/2026"), Page::Year(2026));
        assert_eq!((Page::of("/years/soon"), Page::of("/history")), (Page::History, Page::History));
    }
}
