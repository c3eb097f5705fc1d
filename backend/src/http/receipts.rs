//! A receipt to print: no script, nothing loaded, nothing personal.

use super::{
    extract::Path,
    html::escape,
    problem::{Answer, ApiProblem},
    purchases::{tokens, view},
};
use crate::{
    context::Context,
    store::purchases::{self, Purchase},
};
use axum::{
    Router,
    extract::State,
    http::header,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use jukeline_app::{
    api::Code,
    hours::day,
    money::{Currency, Money, tax_within},
};

/// `GET /receipts/{token}`
pub fn routes() -> Router<Context> {
    Router::new().route("/receipts/{token}", get(receipt))
}

async fn receipt(State(context): State<Context>, Path(token): Path<String>) -> Answer<Response> {
    let missing = || ApiProblem::from(Code::NotFound);
    let id = tokens::purchase_of(&context.secrets, &token).ok_or_else(missing)?;
    let purchase = purchases::find(&context.store, id).await?.ok_or_else(missing)?;
    let number = purchase.receipt.ok_or_else(missing)?;
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")];
    Ok((headers, Html(page(&context, &purchase, number))).into_response())
}

fn money(minor: i64, code: &str) -> String {
    match Currency::from_code(code) {
        Ok(currency) => Money { minor, currency }.to_string(),
        Err(_) => format!("{minor} {code}"),
    }
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#111;background:#fff;margin:0}main{max-width:34rem;\
margin:0 auto;padding:2rem 1.25rem}table{width:100%;border-collapse:collapse;margin:1rem 0}td,th{padding:.4rem 0;\
text-align:left;vertical-align:top}td+td,th+th{text-align:right}.sum td{border-top:1px solid #111;font-weight:700}\
.code{font:700 1.3rem/1.4 ui-monospace,monospace}@media print{main{padding:0}}";

fn page(context: &Context, purchase: &Purchase, number: i64) -> String {
    let payments = &context.config.payments;
    let shown = |minor| money(minor, &purchase.currency);
    let vat = payments.vat().map(|rate| {
        let percent = payments.vat_percent.as_deref().unwrap_or_default();
        let tax = shown(tax_within(purchase.price_minor, rate));
        format!("<tr><td>including {} % {}</td><td>{tax}</td></tr>", escape(percent), escape(&payments.vat_name))
    });
    let refunded = (purchase.done.refunded > 0)
        .then(|| format!("<tr><td>refunded</td><td>−{}</td></tr>", shown(purchase.done.refunded)));
    let sandbox =
        (purchase.provider == "sandbox").then_some("<p><strong>Sandbox: no real money was paid.</strong></p>");
    let code = tokens::grouped(&tokens::claim_code(&context.secrets, purchase.id));
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><title>Receipt {number}</title><style>{STYLE}</style></head><body><main>\
         <h1>Receipt {number}</h1>{}<p>{}<br>{}</p>\
         <table><tr><td>{}</td><td>{price}</td></tr>{}<tr class=\"sum\"><td>Paid by card</td><td>{price}</td></tr>{}</table>\
         <p>If your credits are gone, for instance because the browser forgot them, type this code under <em>Wallet</em>:</p>\
         <p class=\"code\">{code}</p><p>Whoever has it has your credits: keep it to yourself.</p></main></body></html>",
        sandbox.unwrap_or_default(),
        escape(&payments.seller),
        day(purchase.credited_at.unwrap_or(purchase.created_at), "UTC"),
        escape(&view::title(purchase)),
        vat.unwrap_or_default(),
        refunded.unwrap_or_default(),
        price = shown(purchase.price_minor),
    )
}
