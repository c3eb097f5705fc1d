//! tls-alpn-01 (RFC 8737): the authority connects with a protocol of its own and wants to see a certificate with the
//! proof in it. Any process can show it, whichever ordered.

use super::stored::{self, Proof};
use crate::store::Store;
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::ClientHello,
    sign::{CertifiedKey, SingleCertAndKey},
};
use std::{io, sync::Arc};
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tokio_rustls::StartHandshake;

const PROTOCOL: &[u8] = b"acme-tls/1";
/// The length of a digest that a certificate can carry.
const DIGEST: usize = 32;

/// The client is an authority that looks for a proof.
pub(in crate::tls) fn is_looked_for(hello: &ClientHello<'_>) -> bool {
    hello.alpn().is_some_and(|mut protocols| protocols.any(|protocol| protocol == PROTOCOL))
}

/// Shows the proof that is under way and closes.
pub(in crate::tls) async fn answer(start: StartHandshake<TcpStream>, store: &Store) -> io::Result<()> {
    let proof = stored::proof(store).await.map_err(io::Error::other)?;
    let proof = proof.ok_or_else(|| io::Error::other("no proof is under way"))?;
    let mut stream = start.into_stream(Arc::new(showing(&proof).map_err(io::Error::other)?)).await?;
    stream.shutdown().await
}

#[derive(Debug, thiserror::Error)]
enum ProofError {
    #[error("the digest is not of {DIGEST} bytes")]
    Length,
    #[error(transparent)]
    Certificate(#[from] rcgen::Error),
    #[error(transparent)]
    Rustls(#[from] rustls::Error),
}

/// A certificate that is signed by itself and carries the digest.
fn showing(proof: &Proof) -> Result<ServerConfig, ProofError> {
    if proof.digest.len() != DIGEST {
        return Err(ProofError::Length);
    }
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(vec![proof.host.clone()])?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(&proof.digest)];
    let certificate = params.self_signed(&key)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(ring::default_provider());
    let key = provider.key_provider.load_private_key(key)?;
    // Not `with_single_cert`: its check refuses the critical extension, which is the proof.
    let shown = SingleCertAndKey::from(CertifiedKey::new(vec![certificate.der().clone()], key));
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(shown));
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_of_the_right_length_can_be_shown() {
        let showing = |digest| showing(&Proof { host: "bar.example".into(), digest });
        assert!(showing(vec![7; DIGEST]).is_ok_and(|config| config.alpn_protocols == [PROTOCOL]));
        assert!(matches!(showing(vec![7; DIGEST - 1]), Err(ProofError::Length)));
    }
}
