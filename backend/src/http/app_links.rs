//! What tells phones that the patron's app may open this server's addresses: Android App Links and Apple's universal links.
//! Both systems ask for it when the app is installed, and take no redirect for an answer.

use super::problem::Answer;
use crate::{config::Apps, context::Context};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderName, header},
    response::IntoResponse,
    routing::get,
};
use jukeline_app::api::Code;
use serde_json::{Value, json};

const AN_HOUR: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=3600");

/// The patron's app, by the identifier of its package.
const PATRON: &str = "app.jukeline.patron";

/// Addresses that the app opens: rooms, and the way back from a payment.
const OPENED: [&str; 2] = ["/r/*", "/paid/*"];

/// One file for each system.
pub fn routes() -> Router<Context> {
    Router::new()
        .route("/.well-known/assetlinks.json", get(of_android))
        .route("/.well-known/apple-app-site-association", get(of_apple))
}

async fn of_android(State(context): State<Context>) -> Answer<impl IntoResponse> {
    Ok(([AN_HOUR], Json(asset_links(&context.config.apps).ok_or(Code::NotFound)?)))
}

async fn of_apple(State(context): State<Context>) -> Answer<impl IntoResponse> {
    Ok(([AN_HOUR], Json(site_association(&context.config.apps).ok_or(Code::NotFound)?)))
}

/// [Digital Asset Links](https://developer.android.com/training/app-links/verify-android-applinks).
fn asset_links(apps: &Apps) -> Option<Value> {
    let certificates = &apps.android_certificates;
    let target = json!({
        "namespace": "android_app",
        "package_name": PATRON,
        "sha256_cert_fingerprints": certificates,
    });
    let statement = json!({ "relation": ["delegate_permission/common.handle_all_urls"], "target": target });
    (!certificates.is_empty()).then(|| json!([statement]))
}

/// [Associated domains](https://developer.apple.com/documentation/xcode/supporting-associated-domains).
fn site_association(apps: &Apps) -> Option<Value> {
    let components = OPENED.map(|path| json!({ "/": path }));
    let details = json!([{ "appIDs": apps.apple_apps, "components": components }]);
    (!apps.apple_apps.is_empty()).then(|| json!({ "applinks": { "details": details } }))
}
