//! The jukebox without I/O: nouns, rules, events and API messages.
//!
//! Nothing here reads a clock, draws a random number or touches a network: time, randomness and ids come in as
//! arguments, so that every rule can be tested exactly and the same functions serve the server and the pages.

pub mod account;
pub mod api;
pub mod cashier;
#[cfg(feature = "tz")]
pub mod charts;
#[cfg(feature = "client")]
pub mod client;
pub mod conductor;
pub mod cover;
pub mod events;
pub mod hold;
#[cfg(feature = "tz")]
pub mod hours;
pub mod id;
pub mod ledger;
#[cfg(feature = "money")]
pub mod money;
pub mod outside;
#[cfg(feature = "money")]
pub mod packs;
#[cfg(feature = "page")]
pub mod page;
pub mod play;
pub mod presence;
pub mod purchase;
pub mod queue;
pub mod rules;
pub mod shares;
pub mod song;
pub mod staff;
pub mod time;
pub mod venue;
pub mod version;
