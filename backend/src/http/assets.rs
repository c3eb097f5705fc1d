//! Static files: the built pages with hashed names, and the few that browsers ask for by a name of their own.

use super::{
    extract::Path,
    problem::{Answer, ApiProblem},
    shared::Shared,
};
use crate::context::Context;
use axum::{
    Extension, Router,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use jukeline_app::{api::Code, page::start};
use std::path::Path as FilePath;
use tower_http::services::ServeDir;

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const NOT_KEPT: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");
const AN_HOUR: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=3600");

/// Static files; `folder` holds the built pages.
pub fn routes(folder: &FilePath) -> Router<Context> {
    let files = ServeDir::new(folder).precompressed_br().precompressed_gzip().append_index_html_on_directories(false);
    let files = Router::new().fallback_service(files).layer(middleware::from_fn(cache_forever));
    Router::new()
        .route("/ui/boot/{file}", get(boot))
        .nest_service("/ui", files)
        .route("/favicon.svg", get(favicon))
        .route("/icon.svg", get(favicon))
}

/// Everything below `/ui` but the boot scripts has its content's hash in its name. A page of another build that is still
/// open finds its styles, fonts and icons as they are today.
async fn cache_forever(Extension(shared): Extension<Shared>, request: Request, next: Next) -> Response {
    let today = shared.pages.today(request.uri().path());
    let mut response = next.run(request).await;
    match response.status() {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED => {
            response.headers_mut().insert(header::CACHE_CONTROL, FOREVER);
            response
        }
        StatusCode::NOT_FOUND => match today {
            Some(today) => ([NOT_KEPT], Redirect::temporary(&today)).into_response(),
            None => ApiProblem::from(Code::NotFound).into_response(),
        },
        StatusCode::METHOD_NOT_ALLOWED => ApiProblem::from(Code::MethodNotAllowed).into_response(),
        _ => response,
    }
}

/// Where the browser offers to install the page, it does so once, maybe before the program runs: the offer is kept for the
/// wallet, which is where the page speaks of it.
const KEEP_THE_OFFER: &str = "addEventListener(\"beforeinstallprompt\", (event) => {
  event.preventDefault();
  window.jukelineOffer = event;
  dispatchEvent(new Event(\"jukeline-offer\"));
});
";

/// The module that starts a surface: it imports the bundle and gives it the program's address.
async fn boot(shared: Shared, Path(file): Path<String>) -> Answer<Response> {
    let name = file.strip_suffix(".js").unwrap_or_default();
    let surface = shared.pages.surface(name).ok_or(ApiProblem::from(Code::NotFound))?;
    let first = if name == "wallet" { KEEP_THE_OFFER } else { "" };
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, start(surface, first)).into_response())
}

async fn favicon(shared: Shared) -> Answer<Response> {
    let file = shared.pages.asset_file("favicon.svg").ok_or(ApiProblem::from(Code::NotFound))?;
    let svg = tokio::fs::read(file).await.map_err(|_| ApiProblem::from(Code::NotFound))?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml"), AN_HOUR], svg).into_response())
}
