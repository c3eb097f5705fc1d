//! What the surfaces share: the way to the server, the clock, words, pieces of the page.

pub mod boot;
pub mod clock;
pub mod cover;
pub mod fetch;
pub mod format;
pub mod icons;
pub mod lean;
pub mod link_out;
pub mod listen;
pub mod live_region;
pub mod lower;
pub mod platform;
pub mod progress;
pub mod room_fold;
pub mod socket;
pub mod storage;
pub mod taking;
pub mod title;
pub mod words;
pub mod worker;
