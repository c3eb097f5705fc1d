//! What people see: six surfaces on shared pieces, one wasm bundle each.
//!
//! A surface is a module here and a program in `bin/`; link-time optimisation drops what a program doesn't use.

pub mod past;
pub mod patron;
pub mod screen;
pub mod setup;
pub mod shared;
pub mod staff;
pub mod wallet;
