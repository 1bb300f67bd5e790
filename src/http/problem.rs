//! How a refusal leaves: `{"code", "message", "details", "hint", "request_id"}`. Codes are a public
//! contract and never change; this page is all of them. What went wrong inside stays inside: it
//! rides along to [`log`](super::log), and a 5xx says one sentence.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::{db, stores};

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
    pub details: Option<Value>,
    /// What to do about it.
    pub hint: Option<&'static str>,
    /// What happened inside, for the log.
    pub cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// The errors that a handler answers with.
pub type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    /// A refusal without details.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: None, hint: None, cause: None }
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

    fn because(mut self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Arc::new(cause));
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body(None))).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            let after = axum::http::HeaderValue::from_static("1");
            response.headers_mut().insert(axum::http::header::RETRY_AFTER, after);
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<db::Error> for Problem {
    fn from(error: db::Error) -> Self {
        use db::Error as E;
        let unavailable = |code, message: &str| {
            Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message).because(NotReady)
        };
        match error {
            E::Overloaded => unavailable("overloaded", "too many requests at once; try again"),
            E::Unavailable(_) | E::NoLogin { .. } => {
                unavailable("database_unavailable", "the database is not reachable; try again")
                    .because(error)
            }
            E::Collision | E::LockTimeout | E::StoreChanged | E::Timeout { .. } => {
                unavailable("busy", "the store is busy; try again").because(error)
            }
            E::StoreMissing => Self::store_not_found(),
            E::Unique { .. }
            | E::Foreign { .. }
            | E::Check { .. }
            | E::Denied { .. }
            | E::Poisoned
            | E::Column { .. }
            | E::Damaged { .. }
            | E::NoRow { .. }
            | E::Query { .. } => Self::internal(error),
        }
    }
}

impl From<stores::Error> for Problem {
    fn from(error: stores::Error) -> Self {
        use stores::Error as E;
        let refuse = |status, code| Self::new(status, code, error.to_string());
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        match &error {
            E::Slug(_) => refuse(unprocessable, "invalid_slug")
                .hint("3 to 40 characters of a-z, 0-9 and single inner dashes"),
            E::Name => refuse(unprocessable, "invalid_name"),
            E::Currency(_) => refuse(unprocessable, "invalid_currency"),
            E::Locale(_) => refuse(unprocessable, "invalid_locale"),
            E::Theme { .. } => refuse(unprocessable, "invalid_theme"),
            E::Email => refuse(unprocessable, "invalid_email"),
            E::SlugTaken { .. } => refuse(StatusCode::CONFLICT, "slug_taken"),
            E::IdempotencyMismatch => refuse(StatusCode::CONFLICT, "idempotency_mismatch"),
            E::NotFound => Self::store_not_found(),
            E::Forbidden { .. } => refuse(StatusCode::FORBIDDEN, "forbidden"),
            E::PlanLimit { .. } => refuse(StatusCode::FORBIDDEN, "plan_limit"),
            E::Unavailable { status: stores::Status::Suspended } => {
                refuse(StatusCode::FORBIDDEN, "store_suspended")
            }
            E::Unavailable { .. } => refuse(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable"),
            E::NoSchema => refuse(StatusCode::SERVICE_UNAVAILABLE, "busy"),
            E::Template(_) => Self::internal(error),
            E::Db(_) => match error {
                E::Db(error) => error.into(),
                other => Self::internal(other),
            },
        }
    }
}

/// Why a 503 without another cause was sent.
#[derive(Debug, thiserror::Error)]
#[error("the request was shed")]
struct NotReady;
