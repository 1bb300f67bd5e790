//! Parameters that operations of the description refer to.

use serde_json::{Map, Value, json};

use crate::rest::shape::Relation;

/// Those that are about no relation.
pub(super) fn common() -> Map<String, Value> {
    let returns = ["return=representation", "return=minimal", "return=none"];
    let resolutions = ["resolution=ignore-duplicates", "resolution=merge-duplicates"];
    let posts: Vec<&str> = returns.into_iter().chain(resolutions).collect();
    let prefer = |words: &[&str]| {
        let mut header = json!({ "name": "Prefer", "description": "Preference",
                                 "required": false, "in": "header", "type": "string" });
        if !words.is_empty() {
            header["enum"] = json!(words);
        }
        header
    };
    let text = |name: &str, place: &str, about: &str| {
        json!({ "name": name, "description": about, "required": false, "in": place,
                "type": "string" })
    };
    let mut unit = text("Range-Unit", "header", "Limiting and Pagination");
    unit["default"] = json!("items");
    let pages = "Limiting and Pagination";
    Map::from_iter(
        [
            ("preferParams", prefer(&[])),
            ("preferReturn", prefer(&returns)),
            ("preferCount", prefer(&["count=none"])),
            ("preferPost", prefer(&posts)),
            ("select", text("select", "query", "Filtering Columns")),
            ("on_conflict", text("on_conflict", "query", "On Conflict")),
            ("order", text("order", "query", "Ordering")),
            ("range", text("Range", "header", pages)),
            ("rangeUnit", unit),
            ("offset", text("offset", "query", pages)),
            ("limit", text("limit", "query", pages)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}

/// Those of a relation: its row as a body, and a filter for each column.
pub(super) fn of(relation: &Relation) -> Vec<(String, Value)> {
    let name = &relation.name;
    let body = json!({ "name": name, "description": name, "required": false, "in": "body",
                       "schema": { "$ref": format!("#/definitions/{name}") } });
    let mut parameters = vec![(format!("body.{name}"), body)];
    for column in &relation.columns {
        let mut filter =
            json!({ "name": column.name, "required": false, "in": "query", "type": "string" });
        if let Some(comment) = &column.comment {
            filter["description"] = Value::from(comment.as_str());
        }
        parameters.push((format!("rowFilter.{name}.{}", column.name), filter));
    }
    parameters
}
