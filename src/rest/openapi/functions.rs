//! Functions in the description.

use serde_json::{Map, Value, json};

use super::seen::Seen;
use super::types::{format_of, type_of, word_of};
use super::{FORMATS, operation};
use crate::rest::shape::{Argument, Function, Volatility};

/// How a function is called.
pub(super) fn path(function: &Function, seen: &Seen<'_>) -> Value {
    let operation = |parameters: Value| {
        let tag = format!("(rpc) {}", function.name);
        let answer = json!({ "description": "OK" });
        let mut operation = operation(&tag, function.comment.as_deref(), "200", &answer);
        operation.insert("produces".to_owned(), json!(FORMATS[..3]));
        operation.insert("parameters".to_owned(), parameters);
        Value::Object(operation)
    };
    let mut methods = Map::new();
    if function.volatility != Volatility::Volatile {
        let last = function.arguments.len().saturating_sub(1);
        let arguments = function.arguments.iter().enumerate();
        let of = |(n, argument)| parameter(argument, function.is_variadic && n == last, seen);
        let parameters = arguments.map(of).collect::<Vec<_>>();
        methods.insert("get".to_owned(), operation(Value::from(parameters)));
    }
    let body =
        json!({ "name": "args", "in": "body", "required": true, "schema": body(function, seen) });
    let parameters = json!([body, { "$ref": "#/parameters/preferParams" }]);
    methods.insert("post".to_owned(), operation(parameters));
    Value::Object(methods)
}

/// An argument in the URL.
fn parameter(argument: &Argument, is_variadic: bool, seen: &Seen<'_>) -> Value {
    let type_text = seen.argument_type(&argument.type_text);
    let mut parameter = json!({
        "name": argument.name, "in": "query", "required": !argument.has_default,
    });
    if is_variadic {
        let element = type_text.strip_suffix("[]").unwrap_or(&type_text);
        parameter["type"] = json!("array");
        parameter["collectionFormat"] = json!("multi");
        parameter["items"] = Value::Object(type_of(element));
    } else {
        // An array is written in Postgres' own way there.
        let word = word_of(&type_text).filter(|word| *word != "array");
        parameter["type"] = json!(word.unwrap_or("string"));
        parameter["format"] = json!(format_of(&type_text));
    }
    parameter
}

/// The arguments in a body.
fn body(function: &Function, seen: &Seen<'_>) -> Value {
    let required: Vec<&str> =
        function.arguments.iter().filter(|a| !a.has_default).map(|a| a.name.as_str()).collect();
    let property =
        |a: &Argument| (a.name.clone(), Value::Object(type_of(&seen.argument_type(&a.type_text))));
    let properties: Map<String, Value> = function.arguments.iter().map(property).collect();
    let mut body = json!({ "type": "object", "properties": properties });
    if let Some(comment) = &function.comment {
        body["description"] = Value::from(comment.as_str());
    }
    if !required.is_empty() {
        body["required"] = Value::from(required);
    }
    body
}
