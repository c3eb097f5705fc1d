//! A visitor over TLS: trusts one authority and nobody else, keeps its cookies, and opens websockets.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use jukeline_app::client::{Incoming, Method, Outgoing, Transport};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        client::Resumption,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};
use tokio_tungstenite::{WebSocketStream, client_async};

/// How long an answer may take, the handshake included: less than the server gives to a handshake.
const PATIENCE: Duration = Duration::from_secs(5);

/// A visitor of one server on this machine.
pub struct Https {
    connector: TlsConnector,
    port: u16,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    head: String,
    /// The body.
    pub body: String,
}

impl Https {
    /// A visitor of `localhost` that trusts what this authority signed.
    ///
    /// # Errors
    /// The file holds no certificate.
    pub fn trusting(authority: &Path, port: u16) -> Result<Https> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(authority)?)?;
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        // Each connection is shown the certificate.
        config.resumption = Resumption::disabled();
        Ok(Https { connector: TlsConnector::from(Arc::new(config)), port, cookies: Mutex::default() })
    }

    /// A connection past its handshake.
    ///
    /// # Errors
    /// Nobody listens, or the certificate isn't trusted.
    pub async fn connect(&self) -> Result<TlsStream<TcpStream>> {
        let tcp = TcpStream::connect(("127.0.0.1", self.port)).await?;
        Ok(self.connector.connect(ServerName::try_from("localhost")?, tcp).await?)
    }

    /// Reads a path.
    ///
    /// # Errors
    /// No answer in time.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.ask("GET", path, None).await
    }

    /// Opens a websocket.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn websocket(&self, path: &str) -> Result<WebSocketStream<TlsStream<TcpStream>>> {
        let stream = self.connect().await?;
        Ok(client_async(format!("wss://localhost:{}{path}", self.port), stream).await?.0)
    }

    /// One request on a connection of its own.
    async fn ask(&self, method: &str, path: &str, body: Option<&str>) -> Result<Answer> {
        timeout(PATIENCE, self.ask_with_patience(method, path, body)).await.context("no answer in time")?
    }

    async fn ask_with_patience(&self, method: &str, path: &str, body: Option<&str>) -> Result<Answer> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\n", self.port);
        for (name, value) in self.cookies() {
            request += &format!("cookie: {name}={value}\r\n");
        }
        if let Some(body) = body {
            request += &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        }
        request += "\r\n";
        request += body.unwrap_or_default();
        let mut stream = self.connect().await?;
        stream.write_all(request.as_bytes()).await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        let answer = Answer::read(&text)?;
        let set = answer.headers("set-cookie").filter_map(|set| set.split(';').next()?.split_once('='));
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.extend(set.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Ok(answer)
    }

    /// The cookies by name.
    #[must_use]
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Answer {
    fn read(text: &str) -> Result<Answer> {
        let (head, body) = text.split_once("\r\n\r\n").context("no end of the head")?;
        let status = head.split(' ').nth(1).context("no status")?.parse()?;
        Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
    }

    /// A header's values.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        let headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.filter(move |(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Transport for &Https {
    async fn send(&self, request: Outgoing) -> Result<Incoming, String> {
        let method = match request.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        };
        let answer = self.ask(method, &request.path, request.body.as_deref()).await.map_err(|e| format!("{e:#}"))?;
        Ok(Incoming { status: answer.status, body: answer.body })
    }
}
