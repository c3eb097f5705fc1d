//! What happens to every request and answer.

use super::{cookies, problem::ApiProblem};
use crate::{config::Config, context::Context, secret};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use jukeline_app::api::Code;
use std::{
    any::Any,
    sync::Arc,
    time::{Duration, Instant},
};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a handler may take before its answer begins.
const HANDLER_TIME: Duration = Duration::from_secs(15);
/// The shells' own origins.
const SHELLS: [HeaderValue; 2] =
    [HeaderValue::from_static("tauri://localhost"), HeaderValue::from_static("http://tauri.localhost")];
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives each request an id, and logs and counts it: route, status and time; never an address, a query, a body or a
/// cookie.
pub(super) async fn observe(request: Request, next: Next) -> Response {
    let id = secret::hex(&secret::random::<8>());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", |path| path.as_str()).to_owned();
    let began = Instant::now();
    let mut response = next.run(request).await;
    let took = began.elapsed();
    let status = response.status().as_u16();
    tracing::info!(target: "jukeline::http", request = %id, method = %method, route, status, ms = took.as_millis() as u64);
    let labels = [("method", method.to_string()), ("route", route), ("status", status.to_string())];
    metrics::counter!("jukeline_http_requests_total", &labels).increment(1);
    metrics::histogram!("jukeline_http_request_seconds", &labels).record(took.as_secs_f64());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Ends what takes too long with a problem. A websocket or a sound is past its handler by then.
pub(super) async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(HANDLER_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiProblem::from(Code::TimedOut).into_response(),
    }
}

/// Words a panic as a problem; what it says goes to the log of panics alone.
pub(super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    ApiProblem::from(Code::Internal).into_response()
}

/// Security headers on every answer.
pub(super) async fn secure(State(config): State<Arc<Config>>, request: Request, next: Next) -> Response {
    let policy = content_security_policy(&config, request.headers(), request.uri());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("permissions-policy"), HeaderValue::from_static("geolocation=(self)"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if config.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// Own scripts and own websockets only. Older WebKit takes `'self'` for http alone, so the websocket is named.
fn content_security_policy(config: &Config, headers: &HeaderMap, uri: &Uri) -> String {
    let scheme = if config.is_https() { "wss" } else { "ws" };
    let host =
        host_of(headers, uri).filter(|host| host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b)));
    let socket = host.map(|host| format!(" {scheme}://{host}")).unwrap_or_default();
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
         media-src 'self' blob:; connect-src 'self'{socket}; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}

/// The host that the client named, port included.
fn host_of<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let named = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    named.or_else(|| uri.authority().map(|authority| authority.as_str()))
}

/// Refuses changes that another site asks a browser to make with its cookies.
pub(super) async fn same_origin(State(context): State<Context>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && carries_our_cookie(&context.config, request.headers()) && is_foreign(&context.config, &request) {
        return ApiProblem::from(Code::Forbidden).into_response();
    }
    next.run(request).await
}

fn carries_our_cookie(config: &Config, headers: &HeaderMap) -> bool {
    let session = cookies::session_name(config);
    cookies::all(headers).any(|(name, _)| name == session || name == super::identity::SCREEN_COOKIE)
}

/// By `Sec-Fetch-Site` where the browser sends it, else by `Origin`; a client that sends neither is no browser.
fn is_foreign(config: &Config, request: &Request) -> bool {
    let headers = request.headers();
    if let Some(site) = headers.get("sec-fetch-site") {
        return site != "same-origin" && site != "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let Some(origin) = origin.to_str().ok() else { return true };
    let Some((_, authority)) = origin.split_once("://") else { return true };
    let ours = host_of(headers, request.uri()) == Some(authority);
    !ours && origin != config.public_url.origin().ascii_serialization()
}

/// The shells' pages have origins of their own; they carry bearer tokens, never cookies.
pub(super) fn shells() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(SHELLS))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::RANGE,
            HeaderName::from_static("jukeline-build"),
            HeaderName::from_static(super::identity::PASS_HEADER),
        ])
        .expose_headers([header::RETRY_AFTER, header::CONTENT_RANGE, header::ACCEPT_RANGES, REQUEST_ID])
        .max_age(Duration::from_secs(3600))
}

/// Words the framework's own refusals as problems.
pub(super) async fn worded(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let is_problem =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if is_problem {
        return response;
    }
    let code = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        _ => return response,
    };
    let mut worded = ApiProblem::from(code).into_response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        worded.headers_mut().insert(header::ALLOW, allow.clone());
    }
    worded
}
