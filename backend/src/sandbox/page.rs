//! The card page. What is typed into it decides one answer and is dropped.

use super::{
    Sandbox,
    cards::{self, CHALLENGE_FAILED, Outcome},
    now,
    register::{Checkout, Status},
};
use crate::http::html::escape;
use axum::{
    Form, Router,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use jukeline_app::money::{Currency, Money};
use serde::Deserialize;

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/pay/{id}", get(show).post(pay))
        .route("/pay/{id}/challenge", get(ask).post(answer))
        .layer(axum::middleware::map_response(secure))
}

/// Nothing is loaded, kept by a cache or told to the next page.
async fn secure(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        HeaderName::from_static("content-security-policy"),
        // No form-action: after paying the form leads back to the shop, which is another origin.
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        ),
    );
    response
}

const STYLE: &str = "body{font:17px/1.5 system-ui,sans-serif;margin:0;background:#f4f5f7;color:#1d2129}\
main{max-width:26rem;margin:0 auto;padding:1.5rem}h1{font-size:1.3rem;margin:.2rem 0}.sum{font-size:2rem;margin:0 0 1rem}\
label{display:block;margin:.9rem 0 .2rem}input{width:100%;box-sizing:border-box;font:inherit;padding:.7rem;border:1px solid \
#8a919e;border-radius:.5rem;background:#fff;color:inherit}.two{display:flex;gap:1rem}.two>div{flex:1}button{width:100%;\
margin-top:1.2rem;padding:.9rem;font:inherit;font-weight:600;border:0;border-radius:.5rem;background:#1a4fd6;color:#fff}\
button.plain{background:#fff;color:#1d2129;border:1px solid #8a919e}.wrong{background:#fde8e6;border-left:.3rem solid \
#b3261e;padding:.7rem}.note{color:#4b5261;font-size:.9rem}a{color:#1a4fd6}";

fn page(title: &str, body: &str) -> Html<String> {
    Html(format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><main>{body}</main></body></html>"
    ))
}

/// The amount as it is shown; the sandbox counts as Stripe does.
fn amount(checkout: &Checkout) -> String {
    match Currency::from_code(&checkout.asked.currency) {
        Ok(currency) => {
            Money { minor: crate::config::from_stripe_amount(checkout.asked.amount, currency), currency }.to_string()
        }
        Err(_) => checkout.asked.amount.to_string(),
    }
}

fn form(checkout: &Checkout) -> Html<String> {
    let wrong = checkout.declined.map(|code| format!("<p class=\"wrong\" role=\"alert\">{}</p>", cards::words(code)));
    page(
        "Pay by card (sandbox)",
        &format!(
            "<p class=\"note\">Sandbox: no real money, test cards only.</p><h1>{title}</h1><p class=\"sum\">{amount}</p>{wrong}\
             <form method=\"post\" action=\"/pay/{id}\" autocomplete=\"off\">\
             <label for=\"number\">Card number</label>\
             <input id=\"number\" name=\"number\" inputmode=\"numeric\" required maxlength=\"23\" placeholder=\"4242 4242 4242 4242\">\
             <div class=\"two\"><div><label for=\"expiry\">MM / YY</label><input id=\"expiry\" name=\"expiry\" inputmode=\"numeric\" \
             maxlength=\"7\" placeholder=\"12 / 34\"></div><div><label for=\"cvc\">CVC</label><input id=\"cvc\" name=\"cvc\" \
             inputmode=\"numeric\" maxlength=\"4\" placeholder=\"123\"></div></div>\
             <button>Pay {amount}</button></form><p><a href=\"{cancel}\">Go back without paying</a></p>\
             <p class=\"note\">4242 4242 4242 4242 pays · 4000 0025 0000 3155 asks the bank first · 4000 0000 0000 9995 has \
             insufficient funds · 4000 0000 0000 0002 is declined</p>",
            title = escape(&checkout.asked.title),
            amount = amount(checkout),
            wrong = wrong.unwrap_or_default(),
            id = checkout.id,
            cancel = escape(&checkout.asked.cancel_url),
        ),
    )
}

fn gone() -> Response {
    let body = "<h1>This page is over</h1><p>Nothing was charged. Go back to the jukebox and try again.</p>";
    (StatusCode::NOT_FOUND, page("Over", body)).into_response()
}

/// Where a checkout that isn't open leads.
fn elsewhere(checkout: &Checkout) -> Option<Response> {
    match checkout.status {
        Status::Open => None,
        Status::Complete => Some(Redirect::to(&checkout.asked.success_url).into_response()),
        Status::Expired => Some(gone()),
    }
}

async fn show(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let Some(checkout) = sandbox.register().checkout(&id) else { return gone() };
    elsewhere(&checkout).unwrap_or_else(|| form(&checkout).into_response())
}

/// What is typed; it is neither kept nor shown again.
#[derive(Deserialize)]
struct Card {
    number: String,
}

async fn pay(State(sandbox): State<Sandbox>, Path(id): Path<String>, Form(card): Form<Card>) -> Response {
    let Some(checkout) = sandbox.register().checkout(&id) else { return gone() };
    if let Some(elsewhere) = elsewhere(&checkout) {
        return elsewhere;
    }
    let outcome = cards::outcome(&card.number);
    drop(card);
    match outcome {
        Outcome::Pays => paid(&sandbox, &checkout),
        Outcome::Challenges => {
            sandbox.register().challenge(&id);
            Redirect::to(&format!("/pay/{id}/challenge")).into_response()
        }
        Outcome::Declined(code) => declined(&sandbox, &id, code),
    }
}

fn paid(sandbox: &Sandbox, checkout: &Checkout) -> Response {
    let events = sandbox.register().pay(&checkout.id, now());
    sandbox.tell(events);
    Redirect::to(&checkout.asked.success_url).into_response()
}

fn declined(sandbox: &Sandbox, id: &str, code: &'static str) -> Response {
    let events = sandbox.register().decline(id, code, now());
    sandbox.tell(events);
    Redirect::to(&format!("/pay/{id}")).into_response()
}

async fn ask(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let Some(checkout) = sandbox.register().checkout(&id) else { return gone() };
    if let Some(elsewhere) = elsewhere(&checkout) {
        return elsewhere;
    }
    if !checkout.challenged {
        return Redirect::to(&format!("/pay/{id}")).into_response();
    }
    let body = format!(
        "<p class=\"note\">Sandbox: this page plays your bank (3-D Secure).</p><h1>Is it you?</h1>\
         <p>Your bank asks you to confirm {}.</p><form method=\"post\" action=\"/pay/{id}/challenge\">\
         <button name=\"answer\" value=\"pass\">Yes, confirm</button>\
         <button class=\"plain\" name=\"answer\" value=\"fail\">No, that isn't me</button></form>",
        amount(&checkout)
    );
    page("Your bank (sandbox)", &body).into_response()
}

#[derive(Deserialize)]
struct Challenged {
    answer: String,
}

async fn answer(State(sandbox): State<Sandbox>, Path(id): Path<String>, Form(said): Form<Challenged>) -> Response {
    let Some(checkout) = sandbox.register().checkout(&id) else { return gone() };
    if let Some(elsewhere) = elsewhere(&checkout) {
        return elsewhere;
    }
    match said.answer.as_str() {
        "pass" if checkout.challenged => paid(&sandbox, &checkout),
        _ => declined(&sandbox, &id, CHALLENGE_FAILED),
    }
}
