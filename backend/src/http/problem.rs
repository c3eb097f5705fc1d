//! Refusals as RFC 9457 problem details.

use crate::store::StoreError;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jukeline_app::api::{Code, Problem};
use serde_json::json;

/// What is out of reach may be back after so many seconds.
const BACK_IN_S: u64 = 5;

/// A refusal on its way to the client.
#[derive(Clone, Debug)]
pub struct ApiProblem(pub Problem);

/// What a handler gives.
pub type Answer<T> = std::result::Result<T, ApiProblem>;

impl ApiProblem {
    /// An impossible value of `field`.
    pub fn invalid(field: &str, detail: impl std::fmt::Display) -> ApiProblem {
        ApiProblem(Problem::invalid(field, detail))
    }

    /// The request is not of the documented form; `detail` says where.
    pub fn bad_request(detail: impl std::fmt::Display) -> ApiProblem {
        ApiProblem(Problem::with(Code::BadRequest, json!({"detail": detail.to_string()})))
    }

    /// Too many tries: wait `seconds`.
    pub fn slow_down(seconds: u64) -> ApiProblem {
        ApiProblem(Problem::with(Code::SlowDown, json!({"seconds": seconds})))
    }
}

impl From<Code> for ApiProblem {
    fn from(code: Code) -> Self {
        ApiProblem(Problem::new(code))
    }
}

impl From<Problem> for ApiProblem {
    fn from(problem: Problem) -> Self {
        ApiProblem(problem)
    }
}

impl From<StoreError> for ApiProblem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Database(_) => {
                tracing::warn!(%error, "the store did not answer");
                Code::Unavailable.into()
            }
            StoreError::Newer { .. } | StoreError::Garbled { .. } => {
                tracing::error!(%error, "the store holds what it should not");
                Code::Internal.into()
            }
        }
    }
}

impl From<sqlx::Error> for ApiProblem {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        let seconds = self.0.params.get("seconds").and_then(serde_json::Value::as_u64);
        if let Some(seconds) = seconds.or((self.0.code == Code::Unavailable).then_some(BACK_IN_S)) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
