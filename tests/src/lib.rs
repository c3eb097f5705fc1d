//! The harness: real brokers, databases, servers, browsers and mailboxes, started for a test and gone after it.
//!
//! Everything listens on loopback ports that are free at that moment, keeps its files in a folder of its own, and ends
//! when its value is dropped, or when the test runner itself ends, however it ends.
//!
//! A test says what it needs, and is skipped where that is missing (with `CI=true` it fails instead):
//!
//! ```no_run
//! use jukeline_tests::{kafka::Kafka, machine::Need, needs};
//!
//! #[tokio::test]
//! async fn records_survive() -> anyhow::Result<()> {
//!     needs!(Need::Kafka);
//!     let kafka = Kafka::start().await?;
//!     kafka.create_topic("plays", 1).await?;
//!     Ok(())
//! }
//! ```

pub mod bench;
pub mod browser;
pub mod builds;
pub mod certificates;
pub mod debian;
pub mod house;
pub mod https;
pub mod kafka;
pub mod machine;
pub mod mail;
pub mod music;
pub mod past;
pub mod pebble;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod sandbox;
pub mod server;
pub mod shop;
pub mod sound;
pub mod tones;
pub mod tray;
pub mod wait;
pub mod xvfb;

pub use wait::eventually;
