//! Requests that this program makes to others: HTTP/1.1, over the same TLS stack that it serves with.

use axum::body::Bytes;
use axum::http::{Method, Request, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::time::Duration;
use url::Url;

/// The largest answer that is read, in bytes.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;

/// Why no answer came. It names no address: one may hold a name that is nobody's business.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(String);

impl NoAnswer {
    fn because(error: impl std::fmt::Display) -> NoAnswer {
        NoAnswer(error.to_string())
    }
}

/// Makes requests. Cheap to clone; connections are kept.
#[derive(Clone)]
pub struct Outbound {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    patience: Duration,
}

/// An answer with its body read.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

impl Outbound {
    /// A client that waits so long for each answer. Certificates are checked by Mozilla's roots, as those of mail and
    /// database are.
    ///
    /// # Errors
    /// The TLS stack has no safe protocol.
    pub fn new(patience: Duration) -> Result<Outbound, NoAnswer> {
        let provider = rustls::crypto::ring::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(provider)
            .map_err(NoAnswer::because)?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Outbound { client: Client::builder(TokioExecutor::new()).build(connector), patience })
    }

    /// Sends a request and reads the whole answer. Redirects are not followed.
    ///
    /// # Errors
    /// No answer came in time, or it is too large.
    pub async fn send(
        &self,
        method: Method,
        address: &Url,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Answer, NoAnswer> {
        let mut request = Request::builder().method(method).uri(address.as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .header(header::USER_AGENT, concat!("jukeline/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(Bytes::from(body)))
            .map_err(NoAnswer::because)?;
        tokio::time::timeout(self.patience, self.exchange(request)).await.map_err(|_| NoAnswer("too slow".into()))?
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, NoAnswer> {
        let answer = self.client.request(request).await.map_err(NoAnswer::because)?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), ANSWER_LIMIT).collect().await.map_err(NoAnswer::because)?;
        Ok(Answer { status, body: body.to_bytes() })
    }
}
