//! The books as operators read them. Amounts are credits where the unit is `credit`, else minor units of a currency.

use crate::{
    id::{PurchaseId, VenueId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// An account of the books with its balance: a line of `GET /api/books/balance`. Those of one unit sum to zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BookBalance {
    /// `credit` or an ISO 4217 code.
    pub unit: String,
    /// Its name, such as `deferred`; all lots, debts or venues' revenues together.
    pub account: String,
    /// What it holds.
    pub balance: i64,
}

/// Where a person's credits came from, or what became of them: a line of `GET /api/books/accounts/{account}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AccountTerm {
    /// `in: …`, `out: …` or `available`.
    pub term: String,
    /// How many.
    pub credits: i64,
}

/// A movement of a purchase, or a refund that the provider doesn't have: a line of `GET /api/books/purchases/{purchase}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PurchaseLine {
    /// When.
    pub at_ms: Timestamp,
    /// What.
    pub kind: String,
    /// From.
    pub debit: Option<String>,
    /// To.
    pub credit: Option<String>,
    /// How much.
    pub amount: i64,
    /// `credit` or an ISO 4217 code.
    pub unit: String,
    /// Why the provider refused.
    pub said: Option<String>,
}

/// What a venue earned in a month of its own time zone: a line of `GET /api/books/settlements/{month}`. Where nothing was
/// earned there is no currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SettlementLine {
    /// The venue.
    pub venue: VenueId,
    /// Its name.
    pub name: String,
    /// The month, such as `2026-01`.
    pub month: String,
    /// Credits that were spent there, given ones included.
    pub credits_played: i64,
    /// The ISO 4217 code.
    pub currency: Option<String>,
    /// What those credits were paid for.
    pub worth_minor: Option<i64>,
    /// The venue's share as it is set now.
    pub share_percent: Option<String>,
    /// The venue's part.
    pub venue_minor: Option<i64>,
    /// The operator's part.
    pub operator_minor: Option<i64>,
    /// What rounding each play's worth by the largest remainder gave the venue more than its share, in hundredths of a
    /// minor unit.
    pub rounding_hundredths_of_minor: Option<i64>,
}

/// A difference between the provider's list of payments and the books: a line of `GET /api/books/reconciliation`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Difference {
    /// The provider's name of the payment.
    pub payment: String,
    /// The purchase, if there is one.
    pub purchase: Option<PurchaseId>,
    /// In words.
    pub difference: String,
}
