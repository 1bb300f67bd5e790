//! The character NUL, which Postgres keeps in no text: refused before anything is looked up, wherever
//! in a request it stands.

use serde_json::Value;

use super::ask::Ask;
use super::error::AuthError;

/// How JSON writes it; as a bare byte it is no JSON at all.
const ESCAPED: &[u8] = b"\\u0000";

/// Refuses a request that has it in its path, its query or its body.
pub(crate) fn refuse(ask: &Ask<'_>) -> Result<(), AuthError> {
    let in_query = ask.query_pairs().iter().any(|(name, value)| is_in(name) || is_in(value));
    if in_query || is_in(&ask.request.path) {
        return Err(AuthError::Invalid("The request has the character NUL in its address"));
    }
    let body = &ask.request.body;
    // Most bodies need not be read twice.
    let may_have = body.windows(ESCAPED.len()).any(|window| window == ESCAPED);
    if may_have && serde_json::from_slice(body).is_ok_and(|value| is_in_any(&value)) {
        let reason = "the character NUL can't be kept".to_owned();
        return Err(AuthError::BadJson { reason });
    }
    Ok(())
}

fn is_in(text: &str) -> bool {
    text.contains('\0')
}

fn is_in_any(value: &Value) -> bool {
    match value {
        Value::String(text) => is_in(text),
        Value::Array(list) => list.iter().any(is_in_any),
        Value::Object(map) => map.iter().any(|(name, value)| is_in(name) || is_in_any(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
