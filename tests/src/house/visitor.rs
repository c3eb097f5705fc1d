//! A browser without a window: cookies and JSON.

use anyhow::Result;
use jukeline_app::client::{Incoming, Method, Outgoing, Transport};

/// HTTP with a cookie jar of its own.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    base: String,
}

impl Http {
    /// A visitor of the server at `base`, without cookies yet.
    pub fn new(base: &str) -> Result<Http> {
        let client =
            reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Http { client, base: base.into() })
    }

    /// The same cookies at another process.
    pub fn at(&self, base: &str) -> Http {
        Http { client: self.client.clone(), base: base.into() }
    }

    /// The bare client, for what the API client has no word for.
    pub fn bare(&self) -> &reqwest::Client {
        &self.client
    }

    /// The server's address.
    pub fn base(&self) -> &str {
        &self.base
    }
}

impl Transport for Http {
    async fn send(&self, request: Outgoing) -> Result<Incoming, String> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut built = self.client.request(method, format!("{}{}", self.base, request.path));
        if let Some(body) = request.body {
            built = built.header("content-type", "application/json").body(body);
        }
        let answer = built.send().await.map_err(|e| e.to_string())?;
        let status = answer.status().as_u16();
        Ok(Incoming { status, body: answer.text().await.map_err(|e| e.to_string())? })
    }
}
