//! One handshake. A connection of the certificate's authority that looks for a proof is answered and ends here.

use super::{Current, TlsError, acme::challenge};
use crate::store::Store;
use rustls::{ServerConfig, crypto::ring, server::Acceptor};
use std::{
    io,
    sync::{Arc, OnceLock},
};
use tokio::net::TcpStream;
use tokio_rustls::{LazyConfigAcceptor, server::TlsStream};

/// What every handshake needs.
pub(super) struct Handshake {
    config: Arc<ServerConfig>,
    store: Arc<OnceLock<Store>>,
}

impl Handshake {
    /// Shows `current`, and proofs once there is a store. HTTP/1.1 alone: browsers then open websockets as they do without TLS.
    pub(super) fn new(store: Arc<OnceLock<Store>>, current: Arc<Current>) -> Result<Handshake, TlsError> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(current);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Handshake { config: Arc::new(config), store })
    }

    /// A stream to serve; nothing if it was the authority.
    pub(super) async fn shake(&self, tcp: TcpStream) -> io::Result<Option<TlsStream<TcpStream>>> {
        let start = LazyConfigAcceptor::new(Acceptor::default(), tcp).await?;
        if challenge::is_looked_for(&start.client_hello()) {
            let store = self.store.get().ok_or_else(|| io::Error::other("the store is not there yet"))?;
            challenge::answer(start, store).await?;
            return Ok(None);
        }
        start.into_stream(self.config.clone()).await.map(Some)
    }
}
