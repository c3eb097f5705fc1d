//! The Jukeline server: HTTP and websockets, the log and its consumers, the store, payments, mail.

pub mod books;
pub mod config;
pub mod context;
pub mod crash;
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
pub mod outbound;
pub mod payments;
pub mod pictures;
pub mod posters;
pub mod readers;
pub mod receipt;
pub mod sandbox;
pub mod secret;
pub mod serve;
pub mod songs;
pub mod store;
pub mod tls;
