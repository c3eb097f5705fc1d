//! Own certificate files, read again when they change.

use super::{Current, TlsError, host};
use crate::{config::Config, context::stopped};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::watch;

/// How often the files are looked at. Two small reads; watching would miss links that are turned.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Both files as they stand.
#[derive(PartialEq, Eq)]
pub(super) struct Pem {
    pub(super) chain: Vec<u8>,
    pub(super) key: Vec<u8>,
}

/// Reads both files.
pub(super) async fn read(certificate: &Path, key: &Path) -> Result<Pem, TlsError> {
    let unreadable = |key, file: &Path, error| TlsError::Unreadable { key, file: file.to_owned(), error };
    Ok(Pem {
        chain: tokio::fs::read(certificate).await.map_err(|e| unreadable("tls.certificate", certificate, e))?,
        key: tokio::fs::read(key).await.map_err(|e| unreadable("tls.key", key, e))?,
    })
}

/// Shows what the files hold, from their next change on. What can't be used, half-written files among it, is left aside
/// with a warning.
pub(super) async fn follow(
    config: Arc<Config>,
    stopping: watch::Receiver<bool>,
    current: Arc<Current>,
    certificate: PathBuf,
    key: PathBuf,
) {
    let mut seen = None;
    loop {
        match read(&certificate, &key).await {
            Ok(pem) if seen.as_ref() != Some(&pem) => {
                match pem.parse(&certificate, host(&config)).map(|read| current.put(read)) {
                    Ok(true) => tracing::info!("a new certificate is shown from now on"),
                    Ok(false) => {}
                    Err(error) => tracing::warn!(%error, "the changed certificate can't be used; the old one stays"),
                }
                seen = Some(pem);
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the certificate can't be read; the old one stays"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stopped(stopping.clone()) => return,
        }
    }
}
