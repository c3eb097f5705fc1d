//! The control API: what makes a provider hard to live with, on demand. Loopback alone.

use super::{
    Sandbox, now,
    webhooks::{Fault, Letter},
};
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post, put},
};
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/faults", put(faults))
        .route("/down", put(down))
        .route("/refuses-refunds", put(refuses_refunds))
        .route("/held", get(held))
        .route("/held/release", post(release))
        .route("/expire", post(expire))
        .route("/refund", post(refund))
        .route("/dispute", post(dispute))
}

async fn faults(State(sandbox): State<Sandbox>, Json(fault): Json<Fault>) -> StatusCode {
    sandbox.faults.set(fault);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Down {
    down: bool,
}

async fn down(State(sandbox): State<Sandbox>, Json(said): Json<Down>) -> StatusCode {
    sandbox.register().down = said.down;
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct RefusesRefunds {
    /// Stripe's code, such as `charge_already_refunded`; none to take refunds again.
    code: Option<String>,
}

async fn refuses_refunds(State(sandbox): State<Sandbox>, Json(said): Json<RefusesRefunds>) -> StatusCode {
    sandbox.register().refuses_refunds = said.code;
    StatusCode::NO_CONTENT
}

/// The held webhooks' bodies, as they would be sent.
async fn held(State(sandbox): State<Sandbox>) -> Json<Vec<Value>> {
    let held = sandbox.faults.held().into_iter();
    Json(held.map(|letter| json!({ "id": letter.id, "body": letter.body })).collect())
}

#[derive(Deserialize)]
struct Release {
    /// The newest first.
    #[serde(default)]
    reversed: bool,
    /// Each so many times.
    #[serde(default = "one")]
    times: u16,
}

fn one() -> u16 {
    1
}

/// Lets held webhooks go, and holds no more.
async fn release(State(sandbox): State<Sandbox>, Json(release): Json<Release>) -> StatusCode {
    sandbox.faults.set(Fault::default());
    let mut held = sandbox.faults.take_held();
    if release.reversed {
        held.reverse();
    }
    let times = usize::from(release.times);
    let letters: Vec<Letter> = held.into_iter().flat_map(|letter| std::iter::repeat_n(letter, times)).collect();
    sandbox.tell(letters);
    StatusCode::NO_CONTENT
}

/// Which purchase, by the reference that the shop gave.
#[derive(Deserialize)]
struct Reference {
    purchase: String,
}

async fn expire(State(sandbox): State<Sandbox>, Json(of): Json<Reference>) -> StatusCode {
    let checkout = sandbox.register().checkout_of(&of.purchase);
    let event = checkout.and_then(|checkout| sandbox.register().expire(&checkout.id, now()));
    told(&sandbox, event)
}

#[derive(Deserialize)]
struct RefundOf {
    purchase: String,
    amount: i64,
}

/// A refund that is made at the provider, not by the shop.
async fn refund(State(sandbox): State<Sandbox>, Json(of): Json<RefundOf>) -> StatusCode {
    let payment = payment(&sandbox, &of.purchase);
    let refunded = payment.and_then(|payment| sandbox.register().refund(&payment, of.amount, now()).ok());
    told(&sandbox, refunded.map(|(_, event)| event))
}

#[derive(Deserialize)]
struct DisputeOf {
    purchase: String,
    /// `needs_response`, `won` or `lost`.
    status: String,
}

async fn dispute(State(sandbox): State<Sandbox>, Json(of): Json<DisputeOf>) -> StatusCode {
    let payment = payment(&sandbox, &of.purchase);
    let event = payment.and_then(|payment| sandbox.register().dispute(&payment, &of.status, now()));
    told(&sandbox, event)
}

fn payment(sandbox: &Sandbox, reference: &str) -> Option<String> {
    sandbox.register().checkout_of(reference)?.payment
}

fn told(sandbox: &Sandbox, event: Option<Letter>) -> StatusCode {
    match event {
        Some(event) => {
            sandbox.tell(vec![event]);
            StatusCode::NO_CONTENT
        }
        None => StatusCode::NOT_FOUND,
    }
}
