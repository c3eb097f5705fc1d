//! Cookies: reading them, and setting them from anywhere in a handler.

use crate::config::Config;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use std::sync::{Arc, Mutex, PoisonError};

/// How long sessions and devices are remembered: 400 days, the most that browsers grant.
pub const LONG_S: i64 = 400 * 24 * 3600;

/// Cookies that the answer to this request will set.
#[derive(Clone, Debug, Default)]
pub struct SetCookies(Arc<Mutex<Vec<HeaderValue>>>);

impl SetCookies {
    /// Sets `name` for `seconds`; 0 removes it. HttpOnly, SameSite=Lax (Strict looks signed out after a QR), and Secure
    /// on https.
    pub fn set(&self, config: &Config, name: &str, value: &str, seconds: i64) {
        let secure = if config.is_https() { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
        if let Ok(value) = HeaderValue::from_str(&text) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(value);
        }
    }
}

/// The middleware that hands [`SetCookies`] to handlers and writes them into the answer.
pub async fn collect(mut request: Request, next: Next) -> Response {
    let cookies = SetCookies::default();
    request.extensions_mut().insert(cookies.clone());
    let mut response = next.run(request).await;
    for cookie in cookies.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The name of the session's cookie.
pub fn session_name(config: &Config) -> &'static str {
    if config.is_https() { "__Host-session" } else { "session" }
}

/// All cookies of a request.
pub fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

/// The cookie `name` of a request.
pub fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    all(headers).find(|(key, _)| *key == name).map(|(_, value)| value)
}
