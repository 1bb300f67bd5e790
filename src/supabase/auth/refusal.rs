//! What is answered in Auth's place, in the two shapes its clients read.

use serde_json::json;
use uuid::Uuid;

use super::{AuthResponse, Headers};
use crate::outside::Error;

/// The API version that has the newer shape of errors.
const API_VERSION: &str = "2024-01-01";

/// Why Auth was not asked, or did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The path is no text.
    BadPath,
    /// The body is larger than Auth takes.
    TooLarge,
    /// The path is none of Auth's.
    NoRoute,
    /// Auth is not there; nothing has happened.
    Down,
    /// Auth did not answer in time; something may have happened.
    Late,
    /// Auth's answer could not be read.
    Broken,
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        match error {
            Error::Busy | Error::Unreachable(_) => Self::Down,
            Error::Timeout(_) => Self::Late,
            Error::Cut(_) | Error::TooLarge { .. } => Self::Broken,
            Error::Malformed => Self::NoRoute,
        }
    }
}

impl Refusal {
    fn parts(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::BadPath => (400, "validation_failed", "The path is not UTF-8 once it is decoded"),
            Self::TooLarge => (413, "request_entity_too_large", "Request body is over 1 MB"),
            Self::NoRoute => (404, "unknown", "There is nothing at this address"),
            Self::Down => (503, "unexpected_failure", "Auth is not reachable, please retry"),
            Self::Late => (
                504,
                "request_timeout",
                "Processing this request timed out, please retry after a moment.",
            ),
            Self::Broken => (502, "unexpected_failure", "Auth's answer could not be read"),
        }
    }

    /// The answer, in the shape that this caller reads.
    pub fn answer(self, asked: &Headers) -> AuthResponse {
        let (status, code, message) = self.parts();
        let version = asked.get("x-supabase-api-version").unwrap_or_default();
        let is_versioned = version >= API_VERSION && version.starts_with("20");
        let mut headers = Headers::from_iter([("content-type", "application/json")]);
        headers.push("x-sb-error-code", code);
        let mut body = if is_versioned {
            headers.push("x-supabase-api-version", API_VERSION);
            json!({ "code": code, "message": message })
        } else {
            json!({ "code": status, "error_code": code, "msg": message })
        };
        if status >= 500 && !is_versioned {
            body["error_id"] = Uuid::new_v4().to_string().into();
        }
        if self == Self::Down {
            headers.push("retry-after", "1");
        }
        AuthResponse { status, headers, body: body.to_string().into_bytes(), issued: None }
    }
}
