//! What the address says: which room, which chart. The chart's choice stays in it, so that Back finds the same one.

use jukeline_app::{
    api::{ChartQuery, ChartScope, ChartWindow},
    client::escape,
};
use wasm_bindgen::JsValue;

/// The room of `/r/{room}/charts`.
pub(super) fn room() -> Option<String> {
    let path = web_sys::window()?.location().pathname().ok()?;
    let room = path.trim_end_matches('/').strip_prefix("/r/")?.strip_suffix("/charts")?;
    Some(room.to_string())
}

/// The chart that the address names; where it names none, this week's of the venue.
pub(super) fn chart() -> ChartQuery {
    let search = web_sys::window().and_then(|w| w.location().search().ok()).unwrap_or_default();
    let named = |key: &str| web_sys::UrlSearchParams::new_with_str(&search).ok()?.get(key);
    let (window, scope) = (named("window"), named("scope"));
    ChartQuery {
        window: ChartWindow::ALL
            .into_iter()
            .find(|one| window.as_deref() == Some(one.word()))
            .unwrap_or(ChartWindow::Week),
        scope: ChartScope::ALL.into_iter().find(|one| scope.as_deref() == Some(one.word())).unwrap_or(ChartScope::Here),
        genre: None,
    }
}

/// Writes the chart into the address, in place of what stood there.
pub(super) fn keep(room: &str, query: &ChartQuery) {
    let Some(history) = web_sys::window().and_then(|w| w.history().ok()) else { return };
    let path = format!("/r/{}/charts?window={}&scope={}", escape(room), query.window.word(), query.scope.word());
    let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
}
