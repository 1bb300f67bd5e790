//! The description of a schema, at the root: OpenAPI 2.0, with what the caller may use.

mod functions;
mod parameters;
mod relations;
mod seen;
mod types;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use self::seen::{Granted, Seen};
use super::asked::{Asked, Failure};
use super::entrance::{Entrance, SchemaAt};
use super::error::Error;
use super::media::{self, Media};
use super::plane::OpenApi;
use super::query::Query;
use super::respond;
use super::response::Response;
use super::shape::{Relation, Shape};
use super::sql;
use crate::db::Mode;

/// What rows are written and read as.
const FORMATS: [&str; 4] = [
    "application/json",
    "application/vnd.pgrst.object+json;nulls=stripped",
    "application/vnd.pgrst.object+json",
    "text/csv",
];

/// The methods that the root takes.
pub(super) fn options() -> Response {
    let mut response = Response::new(200);
    response.push("Access-Control-Allow-Origin", "*");
    response.push("Allow", "OPTIONS,GET,HEAD");
    response
}

/// What is answered where the description is switched off, whatever the method.
pub(super) fn off() -> Error {
    Error::new(404, "PGRST126", "Root endpoint metadata is disabled")
}

/// Describes the schema to the caller.
pub(super) async fn describe(asked: &Asked<'_>, place: &SchemaAt<'_>) -> Result<Response, Failure> {
    let open_api = &asked.plane.settings.open_api;
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
    // At a store it is told what the caller may do; elsewhere what can be done, as PostgREST does.
    let is_store = matches!(asked.entrance, Entrance::Store(_));
    let seen = Seen {
        granted: &granted,
        all: open_api.ignores_rights,
        by_right: is_store,
        schema: place.schema,
        path: &asked.plane.settings.extra_search_path,
    };
    response.body = document(&shape, &seen, open_api).to_string().into_bytes();
    respond::finish(asked, Ok(response), &answer).map_err(Failure::from)
}

fn document(shape: &Shape, seen: &Seen<'_>, open_api: &OpenApi) -> Value {
    let relations: BTreeMap<&str, &Relation> =
        shape.relations().map(|relation| (relation.name.as_str(), relation)).collect();
    let (mut paths, mut definitions) = (Map::new(), Map::new());
    let mut parameters = parameters::common();
    paths.insert("/".to_owned(), json!({ "get": root() }));
    for (name, relation) in relations {
        let Some(verbs) = seen.verbs(relation) else { continue };
        paths.insert(format!("/{name}"), relations::path(relation, verbs));
        definitions.insert(name.to_owned(), relations::definition(relation, seen.schema));
        parameters.extend(parameters::of(relation));
    }
    let mut names: Vec<&str> = shape.function_names().filter(|name| seen.has(name)).collect();
    names.sort_unstable();
    for name in names {
        if let Some(function) = shape.functions(name).last() {
            paths.insert(format!("/rpc/{name}"), functions::path(function, seen));
        }
    }
    let mut document = json!({
        "swagger": "2.0",
        "info": seen.info(shape.comment()),
        "basePath": "/",
        "schemes": ["http"],
        "consumes": FORMATS,
        "produces": FORMATS,
        "paths": paths,
        "definitions": definitions,
        "parameters": parameters,
        "externalDocs": {
            "description": "PostgREST Documentation",
            "url": "https://postgrest.org/en/v14/references/api.html",
        },
    });
    if let Some(at) = &open_api.at {
        document["host"] = Value::from(format!("{}:{}", at.host, at.port));
        document["basePath"] = Value::from(at.path.as_str());
        document["schemes"] = json!([at.scheme]);
    }
    if open_api.has_security {
        document["securityDefinitions"] = json!({ "JWT": {
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "Add the token prepending \"Bearer \" (without quotes) to it",
        } });
        document["security"] = json!([{ "JWT": [] }]);
    }
    document
}

fn root() -> Value {
    json!({
        "tags": ["Introspection"],
        "summary": "OpenAPI description (this document)",
        "produces": ["application/openapi+json", "application/json"],
        "responses": { "200": { "description": "OK" } },
    })
}

/// The first line of a comment, and what follows it.
fn split(comment: Option<&str>) -> (Option<&str>, Option<&str>) {
    let Some(comment) = comment else { return (None, None) };
    let (first, rest) = comment.split_once('\n').unwrap_or((comment, ""));
    (Some(first), Some(rest.trim_start_matches('\n')).filter(|rest| !rest.is_empty()))
}

/// An operation with its summary, its description and its one answer.
fn operation(tag: &str, comment: Option<&str>, status: &str, answer: &Value) -> Map<String, Value> {
    let mut operation = Map::new();
    operation.insert("tags".to_owned(), json!([tag]));
    let (summary, description) = split(comment);
    for (name, text) in [("summary", summary), ("description", description)] {
        if let Some(text) = text {
            operation.insert(name.to_owned(), Value::from(text));
        }
    }
    operation.insert("responses".to_owned(), json!({ status: answer }));
    operation
}
