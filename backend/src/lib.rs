//! The Jukeline server: HTTP and websockets, the log and its consumers, the store, mail.

pub mod config;
pub mod context;
pub mod demo;
pub mod doctor;
pub mod floor;
pub mod http;
pub mod live;
pub mod log;
pub mod mail;
#[cfg(feature = "kafka")]
pub mod moving;
pub mod outage;
pub mod secret;
pub mod serve;
pub mod songs;
pub mod store;
pub mod tls;
