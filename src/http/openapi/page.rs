//! The document as one page of HTML: no script, one small style sheet, readable on a phone.

use handlebars::Handlebars;
use serde_json::{Map, Value, json};

use crate::base::chain::Chain;
use crate::http::problem::codes::CODES;

const TEMPLATE: &str = include_str!("../../../templates/api.hbs");

/// The page of a document.
pub(super) fn render(document: &Value) -> String {
    let groups = groups(document);
    let codes: Vec<Value> = CODES
        .iter()
        .map(|(code, status, meaning)| json!({"code": code, "status": status, "meaning": meaning.replace('`', "")}))
        .collect();
    let view = json!({
        "title": document["info"]["title"], "version": document["info"]["version"],
        "description": document["info"]["description"], "url": document["servers"][0]["url"],
        "groups": groups, "codes": codes,
    });
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.render_template(TEMPLATE, &view).unwrap_or_else(|error| {
        tracing::error!(error = %Chain(&error), "the page of the API could not be rendered");
        "The page could not be rendered; the document is at /openapi.json.".to_owned()
    })
}

/// The order in which people look for things; what is not named comes last.
const ORDER: &[&str] = &[
    "Stores",
    "Products",
    "Members",
    "Audit",
    "Storefront",
    "Data",
    "Auth",
    "Platform",
    "Operation",
];

/// A description without the marks that only the document needs.
fn plain(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('`', "")
}

/// Operations by their tag.
fn groups(document: &Value) -> Vec<Value> {
    let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (methods, operation) in operations(item) {
            let tag = operation["tags"][0].as_str().unwrap_or("Other").to_owned();
            let view = operation_view(document, path, &methods, operation);
            match groups.iter_mut().find(|(name, _)| *name == tag) {
                Some((_, list)) => list.push(view),
                None => groups.push((tag, vec![view])),
            }
        }
    }
    groups.sort_by_key(|(name, _)| {
        ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len())
    });
    let view = |(name, operations): (String, Vec<Value>)| json!({ "id": name.to_lowercase(), "name": name, "operations": operations });
    groups.into_iter().map(view).collect()
}

/// The operations of an address; methods that do the same stand together.
fn operations(item: &Value) -> Vec<(Vec<String>, &Value)> {
    let mut found: Vec<(Vec<String>, &Value)> = Vec::new();
    for (method, operation) in item.as_object().into_iter().flatten() {
        match found.iter_mut().find(|(_, known)| *known == operation) {
            Some((methods, _)) => methods.push(method.to_uppercase()),
            None => found.push((vec![method.to_uppercase()], operation)),
        }
    }
    found
}

fn operation_view(document: &Value, path: &str, methods: &[String], operation: &Value) -> Value {
    let text = plain;
    let parameters: Vec<Value> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| json!({ "name": one["name"], "in": one["in"], "about": text(&one["description"]) }))
        .collect();
    let responses: Vec<Value> = operation["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(status, _)| *status != "default")
        .map(|(status, one)| {
            let fields = fields(document, &one["content"]["application/json"]["schema"]);
            json!({
                "status": status, "about": text(&one["description"]),
                "kinds": kinds(&one["content"]), "fields": fields,
            })
        })
        .collect();
    let content = &operation["requestBody"]["content"];
    let body = &content["application/json"]["schema"];
    json!({
        "path": path, "methods": methods.iter().map(|method| json!({
            "name": method, "class": method.to_lowercase(),
        })).collect::<Vec<_>>(),
        "summary": text(&operation["summary"]), "about": text(&operation["description"]),
        "parameters": parameters, "kinds": kinds(content), "body": fields(document, body), "responses": responses,
    })
}

/// The kinds of a content, where they are not JSON.
fn kinds(content: &Value) -> String {
    let kinds = content.as_object().into_iter().flatten().map(|(kind, _)| kind.as_str());
    kinds.filter(|kind| *kind != "application/json").collect::<Vec<_>>().join(" or ")
}

/// The fields of an object that a schema names.
fn fields(document: &Value, schema: &Value) -> Vec<Value> {
    let name = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next());
    let Some(name) = name else { return Vec::new() };
    let schema = &document["components"]["schemas"][name];
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let empty = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&empty);
    let field = |(name, one): (&String, &Value)| {
        let about = plain(&one["description"]);
        json!({ "name": name, "kind": kind(one), "required": required.contains(&name.as_str()), "about": about })
    };
    properties.iter().map(field).collect()
}

fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next().unwrap_or_default().to_owned();
    }
    let of = |value: &Value| value.as_str().unwrap_or("object").to_owned();
    match (&schema["type"], &schema["format"]) {
        (Value::Array(kinds), _) => kinds.iter().map(of).collect::<Vec<_>>().join(" or "),
        (Value::String(kind), _) if kind == "array" => format!("list of {}", kind_of_items(schema)),
        (_, Value::String(format)) => format.clone(),
        (kind, _) => of(kind),
    }
}

fn kind_of_items(schema: &Value) -> String {
    kind(&schema["items"])
}
