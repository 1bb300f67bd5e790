//! What is answered where a request is not: PostgREST's codes, statuses and sentences.

pub(super) mod echo;
mod ours;
mod postgres;
mod raised;

use serde::Serialize;
use serde_json::Value;

use super::response::Response;

/// Why a request is not answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Error(Box<Parts>);

/// What an error says. Its fields are the body, in PostgREST's order.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Parts {
    #[serde(skip)]
    status: u16,
    code: String,
    details: Value,
    hint: Option<String>,
    message: String,
    /// Headers besides those of every error.
    #[serde(skip)]
    headers: Vec<(String, String)>,
}

impl Error {
    /// An error with a message and nothing more.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            status,
            code: code.to_owned(),
            details: Value::Null,
            hint: None,
            message: message.into(),
            headers: Vec::new(),
        }))
    }

    /// With details.
    #[must_use]
    pub fn details(mut self, details: impl Into<Value>) -> Self {
        self.0.details = details.into();
        self
    }

    /// With a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Option<String>>) -> Self {
        self.0.hint = hint.into();
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The answer that says so.
    pub fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let Parts { status, code, mut headers, .. } = *self.0;
        headers.push(("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned()));
        // Named as PostgREST names itself: programs match on the whole of it.
        headers.push(("Proxy-Status".to_owned(), format!("PostgREST; error={code}")));
        Response { status, headers, body }
    }
}
