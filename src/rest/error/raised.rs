//! Errors that a function words itself, with `raise sqlstate 'PGRST'`.

use serde_json::{Map, Value};

use super::Error;
use crate::db::Refusal;

/// The answer that the function asks for.
pub(super) fn read(refusal: &Refusal) -> Error {
    let object = |text: &str| serde_json::from_str::<Map<String, Value>>(text).ok();
    let Some(error) = object(&refusal.message).as_ref().and_then(message) else {
        return unreadable(
            format!("Invalid JSON value for MESSAGE: '{}'", refusal.message),
            "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional \
             keys: 'details', 'hint'.",
        );
    };
    let Some(detail) = &refusal.detail else {
        return unreadable(
            "DETAIL is missing in the RAISE statement".to_owned(),
            "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional \
             key: 'status_text'.",
        );
    };
    match object(detail).as_ref().and_then(|detail| dress(error, detail)) {
        Some(error) => error,
        None => unreadable(
            format!("Invalid JSON value for DETAIL: '{detail}'"),
            "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional \
             key: 'status_text'.",
        ),
    }
}

fn message(object: &Map<String, Value>) -> Option<Error> {
    let optional = |key: &str| match object.get(key) {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(text)) => Some(Some(text.clone())),
        Some(_) => None,
    };
    let (code, message) = (object.get("code")?.as_str()?, object.get("message")?.as_str()?);
    Some(Error::new(400, code, message).details(optional("details")?).hint(optional("hint")?))
}

fn dress(mut error: Error, detail: &Map<String, Value>) -> Option<Error> {
    error.0.status = u16::try_from(detail.get("status")?.as_u64()?).ok()?;
    match detail.get("status_text") {
        None | Some(Value::Null | Value::String(_)) => {}
        Some(_) => return None,
    }
    for (name, value) in detail.get("headers")?.as_object()? {
        error = error.header(name, value.as_str()?);
    }
    Some(error)
}

fn unreadable(details: String, hint: &str) -> Error {
    Error::new(500, "PGRST121", "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error")
        .details(details)
        .hint(hint.to_owned())
}
