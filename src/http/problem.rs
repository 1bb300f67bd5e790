//! How a refusal leaves: `{"code", "message", "details", "hint", "request_id"}`, or as the
//! [`reader`] of Auth's expects it. Codes are a public contract and never change; [`codes`] is all
//! of them. What went wrong inside stays inside: it rides along to [`log`](super::log), and a 5xx
//! says one sentence.

pub mod codes;
pub mod reader;
mod refusals;

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A refusal on its way out.
#[derive(Clone, Debug)]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    /// What programs match on.
    pub code: &'static str,
    /// What people read.
    pub message: String,
    /// Which part of the request it is about, where that helps.
    pub details: Option<Box<Value>>,
    /// What to do about it.
    pub hint: Option<&'static str>,
    /// When to try again, where that is known.
    pub retry_after_s: Option<u32>,
    /// What happened inside, for the log.
    pub cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// The errors that a handler answers with.
pub type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    /// A refusal without details.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        debug_assert!(codes::is_listed(code), "{code} is not in the list of codes");
        let message = message.into();
        Self { status, code, message, details: None, hint: None, retry_after_s: None, cause: None }
    }

    /// The caller has used up an allowance.
    pub fn too_many_requests(retry_after: Duration) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let message = "too many requests of this kind; try again later";
        let seconds = u32::try_from(retry_after.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
        Self { retry_after_s: Some(seconds), ..Self::new(status, "too_many_requests", message) }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Nobody is signed in, or not as somebody we know.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
            .hint("send `Authorization: Bearer <access token>` of a signed-in user")
    }

    /// The token is of a session that nobody saw begin.
    pub fn session_unknown() -> Self {
        let message = "nobody here has seen this session begin";
        Self::new(StatusCode::UNAUTHORIZED, "session_unknown", message)
            .hint("sign in through /auth/v1 of this platform, or of one of its stores")
    }

    /// The token's session was begun at a place whose tokens are not good here.
    pub fn session_elsewhere() -> Self {
        let message = "this session was begun at a store and is good there alone";
        Self::new(StatusCode::UNAUTHORIZED, "session_elsewhere", message)
            .hint("sign in here, or on the platform's own address")
    }

    /// There is no such store, or the caller may not know of it.
    pub fn store_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "store_not_found", "there is no such store")
    }

    /// There is nothing at this address.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address")
    }

    /// Whom a token is of can't be told while Auth is away.
    pub fn auth_unavailable() -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, "auth_unavailable", "tokens can't be verified at the moment; try again")
            .because(refusals::NotReady)
    }

    /// The body can't be read.
    pub fn bad_body(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_body", message)
    }

    /// Something inside failed.
    pub fn internal(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let mut problem = Self::new(status, "internal", "something went wrong on our side");
        problem.cause = Some(Arc::new(cause));
        problem
    }

    /// The body as it is sent, with the request's id once that is known.
    pub fn body(&self, request_id: Option<&str>) -> Value {
        json!({
            "code": self.code,
            "message": self.message,
            "details": self.details,
            "hint": self.hint,
            "request_id": request_id,
        })
    }

    pub(super) fn because(mut self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Arc::new(cause));
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body(None))).into_response();
        let is_unavailable = self.status == StatusCode::SERVICE_UNAVAILABLE;
        if let Some(seconds) = self.retry_after_s.or(is_unavailable.then_some(1)) {
            response.headers_mut().insert(axum::http::header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}
