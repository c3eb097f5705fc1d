//! What the sandbox remembers: checkouts, payments, refunds, disputes. No card.

use super::webhooks::Letter;
use crate::secret;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// A hosted page.
#[derive(Clone, Debug)]
pub(super) struct Checkout {
    pub(super) id: String,
    pub(super) asked: NewCheckout,
    pub(super) url: String,
    pub(super) status: Status,
    pub(super) payment: Option<String>,
    pub(super) declined: Option<&'static str>,
    /// The bank asks at this moment.
    pub(super) challenged: bool,
}

/// Where a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Open,
    Complete,
    Expired,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Complete => "complete",
            Status::Expired => "expired",
        }
    }
}

/// A payment that was made.
#[derive(Clone, Debug)]
pub(super) struct Payment {
    id: String,
    reference: String,
    amount: i64,
    currency: String,
    created: i64,
    refunded: i64,
    dispute: Option<(String, String)>,
}

/// An answer that is given again for the same key.
pub(super) type Answered = (String, Value);

/// Everything.
#[derive(Debug, Default)]
pub(super) struct Register {
    checkouts: HashMap<String, Checkout>,
    payments: BTreeMap<String, Payment>,
    pub(super) answered: HashMap<String, Answered>,
    /// The API answers 503.
    pub(super) down: bool,
    /// Refunds are refused for good, with this code.
    pub(super) refuses_refunds: Option<String>,
}

fn new_id(prefix: &str) -> String {
    format!("{prefix}_{}", secret::hex(&secret::random::<12>()))
}

fn event(kind: &str, created: i64, object: Value) -> Letter {
    let id = new_id("evt_sandbox");
    let body = json!({
        "id": id, "object": "event", "api_version": crate::payments::API_VERSION, "created": created,
        "livemode": false, "type": kind, "data": { "object": object },
    });
    Letter { id, body: body.to_string() }
}

/// What a request for a checkout says.
#[derive(Clone, Debug)]
pub(super) struct NewCheckout {
    pub(super) reference: String,
    pub(super) title: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) success_url: String,
    pub(super) cancel_url: String,
    pub(super) expires_at: i64,
}

impl Register {
    pub(super) fn open(&mut self, new: NewCheckout, page: &url::Url) -> Value {
        let id = new_id("cs_sandbox");
        let url = page.join(&format!("pay/{id}")).map(String::from).unwrap_or_default();
        let checkout = Checkout {
            id: id.clone(),
            asked: new,
            url,
            status: Status::Open,
            payment: None,
            declined: None,
            challenged: false,
        };
        let answer = self.session(&checkout, false);
        self.checkouts.insert(id, checkout);
        answer
    }

    pub(super) fn checkout(&self, id: &str) -> Option<Checkout> {
        self.checkouts.get(id).cloned()
    }

    /// The checkout of a reference, such as a purchase's id: the newest.
    pub(super) fn checkout_of(&self, reference: &str) -> Option<Checkout> {
        self.checkouts.values().filter(|c| c.asked.reference == reference).max_by_key(|c| c.asked.expires_at).cloned()
    }

    /// A session as the API shows it.
    pub(super) fn session(&self, checkout: &Checkout, whole: bool) -> Value {
        let payment = checkout.payment.as_ref().and_then(|id| self.payments.get(id));
        let intent = match (payment, whole) {
            (Some(payment), true) => intent(payment),
            (Some(payment), false) => payment.id.clone().into(),
            (None, true) => checkout.declined.map_or(Value::Null, |code| declined_intent(checkout, code)),
            (None, false) => Value::Null,
        };
        json!({
            "id": checkout.id, "object": "checkout.session", "mode": "payment", "url": checkout.url,
            "client_reference_id": checkout.asked.reference, "metadata": { "purchase": checkout.asked.reference },
            "amount_total": checkout.asked.amount, "currency": checkout.asked.currency,
            "expires_at": checkout.asked.expires_at,
            "status": checkout.status.word(),
            "payment_status": if payment.is_some() { "paid" } else { "unpaid" },
            "payment_intent": intent, "livemode": false,
        })
    }

    /// Notes that the bank asks.
    pub(super) fn challenge(&mut self, id: &str) {
        if let Some(checkout) = self.checkouts.get_mut(id) {
            checkout.challenged = true;
        }
    }

    /// Pays an open checkout; nothing to tell when it isn't open.
    pub(super) fn pay(&mut self, id: &str, now: i64) -> Vec<Letter> {
        let Some(checkout) = self.checkouts.get_mut(id).filter(|checkout| checkout.status == Status::Open) else {
            return Vec::new();
        };
        let payment = Payment {
            id: new_id("pi_sandbox"),
            reference: checkout.asked.reference.clone(),
            amount: checkout.asked.amount,
            currency: checkout.asked.currency.clone(),
            created: now,
            refunded: 0,
            dispute: None,
        };
        checkout.status = Status::Complete;
        checkout.challenged = false;
        checkout.payment = Some(payment.id.clone());
        let checkout = checkout.clone();
        self.payments.insert(payment.id.clone(), payment);
        vec![event("checkout.session.completed", now, self.session(&checkout, false))]
    }

    /// Declines a card; the checkout stays open.
    pub(super) fn decline(&mut self, id: &str, code: &'static str, now: i64) -> Vec<Letter> {
        let Some(checkout) = self.checkouts.get_mut(id).filter(|checkout| checkout.status == Status::Open) else {
            return Vec::new();
        };
        checkout.declined = Some(code);
        checkout.challenged = false;
        vec![event("payment_intent.payment_failed", now, declined_intent(checkout, code))]
    }

    /// Closes what is over.
    pub(super) fn close_over(&mut self, now: i64) -> Vec<Letter> {
        let over: Vec<String> = self
            .checkouts
            .values()
            .filter(|checkout| checkout.status == Status::Open && checkout.asked.expires_at <= now)
            .map(|checkout| checkout.id.clone())
            .collect();
        over.iter().filter_map(|id| self.expire(id, now)).collect()
    }

    /// Closes an open checkout before its time.
    pub(super) fn expire(&mut self, id: &str, now: i64) -> Option<Letter> {
        let checkout = self.checkouts.get_mut(id).filter(|checkout| checkout.status == Status::Open)?;
        checkout.status = Status::Expired;
        let checkout = checkout.clone();
        Some(event("checkout.session.expired", now, self.session(&checkout, false)))
    }

    /// Refunds a part of a payment; an error in words when that can't be.
    pub(super) fn refund(&mut self, payment: &str, amount: i64, now: i64) -> Result<(Value, Letter), &'static str> {
        let payment = self.payments.get_mut(payment).ok_or("resource_missing")?;
        if amount <= 0 || amount > payment.amount - payment.refunded {
            return Err("amount_too_large");
        }
        if payment.dispute.as_ref().is_some_and(|(_, status)| status != "won") {
            return Err("charge_disputed");
        }
        payment.refunded += amount;
        let refund = json!({
            "id": new_id("re_sandbox"), "object": "refund", "amount": amount, "currency": payment.currency,
            "payment_intent": payment.id, "status": "succeeded",
        });
        Ok((refund, event("charge.refunded", now, charge(payment))))
    }

    /// The bank's word in a dispute.
    pub(super) fn dispute(&mut self, payment: &str, status: &str, now: i64) -> Option<Letter> {
        let payment = self.payments.get_mut(payment)?;
        let id = payment.dispute.take().map_or_else(|| new_id("du_sandbox"), |(id, _)| id);
        payment.dispute = Some((id.clone(), status.to_owned()));
        let kind = match status {
            "won" | "lost" => "charge.dispute.closed",
            _ => "charge.dispute.created",
        };
        let object = json!({
            "id": id, "object": "dispute", "amount": payment.amount, "currency": payment.currency,
            "payment_intent": payment.id, "status": status,
        });
        Some(event(kind, now, object))
    }

    /// Payments of a span, newest first.
    pub(super) fn list(&self, from: i64, to: i64, after: Option<&str>, limit: usize) -> (Vec<Value>, bool) {
        let mut found: Vec<&Payment> =
            self.payments.values().filter(|payment| payment.created >= from && payment.created < to).collect();
        found.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
        let start = after.and_then(|after| found.iter().position(|payment| payment.id == after)).map_or(0, |at| at + 1);
        let rest = found.get(start..).unwrap_or_default();
        (rest.iter().take(limit).map(|payment| intent(payment)).collect(), rest.len() > limit)
    }
}

fn intent(payment: &Payment) -> Value {
    json!({
        "id": payment.id, "object": "payment_intent", "status": "succeeded", "amount": payment.amount,
        "amount_received": payment.amount, "currency": payment.currency, "created": payment.created,
        "metadata": { "purchase": payment.reference }, "latest_charge": charge(payment), "livemode": false,
    })
}

fn declined_intent(checkout: &Checkout, code: &str) -> Value {
    json!({
        "id": format!("pi_{}", checkout.id), "object": "payment_intent", "status": "requires_payment_method",
        "last_payment_error": { "decline_code": code, "code": "card_declined" },
        "metadata": { "purchase": checkout.asked.reference },
    })
}

fn charge(payment: &Payment) -> Value {
    json!({
        "id": format!("ch_{}", payment.id), "object": "charge", "amount": payment.amount,
        "amount_refunded": payment.refunded, "currency": payment.currency, "payment_intent": payment.id,
        "disputed": payment.dispute.is_some(), "metadata": { "purchase": payment.reference },
    })
}
