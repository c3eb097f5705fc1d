//! What we read of Stripe's objects: the fields that decide, nothing personal.

use jukeline_app::{
    id::PurchaseId,
    purchase::{Dispute, Said},
};
use serde::Deserialize;
use std::collections::HashMap;

/// A Checkout Session.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Session {
    pub(super) id: String,
    #[serde(default)]
    pub(super) url: Option<String>,
    #[serde(default)]
    pub(super) client_reference_id: Option<String>,
    #[serde(default)]
    pub(super) status: Option<String>,
    #[serde(default)]
    pub(super) payment_status: Option<String>,
    #[serde(default)]
    pub(super) payment_intent: Option<IntentRef>,
    #[serde(default)]
    pub(super) amount_total: Option<i64>,
    #[serde(default)]
    pub(super) currency: Option<String>,
    #[serde(default)]
    pub(super) expires_at: Option<i64>,
}

impl Session {
    pub(super) fn is_paid(&self) -> bool {
        self.payment_status.as_deref() == Some("paid")
    }

    pub(super) fn purchase(&self) -> Option<PurchaseId> {
        self.client_reference_id.as_deref().and_then(|id| id.parse().ok())
    }
}

/// A payment intent, whole or by its id.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum IntentRef {
    Id(String),
    Whole(Box<Intent>),
}

impl IntentRef {
    pub(super) fn id(&self) -> &str {
        match self {
            IntentRef::Id(id) => id,
            IntentRef::Whole(intent) => &intent.id,
        }
    }

    pub(super) fn whole(&self) -> Option<&Intent> {
        match self {
            IntentRef::Id(_) => None,
            IntentRef::Whole(intent) => Some(intent),
        }
    }
}

/// A payment intent.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    #[serde(default)]
    pub(super) status: Option<String>,
    #[serde(default)]
    pub(super) amount_received: i64,
    #[serde(default)]
    pub(super) currency: Option<String>,
    #[serde(default)]
    pub(super) created: i64,
    #[serde(default)]
    pub(super) metadata: Option<HashMap<String, String>>,
    #[serde(default)]
    pub(super) last_payment_error: Option<Declined>,
    #[serde(default)]
    pub(super) latest_charge: Option<ChargeRef>,
}

impl Intent {
    pub(super) fn purchase(&self) -> Option<PurchaseId> {
        named(self.metadata.as_ref())
    }
}

pub(super) fn named(metadata: Option<&HashMap<String, String>>) -> Option<PurchaseId> {
    metadata?.get("purchase")?.parse().ok()
}

/// Why a card was declined: codes alone, no message.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Declined {
    #[serde(default)]
    pub(super) decline_code: Option<String>,
    #[serde(default)]
    pub(super) code: Option<String>,
}

impl Declined {
    /// The most precise code, if it is one.
    pub(super) fn word(&self) -> Option<String> {
        let word = self.decline_code.as_ref().or(self.code.as_ref())?;
        let is_code = word.len() <= 60 && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        is_code.then(|| word.clone())
    }
}

/// A charge, whole or by its id.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ChargeRef {
    Id(#[allow(dead_code, reason = "named so that it is read")] String),
    Whole(Charge),
}

/// A charge.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Charge {
    #[serde(default)]
    pub(super) payment_intent: Option<IntentRef>,
    #[serde(default)]
    pub(super) amount_refunded: i64,
    #[serde(default)]
    pub(super) disputed: bool,
    #[serde(default)]
    pub(super) currency: Option<String>,
    #[serde(default)]
    pub(super) metadata: Option<HashMap<String, String>>,
}

/// A dispute.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct DisputeObject {
    #[serde(default)]
    pub(super) payment_intent: Option<IntentRef>,
    #[serde(default)]
    pub(super) status: Option<String>,
}

impl DisputeObject {
    /// What its status says about the money: an inquiry (`warning_…`) has taken none.
    pub(super) fn said(&self) -> Option<Said> {
        match self.status.as_deref()? {
            "won" => Some(Said::Disputed(Dispute::Won)),
            "lost" => Some(Said::Disputed(Dispute::Lost)),
            "needs_response" | "under_review" => Some(Said::Disputed(Dispute::Open)),
            _ => None,
        }
    }
}

/// A refund.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct RefundObject {
    #[serde(default)]
    pub(super) status: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// An error's own words.
#[derive(Debug, Deserialize)]
pub(super) struct Refusal {
    pub(super) error: RefusalDetail,
}

/// The part of an error that is worth keeping.
#[derive(Debug, Deserialize)]
pub(super) struct RefusalDetail {
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) code: Option<String>,
    #[serde(default)]
    pub(super) param: Option<String>,
}

/// An event as a webhook carries it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) data: EventData,
}

/// Its object, read by its type.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct EventData {
    pub(super) object: serde_json::Value,
}
