//! What makes an app of the page: the manifest that browsers install it by, and the service worker that opens it offline.

use super::{manifest::Pages, shared::Shared};
use crate::context::Context;
use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use jukeline_app::page::{GROUND, paths_of};
use serde_json::{Value, json};

const AN_HOUR: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=3600");
/// Network first for pages, cache first for what carries its content's hash in its name.
const SERVICE_WORKER: &str = include_str!("sw.js");

/// The manifest and the service worker.
pub fn routes() -> Router<Context> {
    Router::new().route("/manifest.webmanifest", get(web_manifest)).route("/sw.js", get(service_worker))
}

async fn web_manifest(shared: Shared) -> Response {
    let manifest = json!({
        "id": "/",
        "name": "Jukeline",
        "short_name": "Jukeline",
        "description": "The jukebox in your pocket: pick a song and hear it in the room.",
        "lang": "en",
        "categories": ["music", "entertainment"],
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": GROUND,
        "icons": icons(&shared.pages),
        "shortcuts": [
            { "name": "Played", "url": "/played", "icons": shortcut_icons(&shared.pages) },
            { "name": "Wallet", "url": "/wallet", "icons": shortcut_icons(&shared.pages) },
        ],
    });
    ([(header::CONTENT_TYPE, "application/manifest+json"), AN_HOUR], manifest.to_string()).into_response()
}

fn icons(pages: &Pages) -> Vec<Value> {
    let drawn = json!({ "src": "/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any" });
    let rendered = [
        png(pages, "icon-192.png", "192x192", "any"),
        png(pages, "icon-512.png", "512x512", "any"),
        png(pages, "maskable-512.png", "512x512", "maskable"),
    ];
    rendered.into_iter().flatten().chain([drawn]).collect()
}

fn shortcut_icons(pages: &Pages) -> Vec<Value> {
    png(pages, "icon-192.png", "192x192", "any").into_iter().collect()
}

fn png(pages: &Pages, name: &str, sizes: &str, purpose: &str) -> Option<Value> {
    let src = pages.asset(name)?;
    Some(json!({ "src": src, "sizes": sizes, "type": "image/png", "purpose": purpose }))
}

/// The script begins with what this server knows: another build makes other bytes, which is how browsers know that there
/// is a new worker.
async fn service_worker(shared: Shared) -> Response {
    let sprite: Vec<String> = shared.pages.asset("sprite.svg").into_iter().collect();
    let script = format!(
        "const BUILD = {};\nconst ALWAYS = {};\nconst PATRON = {};\nconst ICON = {};\n{SERVICE_WORKER}",
        json!(shared.pages.build),
        json!(sprite),
        json!(paths_of("patron")),
        json!(shared.pages.asset("icon-192.png").unwrap_or("/icon.svg".into())),
    );
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, script).into_response()
}
