//! The JSON body of a request, read field by field. Faults are worded as the real Auth's decoder
//! words them, because clients show them.

use serde_json::error::Category;
use serde_json::{Map, Value};

use super::error::AuthError;

/// The fields of one body. Unknown ones are ignored, `null` counts as absent.
#[derive(Debug)]
pub(crate) struct Fields {
    what: &'static str,
    map: Map<String, Value>,
}

impl Fields {
    /// Reads the body; `what` names the kind of body in a fault.
    pub(crate) fn read(body: &[u8], what: &'static str) -> Result<Self, AuthError> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(map)) => Ok(Self { what, map }),
            Ok(Value::Null) => Ok(Self { what, map: Map::new() }),
            Ok(other) => Err(bad(format!(
                "json: cannot unmarshal {} into Go value of type api.{what}",
                kind(&other)
            ))),
            Err(error) if error.classify() == Category::Eof => {
                Err(bad("unexpected end of JSON input".to_owned()))
            }
            Err(error) => Err(bad(error.to_string())),
        }
    }

    /// A text; empty if absent.
    pub(crate) fn text(&self, name: &str) -> Result<String, AuthError> {
        Ok(self.maybe_text(name)?.unwrap_or_default())
    }

    /// A text that may be absent.
    pub(crate) fn maybe_text(&self, name: &str) -> Result<Option<String>, AuthError> {
        match self.map.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(self.wrong(name, other, "string")),
        }
    }

    /// An object that may be absent.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Map<String, Value>>, AuthError> {
        match self.map.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map.clone())),
            Some(other) => Err(self.wrong(name, other, "map[string]interface {}")),
        }
    }

    /// A yes or no that may be absent.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, AuthError> {
        match self.map.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(other) => Err(self.wrong(name, other, "bool")),
        }
    }

    fn wrong(&self, name: &str, value: &Value, wanted: &str) -> AuthError {
        bad(format!(
            "json: cannot unmarshal {} into Go struct field {}.{name} of type {wanted}",
            kind(value),
            self.what
        ))
    }
}

fn bad(reason: String) -> AuthError {
    AuthError::BadJson { reason }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
