//! Bodies: JSON, CSV and forms, as the JSON text that a statement reads; and plain ones.

mod outline;

use serde_json::{Map, Value};

use super::error::Error;
use super::request::Request;
use super::uri;

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
        Kind::Csv => csv(&request.body),
        Kind::Form => Ok(form(&request.body)?.1),
        Kind::Text | Kind::Xml | Kind::Bytes => {
            Err(unacceptable(request.header("content-type").unwrap_or_default()))
        }
    }
}

/// A JSON body. What is neither an object nor an array counts as an empty array.
pub(super) fn json(body: &[u8], keys_given: bool) -> Result<Payload, Error> {
    let text = std::str::from_utf8(body).map_err(|_| invalid())?;
    if text.contains("\\u") {
        // Only a whole reading looks at surrogates.
        serde_json::from_str::<Value>(text).map_err(|_| invalid())?;
    }
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

/// A table of values: the first line names the columns, `NULL` is null.
fn csv(body: &[u8]) -> Result<Payload, Error> {
    let refused = |error: &csv::Error| Error::new(400, "PGRST102", error.to_string());
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(body);
    let names: Vec<String> =
        reader.headers().map_err(|error| refused(&error))?.iter().map(str::to_owned).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| refused(&error))?;
        if record.len() != names.len() {
            return Err(Error::new(400, "PGRST102", "All lines must have same number of fields"));
        }
        let value = |text: &str| if text == "NULL" { Value::Null } else { Value::from(text) };
        let row: Map<String, Value> = names.iter().cloned().zip(record.iter().map(value)).collect();
        rows.push(Value::Object(row));
    }
    let mut keys = if rows.is_empty() { Vec::new() } else { names };
    keys.sort_unstable();
    keys.dedup();
    Ok(Payload { json: Value::Array(rows).to_string(), is_array: true, is_table: true, keys })
}

/// A form: its fields, and the same as an object of texts.
pub(super) fn form(body: &[u8]) -> Result<(Vec<(String, String)>, Payload), Error> {
    let text = std::str::from_utf8(body).map_err(|_| invalid())?;
    let pairs = uri::form(text)?;
    let object: Map<String, Value> =
        pairs.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    let mut keys: Vec<String> = object.keys().cloned().collect();
    keys.sort_unstable();
    let json = Value::Object(object).to_string();
    Ok((pairs, Payload { json, is_array: false, is_table: true, keys }))
}
