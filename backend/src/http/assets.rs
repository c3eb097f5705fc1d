//! Static files: the built pages with hashed names, and the few that browsers ask for by a name of their own.

use super::{
    extract::Path,
    problem::{Answer, ApiProblem},
    shared::Shared,
};
use crate::context::Context;
use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use jukeline_app::{api::Code, page::start};
use std::path::Path as FilePath;
use tower_http::services::ServeDir;

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const AN_HOUR: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=3600");

/// Network first for pages, cache first for what carries its content's hash in its name.
const SERVICE_WORKER: &str = include_str!("sw.js");

/// Static files; `folder` holds the built pages.
pub fn routes(folder: &FilePath) -> Router<Context> {
    let files = ServeDir::new(folder).precompressed_br().precompressed_gzip().append_index_html_on_directories(false);
    let files = Router::new().fallback_service(files).layer(middleware::from_fn(cache_forever));
    Router::new()
        .route("/ui/boot/{file}", get(boot))
        .nest_service("/ui", files)
        .route("/favicon.svg", get(favicon))
        .route("/icon.svg", get(favicon))
        .route("/manifest.webmanifest", get(web_manifest))
        .route("/sw.js", get(service_worker))
}

/// Everything below `/ui` but the boot scripts has its content's hash in its name.
async fn cache_forever(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    match response.status() {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED => {
            response.headers_mut().insert(header::CACHE_CONTROL, FOREVER);
            response
        }
        StatusCode::NOT_FOUND => ApiProblem::from(Code::NotFound).into_response(),
        StatusCode::METHOD_NOT_ALLOWED => ApiProblem::from(Code::MethodNotAllowed).into_response(),
        _ => response,
    }
}

/// The module that starts a surface: it imports the bundle and gives it the program's address.
async fn boot(shared: Shared, Path(file): Path<String>) -> Answer<Response> {
    let surface = file.strip_suffix(".js").and_then(|name| shared.pages.surface(name));
    let surface = surface.ok_or(ApiProblem::from(Code::NotFound))?;
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, start(surface)).into_response())
}

async fn favicon(shared: Shared) -> Answer<Response> {
    let file = shared.pages.asset_file("favicon.svg").ok_or(ApiProblem::from(Code::NotFound))?;
    let svg = tokio::fs::read(file).await.map_err(|_| ApiProblem::from(Code::NotFound))?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml"), AN_HOUR], svg).into_response())
}

async fn web_manifest(shared: Shared) -> Response {
    let png = |name: &str, sizes: &str, purpose: &str| {
        shared
            .pages
            .asset(name)
            .map(|src| serde_json::json!({ "src": src, "sizes": sizes, "type": "image/png", "purpose": purpose }))
    };
    let drawn = serde_json::json!({ "src": "/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any" });
    let rendered = [
        png("icon-192.png", "192x192", "any"),
        png("icon-512.png", "512x512", "any"),
        png("maskable-512.png", "512x512", "maskable"),
    ];
    let icons: Vec<_> = rendered.into_iter().flatten().chain([drawn]).collect();
    let manifest = serde_json::json!({
        "name": "Jukeline",
        "short_name": "Jukeline",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#17110f",
        "theme_color": "#17110f",
        "icons": icons,
    });
    ([(header::CONTENT_TYPE, "application/manifest+json"), AN_HOUR], manifest.to_string()).into_response()
}

async fn service_worker() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, SERVICE_WORKER).into_response()
}
