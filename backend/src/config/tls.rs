//! `[tls]`: where the certificate comes from.

use super::{Config, ConfigError};
use serde::{Deserialize, Serialize};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};
use url::{Host, Url};

/// The server speaks https itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// The certificate and its chain, PEM.
    certificate: Option<PathBuf>,
    /// The certificate's private key, PEM.
    key: Option<PathBuf>,
    /// A certificate by order instead of files.
    acme: Option<Acme>,
    /// A plain http address beside it that only sends people to https.
    pub redirect_from: Option<SocketAddr>,
}

/// Where to order a certificate (RFC 8555).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Acme {
    /// The authority's directory.
    pub directory: Url,
    /// An e-mail address for the authority's warnings.
    pub contact: Option<String>,
    /// How the authority is shown whose name it is.
    pub challenge: Challenge,
    /// What the directory's own certificate is signed by, PEM: for a private authority.
    pub directory_ca: Option<PathBuf>,
}

/// How the authority is shown whose name it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Challenge {
    /// In a handshake on port 443 (RFC 8737).
    #[default]
    #[serde(rename = "tls-alpn-01")]
    TlsAlpn01,
}

/// Where the certificate comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Own files.
    Files {
        /// The certificate and its chain.
        certificate: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
    /// An order.
    Acme(Acme),
}

impl Default for Acme {
    #[allow(clippy::expect_used, reason = "a constant address that the tests read")]
    fn default() -> Self {
        Acme {
            directory: Url::parse("https://acme-v02.api.letsencrypt.org/directory").expect("a valid address"),
            contact: None,
            challenge: Challenge::default(),
            directory_ca: None,
        }
    }
}

impl Tls {
    /// Where the certificate comes from: files or an order, never both.
    pub fn source(&self) -> Result<Source, ConfigError> {
        let wrong = |key, value: &str, right| Err(ConfigError::Impossible { key, value: value.into(), right });
        match (&self.certificate, &self.key, &self.acme) {
            (Some(certificate), Some(key), None) => {
                Ok(Source::Files { certificate: certificate.clone(), key: key.clone() })
            }
            (None, None, Some(acme)) => Ok(Source::Acme(acme.clone())),
            (None, None, None) => wrong("tls", "(empty)", "certificate and key, or a section [tls.acme]"),
            (_, _, Some(_)) => wrong("tls.acme", "(beside files)", "either certificate and key or [tls.acme]"),
            (Some(file), None, None) => wrong("tls.certificate", &shown(file), "tls.key beside it: its private key"),
            (None, Some(file), None) => {
                wrong("tls.key", &shown(file), "tls.certificate beside it: the key's certificate")
            }
        }
    }

    /// Checks the section against the whole.
    pub(super) fn check(&self, config: &Config) -> Result<(), ConfigError> {
        let wrong = |key, value: &str, right| Err(ConfigError::Impossible { key, value: value.into(), right });
        if !config.is_https() {
            return wrong("public_url", config.public_url.as_str(), "an https address, since [tls] is set");
        }
        if self.redirect_from.is_some_and(|from| from == config.http.bind) {
            return wrong("tls.redirect_from", &config.http.bind.to_string(), "another port than http.bind");
        }
        let Source::Acme(acme) = self.source()? else { return Ok(()) };
        if !matches!(config.public_url.host(), Some(Host::Domain(_))) {
            return wrong(
                "public_url",
                config.public_url.as_str(),
                "a host by its name, since [tls.acme] orders a certificate for it",
            );
        }
        if acme.directory.scheme() != "https" {
            return wrong("tls.acme.directory", acme.directory.as_str(), "the https address of an ACME directory");
        }
        if acme.contact.as_ref().is_some_and(|contact| !contact.contains('@') || contact.contains(':')) {
            let value = acme.contact.unwrap_or_default();
            return wrong("tls.acme.contact", &value, "an e-mail address such as dana@bar.example");
        }
        match acme.directory_ca {
            Some(file) if !file.is_file() => {
                wrong("tls.acme.directory_ca", &shown(&file), "a PEM file that can be read")
            }
            _ => Ok(()),
        }
    }
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}
