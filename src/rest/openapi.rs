//! The description of a schema, at the root: OpenAPI 2.0, with what the caller may use.

mod functions;
mod parameters;
mod relations;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{Asked, Failure};
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
pub(super) async fn describe(asked: &Asked<'_>, place: &SchemaAt<'_>) -> Result<Response, Failure> {
    let open_api = &asked.plane.settings.open_api;
    if open_api.is_disabled {
        return Err(Error::new(404, "PGRST126", "Root endpoint metadata is disabled").into());
    }
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
    let seen = Seen { granted: &granted, all: open_api.ignores_rights, by_right: is_store };
    response.body = document(&shape, &seen, open_api).to_string().into_bytes();
    respond::finish(asked, Ok(response), &answer).map_err(Failure::from)
}

/// What is described.
struct Seen<'a> {
    granted: &'a Granted,
    /// Everything, whoever asks.
    all: bool,
    /// Of each relation only what the caller may do.
    by_right: bool,
}

impl Seen<'_> {
    /// Which of select, insert, update and delete are told of; none where the relation is not.
    fn verbs(&self, relation: &Relation) -> Option<[bool; 4]> {
        let Relation { is_insertable, is_updatable, is_deletable, .. } = *relation;
        let rights = self.granted.relations.get(&relation.name).copied().unwrap_or_default();
        if !self.all && !rights.contains(&true) {
            return None;
        }
        if self.by_right {
            let [select, insert, update, delete] = rights;
            let can = [true, is_insertable, is_updatable, is_deletable];
            return Some([select, insert && can[1], update && can[2], delete && can[3]]);
        }
        let writes = is_insertable || is_updatable || is_deletable;
        Some([true, writes, writes, writes])
    }

    fn has(&self, function: &str) -> bool {
        self.all || self.granted.functions.contains(function)
    }
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
        definitions.insert(name.to_owned(), relations::definition(relation));
        parameters.extend(parameters::of(relation));
    }
    let mut names: Vec<&str> = shape.function_names().filter(|name| seen.has(name)).collect();
    names.sort_unstable();
    for name in names {
        if let Some(function) = shape.functions(name).last() {
            paths.insert(format!("/rpc/{name}"), functions::path(function));
        }
    }
    let (title, description) = split(shape.comment());
    let mut document = json!({
        "swagger": "2.0",
        "info": {
            "title": title.unwrap_or("REST API"),
            "description": description.unwrap_or("What this schema offers, in PostgREST's language"),
            "version": env!("CARGO_PKG_VERSION"),
        },
        "basePath": "/",
        "schemes": ["http"],
        "consumes": FORMATS,
        "produces": FORMATS,
        "paths": paths,
        "definitions": definitions,
        "parameters": parameters,
        "externalDocs": {
            "description": "PostgREST Documentation",
            "url": "https://docs.postgrest.org/en/v14/references/api.html",
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

/// What a value of a Postgres type is: its `type`, its `items`, its `format`.
fn type_of(name: &str) -> Map<String, Value> {
    let mut value = Map::new();
    if let Some(word) = word_of(name) {
        value.insert("type".to_owned(), Value::from(word));
    }
    if let Some(element) = name.strip_suffix("[]") {
        let items = word_of(element).map_or_else(|| json!({}), |word| json!({ "type": word }));
        value.insert("items".to_owned(), items);
    }
    value.insert("format".to_owned(), Value::from(name));
    value
}

fn word_of(name: &str) -> Option<&'static str> {
    match name {
        "smallint" | "integer" | "bigint" => Some("integer"),
        "numeric" | "real" | "double precision" => Some("number"),
        "boolean" => Some("boolean"),
        "json" | "jsonb" => None,
        array if array.ends_with("[]") => Some("array"),
        _ => Some("string"),
    }
}
