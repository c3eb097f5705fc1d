//! What a webhook says: read from the raw body after its signature was verified.

use super::wire;
use crate::{
    config::{from_stripe_amount, stripe_amount},
    store::purchases::events::NewEvent,
};
use jukeline_app::{
    money::{Currency, Money},
    purchase::Said,
};
use serde::de::DeserializeOwned;

/// A body that is no event of the documented form.
#[derive(Debug, thiserror::Error)]
#[error("no event of the documented form: {0}")]
pub struct NoEvent(#[from] serde_json::Error);

/// Reads an event; nothing when it is of a type that says nothing to us.
pub fn read(body: &[u8]) -> Result<Option<NewEvent>, NoEvent> {
    let event: wire::Event = serde_json::from_slice(body)?;
    let new = NewEvent {
        id: event.id.clone(),
        kind: event.kind.clone(),
        purchase: None,
        payment: None,
        said: None,
        paid: None,
        declined: None,
    };
    match event.kind.as_str() {
        "checkout.session.completed"
        | "checkout.session.async_payment_succeeded"
        | "checkout.session.async_payment_failed"
        | "checkout.session.expired" => session(new, object(event)?),
        "payment_intent.payment_failed" => Ok(declined(new, &object(event)?)),
        "charge.refunded" => Ok(refunded(new, &object(event)?)),
        "charge.dispute.created"
        | "charge.dispute.updated"
        | "charge.dispute.closed"
        | "charge.dispute.funds_withdrawn"
        | "charge.dispute.funds_reinstated" => Ok(disputed(new, &object(event)?)),
        _ => Ok(None),
    }
}

fn object<T: DeserializeOwned>(event: wire::Event) -> Result<T, NoEvent> {
    Ok(serde_json::from_value(event.data.object)?)
}

fn session(new: NewEvent, session: wire::Session) -> Result<Option<NewEvent>, NoEvent> {
    let said = match new.kind.as_str() {
        "checkout.session.expired" => Said::Expired,
        "checkout.session.async_payment_failed" => Said::Failed,
        _ if session.is_paid() => Said::Paid,
        // Complete, but the money is still on its way.
        _ => return Ok(None),
    };
    let paid = (said == Said::Paid).then(|| paid(&session));
    let payment = session.payment_intent.as_ref().map(|intent| intent.id().to_owned());
    Ok(Some(NewEvent { purchase: session.purchase(), payment, said: Some(said), paid, ..new }))
}

fn paid(session: &wire::Session) -> (i64, String) {
    let counted = session.amount_total.unwrap_or(0);
    let code = session.currency.as_deref().unwrap_or_default().to_ascii_uppercase();
    let Ok(currency) = Currency::from_code(&code) else { return (0, code) };
    let minor = from_stripe_amount(counted, currency);
    let exact = stripe_amount(Money { minor, currency }) == Some(counted);
    (if exact { minor } else { 0 }, code)
}

fn declined(new: NewEvent, intent: &wire::Intent) -> Option<NewEvent> {
    let declined = intent.last_payment_error.as_ref().and_then(wire::Declined::word);
    // The payment isn't made: its name is not noted as the purchase's.
    Some(NewEvent { purchase: intent.purchase(), declined: Some(declined?), ..new })
}

fn refunded(new: NewEvent, charge: &wire::Charge) -> Option<NewEvent> {
    let currency = Currency::from_code(charge.currency.as_deref()?).ok()?;
    let said = Said::Refunded(from_stripe_amount(charge.amount_refunded, currency));
    let payment = charge.payment_intent.as_ref().map(|intent| intent.id().to_owned());
    let purchase = wire::named(charge.metadata.as_ref());
    Some(NewEvent { purchase, payment, said: Some(said), ..new })
}

fn disputed(new: NewEvent, dispute: &wire::DisputeObject) -> Option<NewEvent> {
    let payment = dispute.payment_intent.as_ref().map(|intent| intent.id().to_owned());
    Some(NewEvent { payment, said: Some(dispute.said()?), ..new })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jukeline_app::purchase::Dispute;
    use serde_json::json;

    fn said(kind: &str, object: serde_json::Value) -> Option<Said> {
        let body = json!({"id": "evt_1", "object": "event", "type": kind, "data": {"object": object}}).to_string();
        read(body.as_bytes()).expect("an event").and_then(|event| event.said)
    }

    #[test]
    fn only_money_that_is_there_counts_as_paid() {
        let session = |status: &str| json!({"id": "cs_1", "payment_status": status, "payment_intent": "pi_1"});
        assert_eq!(said("checkout.session.completed", session("paid")), Some(Said::Paid));
        assert_eq!(said("checkout.session.completed", session("unpaid")), None, "a debit that is on its way");
        assert_eq!(said("checkout.session.async_payment_succeeded", session("paid")), Some(Said::Paid));
        assert_eq!(said("checkout.session.expired", session("unpaid")), Some(Said::Expired));
    }

    #[test]
    fn an_inquiry_is_no_dispute() {
        let dispute = |status: &str| json!({"payment_intent": "pi_1", "status": status});
        assert_eq!(said("charge.dispute.created", dispute("warning_needs_response")), None);
        assert_eq!(said("charge.dispute.created", dispute("needs_response")), Some(Said::Disputed(Dispute::Open)));
        assert_eq!(said("charge.dispute.closed", dispute("lost")), Some(Said::Disputed(Dispute::Lost)));
        assert_eq!(said("charge.dispute.funds_reinstated", dispute("won")), Some(Said::Disputed(Dispute::Won)));
    }

    #[test]
    fn other_types_say_nothing_and_what_is_no_event_is_refused() {
        assert_eq!(said("invoice.paid", json!({})), None);
        assert!(read(b"{}").is_err() && read(b"").is_err() && read(b"[1]").is_err());
        assert!(read(br#"{"id":"evt_1","type":"charge.refunded","data":{"object":7}}"#).is_err());
    }
}
