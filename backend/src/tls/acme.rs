//! A certificate by order (RFC 8555), kept in the store and renewed when a third of its time is left. Of several
//! processes on one store one orders; the others take the certificate from the store.

pub(super) mod challenge;
mod order;
mod stored;

use super::{Certificate, Current, host};
use crate::{config::Acme, context::Context, store::StoreError};
use std::{sync::Arc, time::Duration};

/// How often the store is looked at for a newer certificate.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The same while there is none.
const FIRST_LOOKS: Duration = Duration::from_secs(2);
/// Nobody orders again for so long after an order began, whatever became of it: authorities count failures.
const ORDER_EVERY_MS: i64 = 15 * 60 * 1000;

/// Why there is no new certificate.
#[derive(Debug, thiserror::Error)]
pub(super) enum AcmeError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the authority: {0}")]
    Authority(#[from] instant_acme::Error),
    #[error("the authority offers no {0}")]
    NoChallenge(&'static str),
    #[error("the authority didn't accept the proof: {0}")]
    Refused(String),
    #[error("the certificate that came can't be used: {0}")]
    Flaw(#[from] super::Flaw),
}

/// Shows the store's certificate and orders a new one when it is time, until the server drains.
pub(super) async fn keep(context: Context, current: Arc<Current>, acme: Acme) {
    loop {
        if let Err(error) = look(&context, &current, &acme).await {
            tracing::warn!(%error, "no new certificate");
        }
        let pause = if current.get().is_some() { LOOK_EVERY } else { FIRST_LOOKS };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = context.stopped() => return,
        }
    }
}

async fn look(context: &Context, current: &Current, acme: &Acme) -> Result<(), AcmeError> {
    let store = &context.store;
    let host = host(&context.config);
    let now = store.now().await?;
    let kept = stored::certificate(store, acme).await?;
    // One for another host is as good as none: `public_url` changed.
    let kept = kept.and_then(|kept| Certificate::from_pem(kept.chain.as_bytes(), kept.key.as_bytes(), host).ok());
    let is_due = kept.as_ref().is_none_or(|kept| kept.is_due(now));
    if let Some(kept) = kept
        && current.put(kept)
    {
        tracing::info!("a new certificate is shown from now on");
    }
    if !is_due || !stored::begin_order(store, now, now.plus(ORDER_EVERY_MS)).await? {
        return Ok(());
    }
    tracing::info!(host, directory = %acme.directory, "ordering a certificate");
    let issued = order::place(store, acme, host).await?;
    let certificate = Certificate::from_pem(issued.chain.as_bytes(), issued.key.as_bytes(), host)?;
    stored::keep(store, acme, &issued).await?;
    current.put(certificate);
    tracing::info!(host, "a new certificate is shown from now on");
    Ok(())
}
