//! The platform's API as a document, `/openapi.json`, and as a page to read, `/docs`. The document
//! comes from the table of routes itself, so it can't say what is not served.

mod page;

use std::sync::Arc;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;

use crate::app::AppState;

/// Both addresses, over what the routes say of themselves.
pub(super) fn router(described: &OpenApi, url: &str) -> Router<AppState> {
    let document = finish(described, url);
    let page: Arc<str> = page::render(&document).into();
    let text: Arc<str> = document.to_string().into();
    Router::new()
        .route("/openapi.json", get(move || fixed("application/json", text)))
        .route("/docs", get(move || fixed("text/html; charset=utf-8", page)))
}

async fn fixed(kind: &'static str, text: Arc<str>) -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=300")];
    std::future::ready((headers, text.to_string())).await
}

/// Adds what is true of every route: how a refusal looks, and who may ask.
fn finish(described: &OpenApi, url: &str) -> Value {
    let mut document = serde_json::to_value(described).unwrap_or_default();
    document["info"] = json!({
        "title": "Souk",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "One Supabase project, or one plain Postgres, as a platform for thousands \
                        of online stores. Every refusal has a stable code.",
    });
    document["servers"] = json!([{ "url": url }]);
    document["components"]["securitySchemes"] = json!({
        "token": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "The access token of a session that was begun on this platform",
        },
        "key": { "type": "apiKey", "in": "header", "name": "apikey" },
    });
    document["components"]["schemas"]["Problem"] = problem();
    document["components"]["schemas"]["AuthProblem"] = auth_problem();
    let paths = std::mem::take(&mut document["paths"]);
    let Value::Object(paths) = paths else { return document };
    document["paths"] = paths
        .into_iter()
        .map(|(path, mut item)| {
            for (_, operation) in item.as_object_mut().into_iter().flatten() {
                finish_operation(&path, operation);
            }
            (path.replace("{*", "{"), item)
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    document
}

fn finish_operation(path: &str, operation: &mut Value) {
    let Some(operation) = operation.as_object_mut() else { return };
    let is_fronted = path.contains("/rest/v1/") || path.contains("/auth/v1/");
    let security = if is_fronted {
        json!([{"key": []}, {"key": [], "token": []}])
    } else {
        json!([{"token": []}])
    };
    operation.entry("security").or_insert(security);
    // The same handler serves several methods: the name of an operation would be there twice.
    operation.remove("operationId");
    let schema = if path.contains("/auth/v1/") { "AuthProblem" } else { "Problem" };
    operation["responses"]["default"] = json!({
        "description": "A refusal",
        "content": {
            "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } },
        },
    });
}

fn problem() -> Value {
    json!({
        "type": "object",
        "required": ["code", "message", "request_id"],
        "properties": {
            "code": { "type": "string", "description": "Stable; what programs match on" },
            "message": { "type": "string", "description": "What people read" },
            "details": { "description": "Which part of the request it is about" },
            "hint": { "type": ["string", "null"], "description": "What to do about it" },
            "request_id": { "type": "string", "description": "Also in the log, with the cause" },
        },
    })
}

/// What refuses under `/auth/v1`, Auth itself or the gateway before it, which adds the request's
/// id.
fn auth_problem() -> Value {
    let code = json!({ "type": "string", "description": "Stable; what programs match on" });
    let message = json!({ "type": "string", "description": "What people read" });
    let request_id = json!({ "type": "string", "description": "Where the gateway refuses" });
    json!({
        "oneOf": [
            {
                "description": "Unless a newer shape is asked for",
                "type": "object",
                "required": ["code", "error_code", "msg"],
                "properties": {
                    "code": { "type": "integer", "description": "The HTTP status" },
                    "error_code": code, "msg": message, "request_id": request_id,
                    "error_id": { "type": "string", "description": "Of 500 and above" },
                },
            },
            {
                "description": "With the header `X-Supabase-Api-Version: 2024-01-01`, or later",
                "type": "object",
                "required": ["code", "message"],
                "properties": { "code": code, "message": message, "request_id": request_id },
            },
        ],
    })
}
