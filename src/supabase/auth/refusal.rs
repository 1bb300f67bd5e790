//! What is answered in Auth's place when it is not asked, or does not answer.

use super::{AuthResponse, Headers, Shape, VERSION_HEADER};
use crate::outside::Error;

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

    /// The answer, in the shape that this caller reads, under the id of their request.
    pub fn answer(self, asked: &Headers) -> AuthResponse {
        let (status, code, message) = self.parts();
        let shape = Shape::of(asked.get(VERSION_HEADER));
        let mut headers = Headers::from_iter([("content-type", "application/json")]);
        headers.push("x-sb-error-code", code);
        if let Some(version) = shape.version() {
            headers.push(VERSION_HEADER, version);
        }
        if self == Self::Down {
            headers.push("retry-after", "1");
        }
        let body = shape.body_of(asked.get("x-request-id"), status, code, message);
        AuthResponse { status, headers, body: body.to_string().into_bytes(), issued: None }
    }
}
