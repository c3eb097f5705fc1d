//! Errors as RFC 9457 problem details with a stable code and parameters; clients word them in their own language.

use serde::{Deserialize, Serialize};
use serde_json::Value;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $status:literal, $title:literal;)*) => {
        /// The stable codes of problems. `Other` is a code that this build doesn't know.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
            /// Made by a newer server.
            Other,
        }

        impl Code {
            /// Every code this build knows.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The stable word.
            pub fn word(self) -> &'static str {
                match self { $(Code::$variant => $word,)* Code::Other => "other" }
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Code::$variant => $status,)* Code::Other => 500 }
            }

            /// What it means, in English, for people who read answers raw.
            pub fn title(self) -> &'static str {
                match self { $(Code::$variant => $title,)* Code::Other => "Something else went wrong." }
            }
        }
    };
}

codes! {
    /// The body isn't JSON, or not of the documented shape. Params: `detail`.
    BadRequest = "bad_request", 400, "The request is not of the documented form.";
    /// Needs a session.
    SignInNeeded = "sign_in_needed", 401, "Sign in, or start as a guest, first.";
    /// Wrong address or password; which of them is not told.
    WrongCredentials = "wrong_credentials", 401, "Address and password don't match.";
    /// This session may not do that.
    Forbidden = "forbidden", 403, "You may not do that.";
    /// Guests can't be appointed: needs an account with an address and a password.
    AccountNeeded = "account_needed", 403, "Sign up or sign in with an address and a password first.";
    /// Nobody would be left who can appoint.
    LastManager = "last_manager", 409, "You are the last one who can appoint here. Appoint somebody first.";
    /// Needs a fresh pass: a position or the code on the screen.
    NotInTheRoom = "not_in_the_room", 403, "Show that you are in the room first.";
    /// The position is outside the geofence.
    TooFar = "too_far", 403, "You seem to be somewhere else.";
    /// The position says too little; use the code.
    PositionUnclear = "position_unclear", 422, "The position is too vague. Type the code from the screen.";
    /// The code isn't on the screen (any more).
    WrongCode = "wrong_code", 403, "That code is not on the screen now.";
    /// A one-time link or code that was used, is too old, or never existed.
    LinkSpent = "link_spent", 410, "This link or code was used or is too old.";
    /// Nothing here, or not yours.
    NotFound = "not_found", 404, "There is nothing here.";
    /// Wrong method for the address.
    MethodNotAllowed = "method_not_allowed", 405, "This address doesn't take that method.";
    /// Took longer than the server allows.
    TimedOut = "timed_out", 408, "That took too long.";
    /// The same id was used for something else, or by somebody else.
    IdInUse = "id_in_use", 409, "That id is in use.";
    /// Somebody changed it in between.
    Stale = "stale", 409, "It changed in between. Look again.";
    /// The address is signed up already or the step is done already.
    AlreadyDone = "already_done", 409, "That is done already.";
    /// Another song is playing than the one named.
    AnotherPlays = "another_plays", 409, "Another song is playing.";
    /// It sounds already, so it can't be taken back.
    AlreadyStarted = "already_started", 409, "It is playing already.";
    /// It has ended.
    AlreadyOver = "already_over", 409, "It is over.";
    /// Declined by the cashier, the conductor or the rules. Params: `reason` (a `DeclineReason`).
    Declined = "declined", 409, "The song was not accepted. Nothing was taken.";
    /// Too few credits. Params: `need`, `have`.
    NotEnoughCredits = "not_enough_credits", 402, "Not enough credits.";
    /// Credits are owed after a dispute. Params: `owed`.
    Owing = "owing", 402, "A payment of yours was taken back by your bank. Make good what is owed first.";
    /// As many favourites as there may be. Params: `cap`.
    FavouritesFull = "favourites_full", 409, "You have as many favourites as there may be. Take one out first.";
    /// No such pack, or nothing is on sale.
    NotOnSale = "not_on_sale", 409, "That is not on sale (any more).";
    /// The payment provider is out of reach; nothing was charged.
    ProviderUnavailable = "provider_unavailable", 503, "The payment provider is out of reach. Nothing was charged.";
    /// There is nothing left that could be refunded.
    NothingToRefund = "nothing_to_refund", 409, "There is nothing left to refund.";
    /// Somebody leaves who has paid credits, and doesn't say what is to become of them. Params: a `PaidCreditsLeft`.
    PaidCreditsLeft = "paid_credits_left", 409, "Paid credits are left. Say whether they are refunded or waived.";
    /// A webhook that the provider didn't sign, or not just now.
    Unsigned = "unsigned", 400, "The signature is missing, wrong or too old.";
    /// Too large.
    BodyTooLarge = "body_too_large", 413, "The body is too large.";
    /// The content type isn't JSON.
    UnsupportedMediaType = "unsupported_media_type", 415, "Send application/json.";
    /// A range that the file doesn't have.
    RangeNotSatisfiable = "range_not_satisfiable", 416, "The file has no such range.";
    /// A field has an impossible value. Params: `field`, `detail`.
    Invalid = "invalid", 422, "A value is not possible.";
    /// The new password is weak. Params: `detail`.
    WeakPassword = "weak_password", 422, "Choose a longer password.";
    /// Too many tries. Params: `seconds`.
    SlowDown = "slow_down", 429, "Too many tries. Wait a little.";
    /// No passwords over plain http.
    NeedsHttps = "needs_https", 403, "This server runs in trial mode without https: guests only.";
    /// The server's address means nothing outside of the house.
    PrivateAddress = "private_address", 409, "Nobody outside can reach this server's address. Set public_url first.";
    /// No mail is set up.
    NoMail = "no_mail", 501, "This server can't send mail. Ask the staff for a one-time code.";
    /// The store or the log is out of reach; nothing was taken.
    Unavailable = "unavailable", 503, "Out of reach for the moment. Nothing was taken.";
    /// A mistake of ours.
    Internal = "internal", 500, "A mistake on our side.";
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Ok(Code::ALL.iter().copied().find(|code| code.word() == word).unwrap_or(Code::Other))
    }
}

/// An RFC 9457 problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `about:blank`: the code says it all.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub code: Code,
    /// English words.
    pub title: String,
    /// What the client needs to word it.
    #[serde(default)]
    pub params: Value,
}

impl Problem {
    /// A problem without parameters.
    pub fn new(code: Code) -> Problem {
        Problem::with(code, Value::Null)
    }

    /// A problem with parameters.
    pub fn with(code: Code, params: Value) -> Problem {
        Problem { kind: "about:blank".into(), status: code.status(), code, title: code.title().into(), params }
    }

    /// An impossible value of `field`.
    pub fn invalid(field: &str, detail: impl std::fmt::Display) -> Problem {
        Problem::with(Code::Invalid, serde_json::json!({"field": field, "detail": detail.to_string()}))
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for Problem {}
