//! For those who run it: alive, ready, metrics, and the description of the API.

use super::{extract::Json, identity::wall_clock, openapi};
use crate::context::Context;
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::json;
use std::{
    sync::{OnceLock, PoisonError, atomic::Ordering},
    time::Duration,
};

static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
/// How long readiness waits for the store and the log.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// `/livez`, `/readyz`, `/metrics` and `/api/openapi.json`.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/livez", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(measures))
        .route("/api/openapi.json", get(description))
}

/// Starts counting; once a process.
pub fn count() {
    METRICS.get_or_init(|| {
        let seconds = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
        PrometheusBuilder::new().set_buckets(&seconds).ok()?.install_recorder().ok()
    });
}

pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// Ready when the store and the log answer and every reader reads; else 503 with words for each part.
async fn ready(State(context): State<Context>) -> Response {
    let (store, log) = tokio::join!(reach(context.store.now()), reach(context.requests.check()));
    let health = &context.health;
    let reads = |flag: &std::sync::atomic::AtomicBool| if flag.load(Ordering::Relaxed) { "ok" } else { "not running" };
    let floor = if health.floor_held_up.load(Ordering::Relaxed) { "paused" } else { reads(&health.floor) };
    let stopped = health.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let certificate = context.certificate.as_ref().map(|current| current.word(wall_clock()));
    let parts = [
        ("store", store),
        ("log", log),
        ("floor", floor),
        ("relay", reads(&health.relay)),
        ("live", reads(&health.live)),
    ];
    let draining = *context.stopping.borrow();
    let parts = parts.into_iter().chain(certificate.map(|word| ("certificate", word)));
    let parts: Vec<_> = parts.collect();
    let ready = parts.iter().all(|(_, word)| *word == "ok") && stopped.is_none() && !draining;
    let mut body = json!({ "ready": ready, "draining": draining, "stopped": stopped });
    for (part, word) in parts {
        body[part] = word.into();
    }
    // Told and not weighed: a room whose charts stand still is a room all the same.
    body["readers"] = json!(context.readers.words());
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}

/// The word for something that is asked for an answer.
pub(super) async fn reach<T, E>(answer: impl Future<Output = Result<T, E>>) -> &'static str {
    match tokio::time::timeout(ANSWER_WITHIN, answer).await {
        Ok(Ok(_)) => "ok",
        _ => "out of reach",
    }
}

async fn measures(State(context): State<Context>) -> Response {
    if let Some(left) = context.certificate.as_ref().and_then(|current| current.seconds_left(wall_clock())) {
        metrics::gauge!("jukeline_tls_certificate_seconds_left").set(left as f64);
    }
    let text = METRICS.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

async fn description() -> Json<utoipa::openapi::OpenApi> {
    Json(openapi::document())
}
