//! Tables and views in the description.

use serde_json::{Map, Value, json};

use super::operation;
use super::types::{type_of, word_of};
use crate::rest::shape::{Column, Relation, Relationship, told_names};

fn references<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Value> {
    names.into_iter().map(|name| json!({ "$ref": format!("#/parameters/{name}") })).collect()
}

/// What can be done with a relation.
pub(super) fn path(relation: &Relation, [select, insert, update, delete]: [bool; 4]) -> Value {
    let name = relation.name.as_str();
    let filters: Vec<String> =
        relation.columns.iter().map(|c| format!("rowFilter.{name}.{}", c.name)).collect();
    let filters = || filters.iter().map(String::as_str);
    let body = format!("body.{name}");
    let mut methods = Map::new();
    let mut add = |method: &str, parameters: Vec<Value>, status: &str, answer: Value| {
        let mut operation = operation(name, relation.comment.as_deref(), status, &answer);
        operation.insert("parameters".to_owned(), Value::from(parameters));
        if method == "get" {
            operation["responses"]["206"] = json!({ "description": "Partial Content" });
        }
        methods.insert(method.to_owned(), Value::Object(operation));
    };
    if select {
        let page = ["select", "order", "range", "rangeUnit", "offset", "limit", "preferCount"];
        let rows = json!({ "type": "array", "items": { "$ref": format!("#/definitions/{name}") } });
        let answer = json!({ "description": "OK", "schema": rows });
        add("get", references(filters().chain(page)), "200", answer);
    }
    let empty = || json!({ "description": "No Content" });
    if insert {
        let parameters = references([body.as_str(), "select", "preferPost"]);
        add("post", parameters, "201", json!({ "description": "Created" }));
    }
    if delete {
        add("delete", references(filters().chain(["preferReturn"])), "204", empty());
    }
    if update {
        let parameters = references(filters().chain([body.as_str(), "preferReturn"]));
        add("patch", parameters, "204", empty());
    }
    Value::Object(methods)
}

/// What a row is.
pub(super) fn definition(relation: &Relation, schema: &str) -> Value {
    let required: Vec<&str> =
        relation.columns.iter().filter(|c| !c.is_nullable).map(|c| c.name.as_str()).collect();
    let properties = relation.columns.iter();
    let properties: Map<String, Value> =
        properties.map(|c| (c.name.clone(), property(relation, c, schema))).collect();
    let mut definition = json!({ "type": "object", "properties": properties });
    if let Some(comment) = &relation.comment {
        definition["description"] = Value::from(comment.as_str());
    }
    if !required.is_empty() {
        definition["required"] = Value::from(required);
    }
    definition
}

fn property(relation: &Relation, column: &Column, schema: &str) -> Value {
    let type_text = told_names(&column.type_text, schema);
    let mut property = Value::Object(type_of(&type_text));
    if let Some(length) = column.length {
        property["maxLength"] = Value::from(length);
    }
    let default = column.default.as_deref().map(|text| told_names(text, schema));
    if let Some(value) = default.and_then(|text| default_of(&type_text, &text)) {
        property["default"] = value;
    }
    if let Some(description) = description(relation, column) {
        property["description"] = Value::from(description);
    }
    if !column.values.is_empty() {
        property["enum"] = Value::from(column.values.clone());
    }
    property
}

/// A default that is a plain value, or an expression whose value is a text. One that would have to
/// be escaped as JSON is not told, as PostgREST does not.
fn default_of(type_text: &str, text: &str) -> Option<Value> {
    if word_of(type_text) != Some("string") {
        return serde_json::from_str(text).ok();
    }
    let plain = text.strip_suffix(&format!("::{type_text}")).map(|text| text.trim_matches('\''));
    serde_json::from_str(&format!("\"{}\"", plain.unwrap_or(text))).ok()
}

/// What the owner says of a column, and what key it is of.
fn description(relation: &Relation, column: &Column) -> Option<String> {
    let mut notes = Vec::new();
    if relation.primary_key.contains(&column.name) {
        notes.push("This is a Primary Key.<pk/>".to_owned());
    }
    // A table before the views that show it.
    let is_key = |way: &&Relationship| way.is_our_key() && way.columns.len() == 1;
    let keys = relation.relationships.iter().filter(is_key);
    let keys = keys.filter(|way| way.columns[0].0 == column.name);
    let key = keys.min_by_key(|way| way.is_to_view).map(|way| (&way.target, &way.columns[0].1));
    if let Some((table, key)) = key {
        notes.push(format!(
            "This is a Foreign Key to `{table}.{key}`.<fk table='{table}' column='{key}'/>"
        ));
    }
    if notes.is_empty() {
        return column.comment.clone();
    }
    let before = column.comment.as_ref().map(|text| format!("{text}\n\n")).unwrap_or_default();
    Some(format!("{before}Note:\n{}", notes.join("\n")))
}
