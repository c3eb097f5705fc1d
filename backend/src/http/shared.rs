//! What the routes share in this process, beside [`Context`].

use super::{charts::KeptCharts, elsewhere::KeptElsewhere, limits::Limits, manifest::Pages, problem::ApiProblem};
use crate::{config::Config, context::Context};
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};
use jukeline_app::api::{Code, ImportState};
use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

/// Addresses remembered for "I see your phone".
const SEEN_AT_MOST: usize = 1000;

/// What the routes share. Cheap to clone; every router has its own.
#[derive(Clone)]
pub struct Shared {
    /// Counted tries.
    pub limits: Arc<Limits>,
    /// The built pages.
    pub pages: Arc<Pages>,
    /// The import that runs or ran last.
    pub import: Arc<Mutex<Option<ImportState>>>,
    /// Charts as they were answered last.
    pub charts: Arc<KeptCharts>,
    /// What was heard elsewhere, as listeners were told last.
    pub elsewhere: Arc<KeptElsewhere>,
    seen: Arc<Mutex<HashSet<IpAddr>>>,
}

impl Shared {
    /// Shared parts of a router over `config`.
    pub fn new(config: &Config) -> Shared {
        Shared {
            limits: Arc::default(),
            pages: Arc::new(Pages::find(config)),
            import: Arc::default(),
            charts: Arc::default(),
            elsewhere: Arc::default(),
            seen: Arc::default(),
        }
    }

    /// Remembers that a room was opened from `address`.
    pub fn room_opened(&self, address: IpAddr) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < SEEN_AT_MOST {
            seen.insert(address);
        }
    }

    /// Whether a room was opened from another address than this one.
    pub fn phone_seen(&self, not: IpAddr) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|address| *address != not)
    }

    /// The import's state.
    pub fn import_state(&self) -> Option<ImportState> {
        self.import.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl FromRequestParts<Context> for Shared {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &Context) -> Result<Self, ApiProblem> {
        parts.extensions.get::<Shared>().cloned().ok_or(Code::Internal.into())
    }
}

/// Who is at the other end, for limits alone: never logged, never stored.
#[derive(Clone, Copy)]
pub struct Address(pub IpAddr);

impl Address {
    /// As a key of limits.
    pub fn key(&self) -> String {
        self.0.to_string()
    }
}

impl FromRequestParts<Context> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        Ok(Address(behind_proxies(&context.config, &parts.headers, peer)))
    }
}

/// Walks `X-Forwarded-For` from its end as long as the speaker is a trusted proxy.
fn behind_proxies(config: &Config, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
    let mut address = peer;
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
    for hop in lines.iter().flat_map(|line| line.split(',')).rev() {
        if !config.http.trusted_proxies.contains(&address) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(ip) => address = ip.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_may_name_another_address() {
        let mut config = Config::default();
        let proxy: IpAddr = [10, 0, 0, 1].into();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "1.2.3.4, 5.6.7.8".parse().expect("a header"));
        assert_eq!(behind_proxies(&config, &headers, proxy), proxy);
        config.http.trusted_proxies.push(proxy);
        assert_eq!(behind_proxies(&config, &headers, proxy), IpAddr::from([5, 6, 7, 8]));
    }
}
