//! The provider's API, as Stripe defines it (<https://docs.stripe.com/api>).

use super::{PaymentError, wire};
use crate::{
    config::{Config, Provider, from_stripe_amount, stripe_amount},
    outbound::Outbound,
    store::purchases::{Heard, Purchase, refunds::Refund},
};
use axum::http::Method;
use jukeline_app::{
    id::PurchaseId,
    money::{Currency, Money},
    purchase::Said,
    time::{SECOND, Timestamp},
};
use serde::de::DeserializeOwned;
use std::time::Duration;
use url::Url;

/// The version of the API that is spoken.
pub const API_VERSION: &str = "2025-03-31.basil";
/// How long an answer may take: less than a handler's own time.
const PATIENCE: Duration = Duration::from_secs(8);

/// A checkout to be opened.
#[derive(Clone, Debug)]
pub struct NewCheckout<'a> {
    /// For which purchase. Opening one again for the same purchase gives the same one.
    pub purchase: &'a Purchase,
    /// What stands on the page, such as `10 credits`.
    pub title: &'a str,
    /// Where the person comes back to after paying.
    pub paid_url: &'a str,
    /// Where they come back to without paying.
    pub left_url: &'a str,
}

/// A page of the provider.
#[derive(Clone, Debug)]
pub struct Checkout {
    /// The provider's name of it.
    pub id: String,
    /// Its address.
    pub url: String,
    /// When it closes.
    pub expires_at: Timestamp,
}

/// A payment as the provider's own list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentSeen {
    /// The provider's name of it.
    pub payment: String,
    /// For which purchase, if it names one.
    pub purchase: Option<PurchaseId>,
    /// What was received, in the currency's minor unit.
    pub minor: i64,
    /// What went back.
    pub refunded_minor: i64,
    /// The ISO 4217 code.
    pub currency: String,
    /// When it was begun.
    pub created_at: Timestamp,
}

/// The way to the provider.
#[derive(Clone)]
pub struct Gateway {
    client: Outbound,
    api: Url,
    key: String,
    webhook_secrets: Vec<String>,
    name: &'static str,
}

type Form = Vec<(String, String)>;

impl Gateway {
    /// The provider of the configuration; nothing where nothing is sold.
    ///
    /// # Errors
    /// There is no way to make TLS connections.
    pub fn open(config: &Config) -> Result<Option<Gateway>, PaymentError> {
        let payments = &config.payments;
        let (name, api, key, secrets) = match payments.provider {
            Provider::None => return Ok(None),
            Provider::Sandbox => {
                let Some(api) = payments.sandbox.api.clone() else { return Ok(None) };
                ("sandbox", api, &payments.sandbox.key, &payments.sandbox.webhook_secrets)
            }
            Provider::Stripe => {
                ("stripe", payments.stripe.api.clone(), &payments.stripe.key, &payments.stripe.webhook_secrets)
            }
        };
        let client = Outbound::new(PATIENCE).map_err(|error| PaymentError::Unreachable(error.to_string()))?;
        Ok(Some(Gateway { client, api, key: key.clone(), webhook_secrets: secrets.clone(), name }))
    }

    /// `stripe` or `sandbox`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What its webhooks may be signed with.
    pub fn webhook_secrets(&self) -> &[String] {
        &self.webhook_secrets
    }

    /// Opens a checkout; for the same purchase it is the same one.
    pub async fn open_checkout(&self, new: &NewCheckout<'_>) -> Result<Checkout, PaymentError> {
        let purchase = new.purchase;
        let amount = price(purchase).and_then(stripe_amount);
        let amount = amount.ok_or_else(|| PaymentError::Unreadable("a price that can't be counted".into()))?;
        let id = purchase.id.to_string();
        let form = form(&[
            ("mode", "payment"),
            ("client_reference_id", &id),
            ("success_url", new.paid_url),
            ("cancel_url", new.left_url),
            ("expires_at", &(purchase.expires_at.0 / SECOND).to_string()),
            ("line_items[0][quantity]", "1"),
            ("line_items[0][price_data][currency]", &purchase.currency.to_ascii_lowercase()),
            ("line_items[0][price_data][unit_amount]", &amount.to_string()),
            ("line_items[0][price_data][product_data][name]", new.title),
            ("metadata[purchase]", &id),
            ("payment_intent_data[metadata][purchase]", &id),
        ]);
        let session: wire::Session = self.post("v1/checkout/sessions", &format!("purchase-{id}"), &form).await?;
        let expires_at = session.expires_at.map_or(purchase.expires_at, |at| Timestamp(at.saturating_mul(SECOND)));
        let url = session.url.ok_or_else(|| PaymentError::Unreadable("a checkout without an address".into()))?;
        Ok(Checkout { id: session.id, url, expires_at })
    }

    /// Asks what became of a purchase.
    pub async fn ask(&self, purchase: &Purchase) -> Result<Heard, PaymentError> {
        let Some(checkout) = &purchase.checkout else { return Ok(Heard::default()) };
        let path = format!("v1/checkout/sessions/{checkout}");
        let session: wire::Session = self.get(&path, &form(&[("expand[]", "payment_intent.latest_charge")])).await?;
        heard(purchase, &session)
    }

    /// Sends a refund; the same one again is the same one.
    pub async fn refund(&self, purchase: &Purchase, refund: &Refund) -> Result<(), PaymentError> {
        let money = price(purchase).map(|price| Money { minor: refund.amount_minor, ..price });
        let amount = money.and_then(stripe_amount);
        let amount = amount.ok_or_else(|| PaymentError::Unreadable("an amount that can't be counted".into()))?;
        let id = refund.id.to_string();
        let form = form(&[
            ("payment_intent", purchase.payment.as_deref().unwrap_or_default()),
            ("amount", &amount.to_string()),
            ("metadata[purchase]", &purchase.id.to_string()),
            ("metadata[refund]", &id),
        ]);
        let made: wire::RefundObject = self.post("v1/refunds", &format!("refund-{id}"), &form).await?;
        match made.status.as_deref() {
            Some("failed" | "canceled") => Err(PaymentError::Unreadable("the refund failed".into())),
            _ => Ok(()),
        }
    }

    /// Every payment that was begun in a span, for reconciliation.
    pub async fn payments(&self, from: Timestamp, to: Timestamp) -> Result<Vec<PaymentSeen>, PaymentError> {
        let mut seen = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let mut query = form(&[
                ("limit", "100"),
                ("created[gte]", &(from.0 / SECOND).to_string()),
                ("created[lt]", &(to.0 / SECOND).to_string()),
                ("expand[]", "data.latest_charge"),
            ]);
            query.extend(after.take().map(|after| ("starting_after".to_owned(), after)));
            let page: wire::List<wire::Intent> = self.get("v1/payment_intents", &query).await?;
            after = page.data.last().filter(|_| page.has_more).map(|last| last.id.clone());
            seen.extend(page.data.iter().filter(|intent| intent.status.as_deref() == Some("succeeded")).map(payment));
            if after.is_none() {
                return Ok(seen);
            }
        }
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, key: &str, form: &Form) -> Result<T, PaymentError> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let headers = [("Idempotency-Key", key), ("Content-Type", "application/x-www-form-urlencoded")];
        self.call(Method::POST, self.address(path)?, &headers, body).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &Form) -> Result<T, PaymentError> {
        let mut address = self.address(path)?;
        address.query_pairs_mut().extend_pairs(query);
        self.call(Method::GET, address, &[], String::new()).await
    }

    fn address(&self, path: &str) -> Result<Url, PaymentError> {
        self.api.join(path).map_err(|error| PaymentError::Unreadable(error.to_string()))
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        address: Url,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<T, PaymentError> {
        let key = format!("Bearer {}", self.key);
        let own = [("Authorization", key.as_str()), ("Stripe-Version", API_VERSION)];
        let headers: Vec<(&str, &str)> = own.iter().chain(headers).copied().collect();
        let sent = self.client.send(method, &address, &headers, body.into_bytes()).await;
        let answer = sent.map_err(|error| PaymentError::Unreachable(error.to_string()))?;
        match answer.status {
            200..300 => {
                serde_json::from_slice(&answer.body).map_err(|error| PaymentError::Unreadable(error.to_string()))
            }
            // 409: the same key is under way; 429: too fast.
            status @ (409 | 429 | 500..) => {
                Err(PaymentError::Unreachable(format!("{status}: {}", refusal(&answer.body))))
            }
            status => Err(PaymentError::Refused { status, said: refusal(&answer.body) }),
        }
    }
}

/// Type, code and parameter of an error; its message could repeat what was sent.
fn refusal(body: &[u8]) -> String {
    let Ok(refusal) = serde_json::from_slice::<wire::Refusal>(body) else { return "without words".into() };
    let wire::RefusalDetail { kind, code, param } = refusal.error;
    [kind, code, param].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn form(fields: &[(&str, &str)]) -> Form {
    fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn price(purchase: &Purchase) -> Option<Money> {
    let currency = Currency::from_code(&purchase.currency).ok()?;
    Some(Money { minor: purchase.price_minor, currency })
}

/// Whether what was paid, in Stripe's count, is the purchase's price.
fn is_price(purchase: &Purchase, amount: i64, currency: &str) -> bool {
    currency.eq_ignore_ascii_case(&purchase.currency) && price(purchase).and_then(stripe_amount) == Some(amount)
}

fn heard(purchase: &Purchase, session: &wire::Session) -> Result<Heard, PaymentError> {
    let mut heard = Heard::default();
    let intent = session.payment_intent.as_ref().and_then(wire::IntentRef::whole);
    heard.declined = intent.and_then(|intent| intent.last_payment_error.as_ref()).and_then(wire::Declined::word);
    if session.is_paid() {
        let (amount, currency) = (session.amount_total.unwrap_or(0), session.currency.as_deref().unwrap_or_default());
        if session.purchase() != Some(purchase.id) || !is_price(purchase, amount, currency) {
            return Err(PaymentError::Unreadable("another purchase or price was paid".into()));
        }
        heard.payment = session.payment_intent.as_ref().map(|intent| intent.id().to_owned());
        heard.said.push(Said::Paid);
        if let Some(wire::ChargeRef::Whole(charge)) = intent.and_then(|intent| intent.latest_charge.as_ref())
            && let Ok(currency) = Currency::from_code(&purchase.currency)
            && charge.amount_refunded > 0
        {
            heard.said.push(Said::Refunded(from_stripe_amount(charge.amount_refunded, currency)));
        }
    } else if session.status.as_deref() == Some("expired") {
        heard.said.push(Said::Expired);
    }
    Ok(heard)
}

fn payment(intent: &wire::Intent) -> PaymentSeen {
    let code = intent.currency.as_deref().unwrap_or_default().to_ascii_uppercase();
    let count = |amount| match Currency::from_code(&code) {
        Ok(currency) => from_stripe_amount(amount, currency),
        Err(_) => amount,
    };
    let refunded = match &intent.latest_charge {
        Some(wire::ChargeRef::Whole(charge)) => charge.amount_refunded,
        _ => 0,
    };
    PaymentSeen {
        payment: intent.id.clone(),
        purchase: intent.purchase(),
        minor: count(intent.amount_received),
        refunded_minor: count(refunded),
        created_at: Timestamp(intent.created.saturating_mul(SECOND)),
        currency: code,
    }
}
