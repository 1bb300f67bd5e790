//! The description of a schema, at the root: OpenAPI 2.0, with what the caller may use.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{Asked, Failure};
use super::entrance::Place;
use super::error::Error;
use super::media::{self, Media};
use super::query::Query;
use super::reading::finish;
use super::response::Response;
use super::shape::{Column, Function, Name, Relation, Shape, Volatility};
use super::sql;
use crate::db::Mode;

/// What the caller may do.
#[derive(Deserialize)]
struct Granted {
    relations: HashMap<String, [bool; 4]>,
    functions: HashSet<String>,
}

/// The methods that the root takes.
pub(super) fn options() -> Response {
    let mut response = Response::new(200);
    response.push("Access-Control-Allow-Origin", "*");
    response.push("Allow", "OPTIONS,GET,HEAD");
    response
}

/// Describes the schema to the caller.
pub(super) async fn describe(asked: &Asked<'_>, place: &Place<'_>) -> Result<Response, Failure> {
    Query::parse(&asked.request.query, false)?;
    let prefs = asked.preferences().await?;
    let accepted = media::accepted(asked.request);
    media::choose(&accepted, |media| matches!(media, Media::Json | Media::OpenApi | Media::Any))?;
    let shape = asked.shape(place).await?;
    let statement = sql::granted(&shape, place.schema);
    let mode = Mode { read_only: true, ..Mode::default() };
    let answer = asked.call(place, &prefs, mode, &statement, None).await?;
    let granted: Granted = serde_json::from_str(answer.text("body").unwrap_or_default())
        .map_err(|_| Error::internal())?;
    let mut response = Response::new(200);
    response.push("Content-Type", Media::OpenApi.content_type());
    if let Some(profile) = place.profile {
        response.push("Content-Profile", profile);
    }
    response.body = document(&shape, &granted).to_string().into_bytes();
    finish(asked, Ok(response), &answer).map_err(Failure::from)
}

fn document(shape: &Shape, granted: &Granted) -> Value {
    let relations: BTreeMap<&str, &Relation> =
        shape.relations().map(|relation| (relation.name.as_str(), relation)).collect();
    let mut paths = Map::new();
    let mut definitions = Map::new();
    paths.insert("/".to_owned(), json!({ "get": operation("Introspection", "This document") }));
    for (name, relation) in relations {
        let rights = granted.relations.get(name).copied().unwrap_or_default();
        if rights.contains(&true) {
            paths.insert(format!("/{name}"), methods(relation, rights));
            definitions.insert(name.to_owned(), definition(relation));
        }
    }
    let mut names: Vec<&str> =
        shape.function_names().filter(|name| granted.functions.contains(*name)).collect();
    names.sort_unstable();
    for name in names {
        if let Some(function) = shape.functions(name).first() {
            paths.insert(format!("/rpc/{name}"), call(function));
        }
    }
    json!({
        "swagger": "2.0",
        "info": {
            "title": shape.comment().unwrap_or("REST API"),
            "description": shape.comment().unwrap_or_default(),
            "version": env!("CARGO_PKG_VERSION"),
        },
        "basePath": "/",
        "schemes": ["http"],
        "consumes": ["application/json", "text/csv"],
        "produces": ["application/json", "text/csv"],
        "paths": paths,
        "definitions": definitions,
    })
}

fn operation(tag: &str, summary: &str) -> Value {
    json!({ "tags": [tag], "summary": summary, "responses": { "200": { "description": "OK" } } })
}

fn methods(relation: &Relation, [select, insert, update, delete]: [bool; 4]) -> Value {
    let summary = relation.comment.as_deref().unwrap_or_default();
    let filters: Vec<Value> = relation
        .columns
        .iter()
        .map(|column| json!({ "name": column.name, "in": "query", "required": false, "type": "string" }))
        .collect();
    let body = json!([{ "name": relation.name, "in": "body", "required": false,
        "schema": { "$ref": format!("#/definitions/{}", relation.name) } }]);
    let mut methods = Map::new();
    let mut add = |method: &str, parameters: Value| {
        let mut operation = operation(&relation.name, summary);
        operation["parameters"] = parameters;
        methods.insert(method.to_owned(), operation);
    };
    if select {
        add("get", Value::from(filters.clone()));
    }
    if insert && relation.is_insertable {
        add("post", body.clone());
    }
    if delete && relation.is_deletable {
        add("delete", Value::from(filters.clone()));
    }
    if update && relation.is_updatable {
        let mut all = filters;
        all.extend(body.as_array().into_iter().flatten().cloned());
        add("patch", Value::from(all));
    }
    Value::Object(methods)
}

fn definition(relation: &Relation) -> Value {
    let required: Vec<&str> = relation
        .columns
        .iter()
        .filter(|column| !column.is_nullable && column.default.is_none())
        .map(|column| column.name.as_str())
        .collect();
    let properties: Map<String, Value> =
        relation.columns.iter().map(|c| (c.name.clone(), property(relation, c))).collect();
    json!({
        "description": relation.comment,
        "required": required,
        "type": "object",
        "properties": properties,
    })
}

fn property(relation: &Relation, column: &Column) -> Value {
    let (Name::Own(format) | Name::Fixed(format)) = &column.type_name;
    let mut property = type_of(format);
    property["format"] = Value::from(format.as_str());
    let mut notes: Vec<String> = column.comment.iter().cloned().collect();
    if relation.primary_key.contains(&column.name) {
        notes.push("Note:\nThis is a Primary Key.<pk/>".to_owned());
    }
    for way in relation.relationships.iter().filter(|way| way.is_to_one() && !way.is_computed) {
        if let [(ours, theirs)] = &way.columns[..]
            && *ours == column.name
        {
            let (table, key) = (&way.target, theirs);
            notes.push(format!(
                "Note:\nThis is a Foreign Key to `{table}.{key}`.<fk table='{table}' column='{key}'/>"
            ));
        }
    }
    if !notes.is_empty() {
        property["description"] = Value::from(notes.join("\n\n"));
    }
    if !column.values.is_empty() {
        property["enum"] = Value::from(column.values.clone());
    }
    property
}

/// The JSON type of a Postgres type.
fn type_of(name: &str) -> Value {
    if let Some(element) = name.strip_suffix("[]") {
        return json!({ "type": "array", "items": type_of(element) });
    }
    let base = name.split('(').next().unwrap_or(name);
    match base {
        "smallint" | "integer" | "bigint" => json!({ "type": "integer" }),
        "numeric" | "real" | "double precision" => json!({ "type": "number" }),
        "boolean" => json!({ "type": "boolean" }),
        "json" | "jsonb" => json!({}),
        _ => json!({ "type": "string" }),
    }
}

fn call(function: &Function) -> Value {
    let summary = function.comment.as_deref().unwrap_or_default();
    let tag = format!("(rpc) {}", function.name);
    let arguments: Map<String, Value> = function
        .arguments
        .iter()
        .map(|argument| (argument.name.clone(), type_of(&argument.type_text)))
        .collect();
    let mut post = operation(&tag, summary);
    post["parameters"] = json!([{ "name": "args", "in": "body", "required": true,
        "schema": { "type": "object", "properties": arguments } }]);
    let mut methods = Map::from_iter([("post".to_owned(), post)]);
    if function.volatility != Volatility::Volatile {
        methods.insert("get".to_owned(), operation(&tag, summary));
    }
    Value::Object(methods)
}
