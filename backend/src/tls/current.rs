//! The certificate that is shown now. It changes while the server runs; connections that are open keep what they have.

use super::Certificate;
use jukeline_app::time::Timestamp;
use rustls::{
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use std::sync::{Arc, PoisonError, RwLock};

/// The certificate that is shown now, once there is one.
#[derive(Debug, Default)]
pub struct Current(RwLock<Option<Certificate>>);

impl Current {
    /// Shows this one from now on; false if it is the one that was shown.
    pub fn put(&self, certificate: Certificate) -> bool {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = !current.as_ref().is_some_and(|before| before.is(&certificate));
        *current = Some(certificate);
        is_new
    }

    /// The one that is shown.
    pub fn get(&self) -> Option<Certificate> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Seconds until its end, negative past it.
    pub fn seconds_left(&self, now: Timestamp) -> Option<i64> {
        Some(self.get()?.ends.since(now) / 1000)
    }

    /// A word for `/readyz`; `ok` if browsers take it as far as time goes.
    pub fn word(&self, now: Timestamp) -> &'static str {
        match self.get() {
            None => "none yet",
            Some(certificate) if certificate.ends <= now => "expired",
            Some(certificate) if certificate.begins > now => "not good yet",
            Some(_) => "ok",
        }
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.get()?.shown)
    }
}

#[cfg(test)]
mod tests;
