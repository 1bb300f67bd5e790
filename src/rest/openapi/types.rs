//! Postgres types in the words of OpenAPI.

use serde_json::{Map, Value, json};

/// What a value of a Postgres type is: its `type`, its `items`, its `format`.
pub(super) fn type_of(name: &str) -> Map<String, Value> {
    let mut value = Map::new();
    if let Some(word) = word_of(name) {
        value.insert("type".to_owned(), Value::from(word));
    }
    if let Some(element) = name.strip_suffix("[]") {
        let items = word_of(element).map_or_else(|| json!({}), |word| json!({ "type": word }));
        value.insert("items".to_owned(), items);
    }
    value.insert("format".to_owned(), Value::from(format_of(name)));
    value
}

/// Integers by their width, anything else by its name.
pub(super) fn format_of(name: &str) -> &str {
    match name {
        "smallint" | "integer" => "int32",
        "bigint" => "int64",
        name => name,
    }
}

pub(super) fn word_of(name: &str) -> Option<&'static str> {
    match name {
        "smallint" | "integer" | "bigint" => Some("integer"),
        "numeric" | "real" | "double precision" => Some("number"),
        "boolean" => Some("boolean"),
        "json" | "jsonb" => None,
        array if array.ends_with("[]") => Some("array"),
        _ => Some("string"),
    }
}
