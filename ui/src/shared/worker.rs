//! The service worker, where there is one: the page loads without a network, and can be installed as an app.

use wasm_bindgen_futures::JsFuture;

/// Registers `/sw.js` where the browser allows it; a page is fine without.
pub async fn register() {
    let Some(window) = web_sys::window().filter(|w| w.is_secure_context()) else { return };
    let scheme = window.location().protocol().unwrap_or_default();
    if !matches!(scheme.as_str(), "https:" | "http:") {
        return;
    }
    let has_workers = js_sys::Reflect::has(&window.navigator(), &"serviceWorker".into()).unwrap_or(false);
    if has_workers {
        let _ = JsFuture::from(window.navigator().service_worker().register("/sw.js")).await;
    }
}
