//! Sessions, accounts and the wallet.

use crate::{
    account::Role,
    id::{AccountId, PlayId, PurchaseId},
    ledger::Origin,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Who one is: `GET /api/me`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Me {
    /// The account.
    pub account: AccountId,
    /// Nothing but a cookie holds it.
    pub guest: bool,
    /// The address, to its owner.
    pub email: Option<String>,
    /// The name, if they gave one.
    pub name: Option<String>,
    /// Whether the name is shown on the public screen.
    pub name_on_screen: bool,
    /// Credits that can be spent.
    pub credits: i64,
    /// Credits set aside for songs that wait.
    pub reserved: i64,
    /// What they may do, and where (`None` is everywhere).
    pub roles: Vec<(Role, Option<crate::id::VenueId>)>,
    /// Jukeboxes they hold a pass for, with its end.
    pub passes: Vec<(crate::id::JukeboxId, Timestamp)>,
    /// Signing in and passwords work here (https, or this machine).
    pub passwords: bool,
}

/// Where a session's token goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Credential {
    /// Into an HttpOnly cookie.
    #[default]
    Cookie,
    /// Into the answer, for the shell's keyring.
    Bearer,
}

/// Starting as a guest: body of `POST /api/guests`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StartAsGuest {
    /// Cookie or bearer.
    #[serde(default)]
    pub credential: Credential,
}

/// Address and password: body of `POST /api/sessions` (sign in) and `POST /api/accounts` (sign up, keeping the guest's
/// credits and history).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AddressAndPassword {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
    /// Cookie or bearer.
    #[serde(default)]
    pub credential: Credential,
}

/// A session was started.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionStarted {
    /// Who one is now.
    pub me: Me,
    /// The bearer token, where that was asked for.
    pub token: Option<String>,
}

/// An address: body of `POST /api/passwords/forgotten`. The answer is the same whether it exists or not.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ForgotPassword {
    /// The address.
    pub email: String,
}

/// A new password by a one-time code from a mail, a manager or the command line: body of `POST /api/passwords`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// The one-time code.
    pub code: String,
    /// The new password.
    pub password: String,
}

/// Changes to one's own account: body of `PATCH /api/me`. What is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeMe {
    /// 1 to 40 characters, or empty to remove it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Show the name on the public screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_on_screen: Option<bool>,
}

/// What a single-use ticket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TicketUse {
    /// A websocket.
    Websocket,
    /// A song's sound.
    Sound,
}

/// Asking for a single-use ticket of 60 s: body of `POST /api/tickets`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskForTicket {
    /// What for.
    pub usage: TicketUse,
}

/// A single-use ticket: sent as `?ticket=`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Ticket {
    /// The ticket.
    pub ticket: String,
    /// Until when.
    pub until: Timestamp,
}

/// What became of credits, newest first: `GET /api/wallet`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Wallet {
    /// Credits that can be spent.
    pub available: i64,
    /// Credits set aside.
    pub reserved: i64,
    /// Of those that can be spent, the ones that expire, soonest first.
    #[serde(default)]
    pub expiring: Vec<Expiring>,
    /// Credits that are owed after a dispute; nothing can be paid until they are made good.
    #[serde(default)]
    pub owed: i64,
    /// Up to 100 lines.
    pub story: Vec<WalletLine>,
}

/// Credits that expire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Expiring {
    /// How many.
    pub credits: i64,
    /// When.
    pub at: Timestamp,
}

/// What a wallet's websocket (`/api/wallet/live`) says: the balance at once, and again after every change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum WalletMessage {
    /// What is there now.
    Balance {
        /// Credits that can be spent.
        available: i64,
        /// Credits set aside.
        reserved: i64,
        /// Credits that are owed after a dispute.
        owed: i64,
    },
    /// Nothing changed; the connection lives.
    Beat {
        /// The server's clock.
        server_now: Timestamp,
    },
}

/// One line of the story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WalletLine {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub what: WalletEvent,
    /// Credits, more than 0.
    pub amount: i64,
    /// The song, where there is one.
    pub title: Option<String>,
    /// The play, where there is one.
    pub play: Option<PlayId>,
    /// The purchase, where there is one.
    #[serde(default)]
    pub purchase: Option<PurchaseId>,
}

/// What happened to credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WalletEvent {
    /// Came in.
    Received {
        /// From where.
        origin: Origin,
    },
    /// Set aside for a song.
    Reserved,
    /// Spent: the song played.
    Captured,
    /// Given back: it didn't.
    Released,
    /// Taken back for money that went back to the card.
    Refunded,
    /// Taken back because the card's bank disputes the payment.
    ClawedBack,
    /// Expired unused.
    Expired,
}
