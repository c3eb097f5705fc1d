//! https by the server itself: the certificate, the handshake, and the way from http.

mod acme;
mod certificate;
mod current;
mod files;
mod handshake;
mod listener;
mod redirect;

pub use certificate::{Certificate, Flaw};
pub use current::Current;
pub use listener::TlsListener;

use crate::{
    config::{Config, ConfigError, Source},
    context::Context,
    serve::Tasks,
    store::Store,
};
use axum::serve::{ListenerExt, TapIo};
use handshake::Handshake;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_rustls::server::TlsStream;

/// A connection past its handshake.
type Stream = TlsStream<TcpStream>;
/// A port on which TLS is spoken, to serve.
pub type TlsPort = TapIo<TlsListener, fn(&mut Stream)>;

/// Why https can't begin.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The section doesn't say where from.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A file that can't be read.
    #[error("{key} = {file:?}: {error}. A PEM file that the server may read would be right")]
    Unreadable {
        /// The key in the configuration.
        key: &'static str,
        /// The file.
        file: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// Files that can't be used.
    #[error("tls.certificate = {file:?}: {flaw}")]
    Unusable {
        /// The certificate's file.
        file: PathBuf,
        /// What is wrong, and what would be right.
        flaw: Flaw,
    },
    /// The plain port is taken.
    #[error(
        "can't listen on tls.redirect_from = \"{address}\": {error}. Choose another address and port, or leave it out"
    )]
    Redirect {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
    /// No handshake is possible.
    #[error("tls: {0}")]
    Rustls(#[from] rustls::Error),
}

/// https as it was configured, before anybody is served.
pub struct Https {
    /// The certificate.
    pub current: Arc<Current>,
    source: Source,
    redirect: Option<TcpListener>,
}

/// Reads the certificate's files and takes the plain port; nothing if the server speaks plain http.
pub async fn open(config: &Config) -> Result<Option<Https>, TlsError> {
    let Some(tls) = &config.tls else { return Ok(None) };
    // The client for orders takes the process's own; it may be set already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let source = tls.source()?;
    let current = Arc::new(Current::default());
    if let Source::Files { certificate, key } = &source {
        current.put(files::read(certificate, key).await?.parse(certificate, host(config))?);
    }
    let redirect = match tls.redirect_from {
        Some(address) => Some(TcpListener::bind(address).await.map_err(|error| TlsError::Redirect { address, error })?),
        None => None,
    };
    Ok(Some(Https { current, source, redirect }))
}

impl Https {
    /// Follows the certificate's files and answers on the plain port, until the server drains.
    pub fn spawn(&mut self, config: &Arc<Config>, stopping: &watch::Receiver<bool>, tasks: &mut Tasks) {
        if let Source::Files { certificate, key } = &self.source {
            let (current, certificate, key) = (self.current.clone(), certificate.clone(), key.clone());
            tasks.spawn(files::follow(config.clone(), stopping.clone(), current, certificate, key));
        }
        if let Some(listener) = self.redirect.take() {
            tasks.spawn(redirect::serve(config.clone(), stopping.clone(), listener));
        }
    }

    /// Keeps an ordered certificate fresh, which lies in the store, until the server drains.
    pub fn spawn_orders(self, context: &Context, tasks: &mut Tasks) {
        if let Source::Acme(acme) = self.source {
            tasks.spawn(acme::keep(context.clone(), self.current, acme));
        }
    }
}

/// Speaks TLS on a port. The store, once it is there, has the proofs for an authority.
pub fn listen(
    store: Arc<OnceLock<Store>>,
    current: Arc<Current>,
    tcp: TcpListener,
    address: SocketAddr,
) -> Result<TlsPort, TlsError> {
    let handshake = Handshake::new(store, current)?;
    // Without it a websocket's small messages wait for the answer to the last.
    let at_once: fn(&mut Stream) = |stream| drop(stream.get_ref().0.set_nodelay(true));
    Ok(TlsListener::new(tcp, address, handshake).tap_io(at_once))
}

/// The name that people use, and the certificate must carry.
fn host(config: &Config) -> &str {
    config.public_url.host_str().unwrap_or_default()
}

impl files::Pem {
    fn parse(&self, file: &Path, host: &str) -> Result<Certificate, TlsError> {
        Certificate::from_pem(&self.chain, &self.key, host)
            .map_err(|flaw| TlsError::Unusable { file: file.to_owned(), flaw })
    }
}
