//! Taking payments by card: the port and its one adapter.
//!
//! A checkout is opened at the provider and the person sent there; what they type there never comes here. Believed is
//! the provider alone: its signed webhook ([`signature`], [`event`]), or what it says when it is asked ([`Gateway`]).
//! Both providers speak Stripe's API: Stripe itself, and `jukeline sandbox`, a process of its own.

pub mod event;
mod gateway;
pub mod intake;
pub mod signature;
pub mod sweep;
mod wire;

pub use gateway::{API_VERSION, Checkout, Gateway, NewCheckout, PaymentSeen};

/// Why the provider gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// Out of reach, too slow, or in trouble: worth trying again.
    #[error("the payment provider is out of reach: {0}")]
    Unreachable(String),
    /// It refused: trying the same again gives the same.
    #[error("the payment provider refused ({status}): {said}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its own words; they name parameters, never a card.
        said: String,
    },
    /// It answered something else than documented.
    #[error("the payment provider answered something unreadable: {0}")]
    Unreadable(String),
}
