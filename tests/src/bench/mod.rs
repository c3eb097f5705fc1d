//! The bench: ratios measured in one run, so that they mean the same on any machine.

pub mod api;
pub mod apps;
pub mod charts;
mod drawn;
pub mod fanout;
pub mod fold;
pub mod house;
pub mod latency;
pub mod listeners;
pub mod plays;
pub mod raw;
pub mod replay;
pub mod report;
pub mod search;
pub mod start;
pub mod state;
pub mod webhooks;
