//! The part of Stripe's API that the server uses: strict about what it takes.

use super::{
    Sandbox, now,
    register::{NewCheckout, Register},
};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use subtle::ConstantTimeEq;

type Fields = BTreeMap<String, String>;

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/v1/checkout/sessions", post(open))
        .route("/v1/checkout/sessions/{id}", get(look))
        .route("/v1/refunds", post(refund))
        .route("/v1/payment_intents", get(list))
}

fn refusal(status: StatusCode, code: &str, param: &str) -> Response {
    let error = json!({ "error": { "type": "invalid_request_error", "code": code, "param": param } });
    (status, Json(error)).into_response()
}

/// The key is right, and the sandbox isn't told to be down.
fn admit(sandbox: &Sandbox, headers: &HeaderMap) -> Result<(), Box<Response>> {
    if sandbox.register().down {
        return Err(Box::new(refusal(StatusCode::SERVICE_UNAVAILABLE, "down", "")));
    }
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if bool::from(given.as_bytes().ct_eq(sandbox.key.as_bytes())) {
        return Ok(());
    }
    Err(Box::new(refusal(StatusCode::UNAUTHORIZED, "api_key", "")))
}

/// Answers once for a key: again with the same fields gives the same, with others 400.
fn once(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    body: &str,
    make: impl FnOnce(&mut Register) -> Result<Value, (&'static str, &'static str)>,
) -> Response {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut register = sandbox.register();
    if let Some((fields, answer)) = key.as_ref().and_then(|key| register.answered.get(key)) {
        if fields == body {
            return Json(answer.clone()).into_response();
        }
        return refusal(StatusCode::BAD_REQUEST, "idempotency_key_in_use", "");
    }
    match make(&mut register) {
        Ok(answer) => {
            if let Some(key) = key {
                register.answered.insert(key, (body.to_owned(), answer.clone()));
            }
            Json(answer).into_response()
        }
        Err((code, param)) => refusal(StatusCode::BAD_REQUEST, code, param),
    }
}

fn fields(body: &str) -> Fields {
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

async fn open(State(sandbox): State<Sandbox>, headers: HeaderMap, body: String) -> Response {
    if let Err(refused) = admit(&sandbox, &headers) {
        return *refused;
    }
    let new = match checkout(&fields(&body)) {
        Ok(new) => new,
        Err(param) => return refusal(StatusCode::BAD_REQUEST, "parameter_invalid", param),
    };
    once(&sandbox, &headers, &body, |register| Ok(register.open(new, &sandbox.page)))
}

fn checkout(fields: &Fields) -> Result<NewCheckout, &'static str> {
    let text = |name: &'static str| fields.get(name).filter(|value| !value.is_empty()).cloned().ok_or(name);
    let number = |name: &'static str| text(name)?.parse::<i64>().map_err(|_| name);
    if text("mode")? != "payment" {
        return Err("mode");
    }
    if number("line_items[0][quantity]")? != 1 {
        return Err("line_items[0][quantity]");
    }
    let amount = number("line_items[0][price_data][unit_amount]")?;
    if amount <= 0 {
        return Err("line_items[0][price_data][unit_amount]");
    }
    Ok(NewCheckout {
        reference: text("client_reference_id")?,
        title: text("line_items[0][price_data][product_data][name]")?,
        amount,
        currency: text("line_items[0][price_data][currency]")?,
        success_url: text("success_url")?,
        cancel_url: text("cancel_url")?,
        expires_at: number("expires_at")?,
    })
}

async fn look(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Query<Fields>,
) -> Response {
    if let Err(refused) = admit(&sandbox, &headers) {
        return *refused;
    }
    let register = sandbox.register();
    match register.checkout(&id) {
        Some(checkout) => Json(register.session(&checkout, query.contains_key("expand[]"))).into_response(),
        None => refusal(StatusCode::NOT_FOUND, "resource_missing", "session"),
    }
}

async fn refund(State(sandbox): State<Sandbox>, headers: HeaderMap, body: String) -> Response {
    if let Err(refused) = admit(&sandbox, &headers) {
        return *refused;
    }
    if let Some(code) = sandbox.register().refuses_refunds.clone() {
        return refusal(StatusCode::BAD_REQUEST, &code, "payment_intent");
    }
    let fields = fields(&body);
    let payment = fields.get("payment_intent").cloned().unwrap_or_default();
    let amount = fields.get("amount").and_then(|amount| amount.parse().ok()).unwrap_or(0);
    let mut told = Vec::new();
    let answer = once(&sandbox, &headers, &body, |register| {
        let (refund, event) = register.refund(&payment, amount, now()).map_err(|code| (code, "payment_intent"))?;
        told.push(event);
        Ok(refund)
    });
    sandbox.tell(told);
    answer
}

async fn list(State(sandbox): State<Sandbox>, headers: HeaderMap, Query(query): Query<Fields>) -> Response {
    if let Err(refused) = admit(&sandbox, &headers) {
        return *refused;
    }
    let number = |name: &str| query.get(name).and_then(|value| value.parse::<i64>().ok());
    let (from, to) = (number("created[gte]").unwrap_or(0), number("created[lt]").unwrap_or(i64::MAX));
    let limit = number("limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(10).clamp(1, 100);
    let after = query.get("starting_after").map(String::as_str);
    let (data, more) = sandbox.register().list(from, to, after, limit);
    Json(json!({ "object": "list", "data": data, "has_more": more })).into_response()
}
