//! Bodies: JSON, CSV and forms, as the JSON text that a statement reads; and plain ones.

mod csv;
mod outline;

use serde_json::{Map, Value};

use super::error::Error;
use super::request::Request;
use super::uri;

/// Most fields of a form: each takes many bytes as soon as it is read, and may be one in the body.
const FIELDS_MAX: usize = 10_000;

/// What kind of body a request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `application/json`.
    Json,
    /// `text/csv`.
    Csv,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `text/plain`.
    Text,
    /// `text/xml`.
    Xml,
    /// `application/octet-stream`.
    Bytes,
}

/// Rows, or arguments, as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payload {
    /// An object or an array of objects.
    pub(super) json: String,
    /// Whether it is an array.
    pub(super) is_array: bool,
    /// Whether it is a table or a form: it says itself which columns count.
    pub(super) is_table: bool,
    /// Keys of the (first) object, sorted.
    pub(super) keys: Vec<String>,
}

impl Kind {
    /// The kind that the request's header says.
    pub(super) fn of(request: &Request) -> Result<Self, Error> {
        let header = request.header("content-type").unwrap_or("application/json");
        let name = header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match name.as_str() {
            "application/json" | "" => Ok(Self::Json),
            "text/csv" => Ok(Self::Csv),
            "application/x-www-form-urlencoded" => Ok(Self::Form),
            "text/plain" => Ok(Self::Text),
            "text/xml" => Ok(Self::Xml),
            "application/octet-stream" => Ok(Self::Bytes),
            _ => Err(unacceptable(header)),
        }
    }
}

fn unacceptable(header: &str) -> Error {
    Error::new(400, "PGRST102", format!("Content-Type not acceptable: {header}"))
}

fn invalid() -> Error {
    Error::new(400, "PGRST102", "Empty or invalid json")
}

/// The rows of a write. Keys are not compared where the caller says which count.
pub(super) fn rows(request: &Request, keys_given: bool) -> Result<Payload, Error> {
    match Kind::of(request)? {
        Kind::Json => json(&request.body, keys_given),
        Kind::Csv => csv::read(&request.body),
        Kind::Form => Ok(form(&request.body)?.1),
        Kind::Text | Kind::Xml | Kind::Bytes => {
            Err(unacceptable(request.header("content-type").unwrap_or_default()))
        }
    }
}

/// A JSON body. What is neither an object nor an array counts as an empty array.
pub(super) fn json(body: &[u8], keys_given: bool) -> Result<Payload, Error> {
    let text = std::str::from_utf8(body).map_err(|_| invalid())?;
    let outline = outline::read(text).ok_or_else(invalid)?;
    if outline.differs && !keys_given {
        return Err(Error::new(400, "PGRST102", "All object keys must match"));
    }
    if outline.is_scalar {
        return Ok(Payload {
            json: "[]".to_owned(),
            is_array: true,
            is_table: false,
            keys: Vec::new(),
        });
    }
    let (is_array, keys) = (outline.is_array, outline.keys);
    Ok(Payload { json: text.to_owned(), is_array, is_table: false, keys })
}

/// A form: its fields, and the same as an object of texts.
pub(super) fn form(body: &[u8]) -> Result<(Vec<(String, String)>, Payload), Error> {
    let text = std::str::from_utf8(body).map_err(|_| invalid())?;
    if text.split('&').filter(|part| !part.is_empty()).nth(FIELDS_MAX).is_some() {
        let message = format!("A form has at most {FIELDS_MAX} fields");
        return Err(Error::new(400, "PGRST102", message));
    }
    let pairs = uri::form(text)?;
    let object: Map<String, Value> =
        pairs.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    let mut keys: Vec<String> = object.keys().cloned().collect();
    keys.sort_unstable();
    let json = Value::Object(object).to_string();
    Ok((pairs, Payload { json, is_array: false, is_table: true, keys }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_so_many_fields_and_no_more() {
        let fields = |count: usize| form("a=1&".repeat(count).as_bytes()).map(|(pairs, _)| pairs);
        assert_eq!(fields(FIELDS_MAX).unwrap().len(), FIELDS_MAX);
        assert_eq!(fields(FIELDS_MAX + 1).unwrap_err().into_response().status, 400);
    }
}
