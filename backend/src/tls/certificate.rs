//! One certificate with its chain and key, known to fit each other and the server's name.

use jukeline_app::time::Timestamp;
use rustls::{
    client::verify_server_name,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    server::ParsedCertificate,
    sign::CertifiedKey,
};
use std::sync::Arc;
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

/// Why a certificate can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Flaw {
    /// No PEM.
    #[error("no certificate in it. PEM is right: -----BEGIN CERTIFICATE-----, the server's own first, then its chain")]
    NoCertificate,
    /// No PEM key.
    #[error("no private key in tls.key. PEM without a password is right: -----BEGIN PRIVATE KEY-----")]
    NoKey,
    /// Key and certificate are of different pairs, or of a kind that isn't spoken.
    #[error("certificate and tls.key don't make a pair: {0}")]
    NoPair(rustls::Error),
    /// Not X.509.
    #[error("the certificate can't be read: {0}")]
    Garbled(String),
    /// For others.
    #[error("the certificate is not for {0}, the host of public_url")]
    OtherHost(String),
}

/// A certificate that can be shown.
#[derive(Clone, Debug)]
pub struct Certificate {
    pub(super) shown: Arc<CertifiedKey>,
    /// From when it is good.
    pub begins: Timestamp,
    /// Until when it is good.
    pub ends: Timestamp,
}

impl Certificate {
    /// Reads PEM and checks that all belongs together and is for `host`. One that is past its end is taken: `/readyz`
    /// tells.
    pub fn from_pem(chain: &[u8], key: &[u8], host: &str) -> Result<Certificate, Flaw> {
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(chain).collect::<Result<_, _>>().map_err(|_| Flaw::NoCertificate)?;
        let own = chain.first().cloned().ok_or(Flaw::NoCertificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| Flaw::NoKey)?;
        let shown = CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(Flaw::NoPair)?;
        let parsed = ParsedCertificate::try_from(&own).map_err(|error| Flaw::Garbled(error.to_string()))?;
        let other = || Flaw::OtherHost(host.to_owned());
        // An IPv6 address stands in brackets in an address line.
        let name = ServerName::try_from(host.trim_matches(['[', ']'])).map_err(|_| other())?;
        verify_server_name(&parsed, &name).map_err(|_| other())?;
        let (_, read) = X509Certificate::from_der(&own).map_err(|error| Flaw::Garbled(error.to_string()))?;
        let moment = |time: x509_parser::time::ASN1Time| Timestamp(time.timestamp().saturating_mul(1000));
        let validity = read.validity();
        Ok(Certificate {
            shown: Arc::new(shown),
            begins: moment(validity.not_before),
            ends: moment(validity.not_after),
        })
    }

    /// Less than a third of its time is left.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.ends.since(now) < self.ends.since(self.begins) / 3
    }

    /// The same certificate again.
    pub fn is(&self, other: &Certificate) -> bool {
        self.shown.cert == other.shown.cert
    }
}

#[cfg(test)]
pub(in crate::tls) mod tests;
