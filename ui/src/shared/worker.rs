//! The service worker, where there is one: the page loads without a network, and can be installed as an app.

use wasm_bindgen_futures::JsFuture;

/// Registers `/sw.js` where the browser allows it and the server has it; anything else is fine without.
pub async fn register() {
    let Some(window) = web_sys::window().filter(|w| w.is_secure_context()) else { return };
    let scheme = window.location().protocol().unwrap_or_default();
    if !matches!(scheme.as_str(), "https:" | "http:") {
        return;
    }
    let has_workers = js_sys::Reflect::has(&window.navigator(), &"serviceWorker".into()).unwrap_or(false);
    if !has_workers || !is_served(&window).await {
        return;
    }
    let _ = JsFuture::from(window.navigator().service_worker().register("/sw.js")).await;
}

async fn is_served(window: &web_sys::Window) -> bool {
    let init = web_sys::RequestInit::new();
    init.set_method("HEAD");
    let Ok(answer) = JsFuture::from(window.fetch_with_str_and_init("/sw.js", &init)).await else { return false };
    let response: web_sys::Response = answer.into();
    let kind = response.headers().get("content-type").ok().flatten().unwrap_or_default();
    response.ok() && kind.contains("javascript")
}
