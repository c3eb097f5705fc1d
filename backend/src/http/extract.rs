//! Strict readers of bodies, queries and paths: whatever they refuse is a problem with a code.

use super::problem::ApiProblem;
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use jukeline_app::api::Code;
use serde::{Serialize, de::DeserializeOwned};

/// PostgreSQL's text can't hold it, and nobody types it.
const ESCAPED_NUL: &[u8] = b"\\u0000";

/// A JSON body of the documented form; as an answer, JSON that no cache keeps.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiProblem> {
        if !is_json(request.headers()) {
            return Err(Code::UnsupportedMediaType.into());
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|e| unreadable(&e))?;
        if bytes.windows(ESCAPED_NUL.len()).any(|window| window == ESCAPED_NUL) {
            return Err(ApiProblem::bad_request("text can't hold U+0000"));
        }
        serde_json::from_slice(&bytes).map(Json).map_err(ApiProblem::bad_request)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn unreadable(rejection: &BytesRejection) -> ApiProblem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge.into(),
        _ => ApiProblem::bad_request("the body could not be read to its end"),
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.0).into_response();
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(header::HeaderValue::from_static("no-store"));
        response
    }
}

/// Query parameters of the documented form: unknown ones are refused where the type says so.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(ApiProblem::bad_request("the query"));
        }
        let read = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        // The rejection's own words are kept short: a query may hold a code.
        read.map(|query| Query(query.0)).map_err(|_| ApiProblem::bad_request("the query"))
    }
}

/// The one parameter of a path. What can't be one names nothing: 404.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: std::str::FromStr> FromRequestParts<S> for Path<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        let params =
            RawPathParams::from_request_parts(parts, state).await.map_err(|_| ApiProblem::from(Code::NotFound))?;
        let first = params.iter().next().and_then(|(_, value)| parsed(value));
        first.map(Path).ok_or(Code::NotFound.into())
    }
}

/// The two parameters of a path. What can't be one names nothing: 404.
#[derive(Debug)]
pub struct Path2<A, B>(pub A, pub B);

impl<S: Send + Sync, A: std::str::FromStr, B: std::str::FromStr> FromRequestParts<S> for Path2<A, B> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        let params =
            RawPathParams::from_request_parts(parts, state).await.map_err(|_| ApiProblem::from(Code::NotFound))?;
        let mut values = params.iter().map(|(_, value)| value);
        let first = values.next().and_then(parsed);
        let second = values.next().and_then(parsed);
        first.zip(second).map(|(a, b)| Path2(a, b)).ok_or(Code::NotFound.into())
    }
}

fn parsed<T: std::str::FromStr>(value: &str) -> Option<T> {
    (!value.contains('\0')).then(|| value.parse().ok())?
}
