//! What is answered while the store is out of reach: that the server lives, what it waits for, and "not now".

use super::{extract::Json, identity::wall_clock, layers, ops, problem::ApiProblem};
use crate::{config::Config, log::RequestLog, tls::Current};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use jukeline_app::api::Code;
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// What the words of `/readyz` are read from before there is a store.
#[derive(Clone)]
pub struct Waiting {
    /// The configuration.
    pub config: Arc<Config>,
    /// A log that doesn't lie in the store.
    pub log: Option<Arc<dyn RequestLog>>,
    /// The certificate, where the server speaks https itself.
    pub certificate: Option<Arc<Current>>,
    /// The store was tried in vain.
    pub store_away: Arc<AtomicBool>,
}

/// The router until the store is there.
pub fn router(waiting: Waiting) -> Router {
    ops::count();
    let config = waiting.config.clone();
    Router::new()
        .route("/livez", get(ops::alive))
        .route("/readyz", get(not_ready))
        .fallback(not_now)
        .layer(layers::shells())
        .layer(from_fn_with_state(config, layers::secure))
        .layer(from_fn(layers::observe))
        .with_state(waiting)
}

async fn not_now() -> ApiProblem {
    Code::Unavailable.into()
}

async fn not_ready(State(waiting): State<Waiting>) -> Response {
    let store = if waiting.store_away.load(Ordering::Relaxed) { "out of reach" } else { "opening" };
    let log = match &waiting.log {
        Some(log) => ops::reach(log.check()).await,
        None => store,
    };
    let reader = "waiting for the store";
    let mut body = json!({
        "ready": false, "draining": false, "stopped": null,
        "store": store, "log": log, "floor": reader, "relay": reader, "live": reader,
    });
    if let Some(certificate) = &waiting.certificate {
        body["certificate"] = certificate.word(wall_clock()).into();
    }
    (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
}
