//! What is answered where a request is not: PostgREST's codes, statuses and sentences.

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

    /// A part of the URL does not fit its grammar.
    pub(super) fn unreadable(what: &str, text: &str, column: usize, details: String) -> Self {
        let message = format!("\"failed to parse {what} ({text})\" (line 1, column {column})");
        Self::new(400, "PGRST100", message).details(details)
    }

    /// A parameter names an embed that is not selected.
    pub(super) fn not_embedded(name: &str) -> Self {
        Self::new(400, "PGRST108", format!("'{name}' is not an embedded resource in this request"))
            .hint(format!("Verify that '{name}' is included in the 'select' query parameter."))
    }

    /// `response.headers` is not what it must be.
    pub(super) fn bad_headers() -> Self {
        Self::new(
            500,
            "PGRST111",
            "response.headers guc must be a JSON array composed of objects with a single key and \
             a string value",
        )
    }

    /// `response.status` is no status.
    pub(super) fn bad_status() -> Self {
        Self::new(500, "PGRST112", "response.status guc must be a valid status code")
    }

    /// The catalog can't be read, or lacks a schema that is to be served.
    pub(super) fn unread() -> Self {
        let message = "Could not query the database for the schema cache. Retrying.";
        Self::new(503, "PGRST002", message).header("Retry-After", "1")
    }

    /// There is no room for a large answer; small ones are sent.
    pub fn crowded() -> Self {
        Self::new(503, "PGRSTX03", "Too many large answers are being sent")
            .hint("Ask for fewer rows or columns, or try again.".to_owned())
            .header("Retry-After", "1")
    }

    /// Something of ours went wrong; what it was is for the log.
    pub(super) fn internal() -> Self {
        Self::new(500, "PGRSTX00", "Something went wrong")
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
