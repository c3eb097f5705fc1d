//! Accounts, identities and roles.

use crate::id::VenueId;
use serde::{Deserialize, Serialize};

/// A way in which a person shows who they are; an account has zero or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// The cookie of one browser, made at the first tap.
    Guest,
    /// An address proved by a link in a mail.
    Email,
    /// An address with a password.
    Password,
}

/// What a person may do, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Pauses and skips.
    Attendant,
    /// Also house rules and songs.
    MusicManager,
    /// Also people and screens of a venue.
    VenueManager,
    /// Runs the network.
    Operator,
}

impl Role {
    /// The stable word in the store.
    pub fn word(self) -> &'static str {
        match self {
            Role::Attendant => "attendant",
            Role::MusicManager => "music_manager",
            Role::VenueManager => "venue_manager",
            Role::Operator => "operator",
        }
    }

    /// The role of a stable word.
    pub fn from_word(word: &str) -> Option<Role> {
        [Role::Attendant, Role::MusicManager, Role::VenueManager, Role::Operator].into_iter().find(|r| r.word() == word)
    }
}

/// A role at a place; an operator's has no venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// What they may do.
    pub role: Role,
    /// Where; `None` is everywhere.
    pub venue: Option<VenueId>,
}

impl Appointment {
    /// Whether this allows what `needed` allows at `venue`.
    pub fn covers(&self, needed: Role, venue: VenueId) -> bool {
        self.role >= needed && self.venue.is_none_or(|at| at == venue)
    }
}

/// Shortest password in characters (NIST SP 800-63B-4 §3.1.1.2 asks for at least 8 beside a second factor, 15 alone;
/// 10 is the compromise for an account that holds a bar tab's worth of credits).
pub const PASSWORD_MIN: usize = 10;
/// Longest password in characters: long enough for any phrase, short enough for the hash.
pub const PASSWORD_MAX: usize = 200;

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer characters than [`PASSWORD_MIN`].
    #[error("shorter than {PASSWORD_MIN} characters")]
    TooShort,
    /// More characters than [`PASSWORD_MAX`].
    #[error("longer than {PASSWORD_MAX} characters")]
    TooLong,
    /// One character over and over, or the address itself.
    #[error("too easy to guess")]
    Guessable,
}

/// Checks a new password against the rules above.
pub fn check_password(password: &str, email: &str) -> Result<(), WeakPassword> {
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        return Err(WeakPassword::TooShort);
    }
    if length > PASSWORD_MAX {
        return Err(WeakPassword::TooLong);
    }
    let first = password.chars().next();
    if password.chars().all(|c| Some(c) == first) || password.eq_ignore_ascii_case(email) {
        return Err(WeakPassword::Guessable);
    }
    Ok(())
}

/// Folds an e-mail address for comparison (trimmed, lower case), or `None` when it can't be one:
/// one `@`, something before it, a dot inside what follows, no white space, at most 254 octets (RFC 5321 §4.5.3.1.3).
pub fn fold_email(address: &str) -> Option<String> {
    let address = address.trim().to_lowercase();
    let (local, domain) = address.split_once('@')?;
    let dotted = domain.split('.').count() > 1 && domain.split('.').all(|label| !label.is_empty());
    let clean = !address.chars().any(|c| c.is_whitespace() || c.is_control()) && !domain.contains('@');
    (address.len() <= 254 && !local.is_empty() && dotted && clean).then_some(address)
}
