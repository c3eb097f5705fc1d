//! Ports to listen on.

use std::{
    collections::BTreeSet,
    net::TcpListener,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result};

/// What this process handed out already: the system gives a port out again as soon as nobody listens.
static TAKEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// A loopback port on which nobody listens, and which this process did not hand out before.
///
/// # Errors
/// The system has no port left.
pub fn free() -> Result<u16> {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
        let port = listener.local_addr()?.port();
        if taken.insert(port) {
            return Ok(port);
        }
    }
}

/// Whether a program ended because somebody else listens on its port, by what its log said.
#[must_use]
pub fn is_taken(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.to_string().contains("Address already in use"))
}
