//! Requests through the page's own fetch.

use super::{lean, platform};
use jukeline_app::client::{Client, ClientError, Incoming, Method, Outgoing, Transport};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Blob, Headers, RequestCredentials, RequestInit};

/// A request that takes longer than this is given up, in milliseconds.
const PATIENCE_MS: u32 = 15_000;

/// The browser's fetch, with the page's cookies.
#[derive(Clone, Copy, Debug)]
pub struct Fetch;

/// The API of the server that served the page.
pub fn api() -> Client<Fetch> {
    Client { transport: Fetch }
}

impl Transport for Fetch {
    async fn send(&self, request: Outgoing) -> Result<Incoming, String> {
        fetch(request).await.map_err(|e| words_of(&e))
    }

    fn read<A: DeserializeOwned>(body: &str) -> Result<A, String> {
        lean::from_str(body).map_err(|unfit| unfit.to_string())
    }
}

/// Requests that outlive their page: for the moment when it goes. Nobody is left to read their answers.
#[derive(Clone, Copy, Debug)]
pub struct Parting;

/// The API for a page that goes.
pub fn parting() -> Client<Parting> {
    Client { transport: Parting }
}

impl Transport for Parting {
    async fn send(&self, request: Outgoing) -> Result<Incoming, String> {
        let init = init(&request).map_err(|e| words_of(&e))?;
        js_sys::Reflect::set(&init, &"keepalive".into(), &JsValue::TRUE).map_err(|e| words_of(&e))?;
        let response = platform::fetch(&request.path, &init).await.map_err(|e| words_of(&e))?;
        Ok(Incoming { status: response.status(), body: String::new() })
    }
}

/// Reads a file of the server.
///
/// # Errors
/// As those of the client: the server refuses, or doesn't answer in time.
pub async fn file(path: &str) -> Result<Blob, ClientError> {
    read_file(path).await.unwrap_or_else(|error| Err(ClientError::Unreachable(words_of(&error))))
}

async fn read_file(path: &str) -> Result<Result<Blob, ClientError>, JsValue> {
    let abort = AbortController::new()?;
    let init = RequestInit::new();
    init.set_signal(Some(&abort.signal()));
    let _alarm = gloo_timers::callback::Timeout::new(PATIENCE_MS, move || abort.abort());
    let answer = platform::fetch(path, &init).await?;
    if answer.ok() {
        return Ok(Ok(JsFuture::from(answer.blob()?).await?.dyn_into()?));
    }
    let said = JsFuture::from(answer.text()?).await?.as_string().unwrap_or_default();
    Ok(Err(match lean::from_str(&said) {
        Ok(problem) => ClientError::Problem(problem),
        Err(_) => ClientError::Garbled(format!("status {}", answer.status())),
    }))
}

async fn fetch(request: Outgoing) -> Result<Incoming, JsValue> {
    let abort = AbortController::new()?;
    let init = init(&request)?;
    init.set_signal(Some(&abort.signal()));
    // Dropped at the end of this function, which disarms it.
    let _alarm = gloo_timers::callback::Timeout::new(PATIENCE_MS, move || abort.abort());
    let response = platform::fetch(&request.path, &init).await?;
    let body = JsFuture::from(response.text()?).await?;
    Ok(Incoming { status: response.status(), body: body.as_string().unwrap_or_default() })
}

fn init(request: &Outgoing) -> Result<RequestInit, JsValue> {
    let init = RequestInit::new();
    init.set_method(word(request.method));
    init.set_credentials(RequestCredentials::SameOrigin);
    let headers = Headers::new()?;
    headers.set("Accept", "application/json, application/problem+json")?;
    headers.set("Jukeline-Build", env!("CARGO_PKG_VERSION"))?;
    if let Some(body) = &request.body {
        headers.set("Content-Type", "application/json")?;
        init.set_body(&JsValue::from_str(body));
    }
    init.set_headers(&headers);
    Ok(init)
}

fn word(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

fn words_of(error: &JsValue) -> String {
    let error: &js_sys::Error = error.unchecked_ref();
    String::from(error.message())
}
