//! Webhooks on their way: signed when they are sent, tried again until they are taken, and faulty on demand.

use super::{SandboxError, now};
use crate::{outbound::Outbound, payments::signature::sign};
use axum::http::Method;
use jukeline_app::time::{SECOND, Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::mpsc::UnboundedReceiver;
use url::Url;

/// An event on its way.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) id: String,
    pub(super) body: String,
}

/// What goes wrong with webhooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Fault {
    /// They wait until they are let go.
    pub(super) hold: bool,
    /// They never come.
    pub(super) lose: bool,
    /// They come so much later, in milliseconds.
    pub(super) delay_ms: u64,
    /// Each comes so many times more.
    pub(super) copies: u16,
}

/// The faults now, and the letters that are held.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    inner: Arc<Mutex<(Fault, Vec<Letter>)>>,
}

impl Faults {
    pub(super) fn set(&self, fault: Fault) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).0 = fault;
    }

    /// Takes the held letters.
    pub(super) fn take_held(&self) -> Vec<Letter> {
        std::mem::take(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner).1)
    }

    /// The bodies of the held letters.
    pub(super) fn held(&self) -> Vec<Letter> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    /// Keeps a letter if letters are held; else gives it back with the fault.
    pub(super) fn pass(&self, letter: Letter) -> Option<(Letter, Fault)> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = inner.0;
        if fault.hold {
            inner.1.push(letter);
            return None;
        }
        (!fault.lose).then_some((letter, fault))
    }
}

/// Where webhooks go.
#[derive(Clone)]
pub(super) struct Target {
    client: Outbound,
    address: Option<Url>,
    secret: Arc<str>,
}

impl Target {
    pub(super) fn new(address: Option<Url>, secret: String) -> Result<Target, SandboxError> {
        let client = Outbound::new(PATIENCE)?;
        Ok(Target { client, address, secret: secret.into() })
    }

    async fn send(&self, letter: &Letter) -> bool {
        let Some(address) = self.address.clone() else { return true };
        let signature = sign(&self.secret, letter.body.as_bytes(), Timestamp(now() * SECOND));
        let headers = [("Stripe-Signature", signature.as_str()), ("Content-Type", "application/json; charset=utf-8")];
        let sent = self.client.send(Method::POST, &address, &headers, letter.body.clone().into_bytes()).await;
        sent.is_ok_and(|answer| (200..300).contains(&answer.status))
    }

    /// Sends a letter until it is taken, each time after twice as long.
    async fn insist(&self, letter: Letter) {
        let mut wait = FIRST_WAIT;
        for _ in 0..TRIES {
            if self.send(&letter).await {
                return;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        tracing::warn!(event = letter.id, "a webhook was never taken");
    }
}

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(20);
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const TRIES: usize = 20;

/// Delivers letters; each in a task of its own, so that one that isn't taken holds up none.
pub(super) async fn deliver(mut letters: UnboundedReceiver<(Letter, Fault)>, target: Target) {
    while let Some((letter, fault)) = letters.recv().await {
        for _ in 0..=fault.copies {
            let (target, letter) = (target.clone(), letter.clone());
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
                target.insist(letter).await;
            });
        }
    }
}
