//! Buying credits: packs, purchases, vouchers and claims.

use crate::{
    id::{PurchaseId, RefundId},
    purchase::{Dispute, PurchaseState, RefundPart, Refunded},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// An amount of money. The client words it in its language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Price {
    /// Minor units, such as cents.
    pub minor: i64,
    /// The ISO 4217 code, such as `EUR`.
    pub currency: String,
    /// How many decimals the major unit has: 2 for EUR, 0 for JPY, 3 for KWD.
    pub decimals: u8,
}

/// A pack of credits on sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Pack {
    /// Its name in requests.
    pub pack: String,
    /// What it costs, taxes included.
    pub price: Price,
    /// Credits that never expire.
    pub credits: i64,
    /// Credits on top, spent first.
    pub bonus: i64,
    /// When the bonus would expire if it were bought now; never if not set.
    pub bonus_until: Option<Timestamp>,
    /// It costs less per credit than every other one.
    pub best_value: bool,
}

/// What is on sale: `GET /api/packs`. Empty where nothing can be bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Packs {
    /// In the order of the configuration.
    pub packs: Vec<Pack>,
    /// No real money is taken: a demo or a trial.
    pub sandbox: bool,
    /// Who sells, with their address.
    #[serde(default)]
    pub seller: String,
    /// What a bank's statement calls the payment, where that is set.
    #[serde(default)]
    pub statement: Option<String>,
}

/// Buying a pack: body of `POST /api/purchases`. The same id again gives the same checkout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BuyPack {
    /// The purchase's id, made by the client (UUIDv7).
    pub purchase: PurchaseId,
    /// The pack's name.
    pub pack: String,
    /// The room to come back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
}

/// A purchase as whoever made it, or holds its token, sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MyPurchase {
    /// The purchase.
    pub purchase: PurchaseId,
    /// Where it stands.
    pub state: PurchaseState,
    /// What it costs.
    pub price: Price,
    /// Credits that never expire.
    pub credits: i64,
    /// Credits on top.
    pub bonus: i64,
    /// When what is left of the bonus expires.
    pub bonus_until: Option<Timestamp>,
    /// The provider's page, while it can be paid.
    pub checkout_url: Option<String>,
    /// Why the card was declined last, as the provider words it, such as `insufficient_funds`.
    pub declined: Option<String>,
    /// The room to go back to.
    pub room: Option<String>,
    /// How much was refunded.
    pub refunded: Refunded,
    /// A dispute with the card's bank.
    pub dispute: Option<Dispute>,
    /// The receipt, once paid.
    pub receipt: Option<ReceiptBrief>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When its credits were given.
    pub credited_at: Option<Timestamp>,
}

/// Where a receipt is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReceiptBrief {
    /// Its number, without gaps.
    pub number: i64,
    /// The path of the page to print; works signed out.
    pub path: String,
    /// The code that brings the credits back to somebody who lost their cookie.
    pub claim_code: String,
}

/// One's own purchases, newest first: `GET /api/purchases`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MyPurchases {
    /// Up to 50.
    pub purchases: Vec<MyPurchase>,
}

/// A code that is typed: body of `POST /api/vouchers/redeem` and `POST /api/claims`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TypedCode {
    /// Letters and digits; case, spaces and dashes don't matter.
    pub code: String,
}

/// Credits came in by a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CodeRedeemed {
    /// Credits that it gave.
    pub credits: i64,
    /// Credits that can be spent now.
    pub available: i64,
}

/// "I didn't hear it": the answer to `POST /api/plays/{play}/not-heard`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Goodwill {
    /// Credits that were given at once; 0 when this month's are used up and the venue will look at it.
    pub credits: i64,
}

/// Unspent credits that were paid for, of an account that was to be deleted: the parameters of the problem
/// `paid_credits_left`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PaidCreditsLeft {
    /// How many, those included that are set aside for a song.
    pub credits: i64,
    /// What they cost, in each currency.
    pub worth: Vec<Price>,
}

/// Giving money back: body of `POST /api/purchases/{purchase}/refunds`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RefundPurchase {
    /// The refund's id, made by the client (UUIDv7).
    pub refund: RefundId,
    /// How much.
    pub part: RefundPart,
}

/// A refund as the operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RefundDone {
    /// The refund.
    pub refund: RefundId,
    /// What goes back to the card.
    pub amount: Price,
    /// Paid credits that were taken back.
    pub credits: i64,
    /// Bonus credits that were taken back.
    pub bonus: i64,
    /// The provider has it; until then it is tried again.
    pub sent: bool,
    /// Why the provider refused it for good: the credits were given back.
    #[serde(default)]
    pub refused: Option<String>,
}
