//! How the plane alone is, on a port of its own: `/live` and `/ready` for whoever watches it,
//! `/schema_cache` and `/metrics` for people. The configuration is not shown: it holds secrets, and
//! nobody is asked for one here.

use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use super::Front;
use crate::rest::standalone::Standalone;

/// What the port answers.
#[derive(Clone, Debug)]
struct Watched {
    plane: Arc<Standalone>,
    front: Front,
}

/// Serves the port's routes; `front` is where requests come in.
pub(super) fn router(plane: Arc<Standalone>, front: Front) -> Router {
    Router::new()
        .route("/live", get(live))
        .route("/ready", get(ready))
        .route("/schema_cache", get(schema_cache))
        .route("/metrics", get(metrics))
        .with_state(Watched { plane, front })
}

/// Whether requests still find somebody.
async fn live(State(watched): State<Watched>) -> StatusCode {
    if watched.front.is_open().await { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }
}

/// Whether they can be answered too.
async fn ready(State(watched): State<Watched>) -> StatusCode {
    if !watched.front.is_open().await {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    match watched.plane.serving().plane.check().await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn text(body: String) -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response()
}

async fn schema_cache(State(watched): State<Watched>) -> Response {
    let serving = watched.plane.serving();
    match serving.plane.outline().await {
        Ok(outline) => axum::Json(outline).into_response(),
        Err(error) => {
            let body = json!({ "message": error.to_string() });
            (StatusCode::SERVICE_UNAVAILABLE, axum::Json(body)).into_response()
        }
    }
}

/// Figures under PostgREST's names.
async fn metrics(State(watched): State<Watched>) -> Response {
    let serving = watched.plane.serving();
    let pool = serving.plane.cluster().rest_figures();
    let read = serving.plane.shapes().figures();
    let mut out = String::new();
    for (name, kind, about, value) in [
        ("pgrst_db_pool_max", "gauge", "Most connections", pool.slots.to_string()),
        ("pgrst_db_pool_available", "gauge", "Connections that are free", pool.free.to_string()),
        ("pgrst_db_pool_waiting", "gauge", "Requests that wait for one", pool.waiting.to_string()),
        (
            "pgrst_db_pool_timeouts_total",
            "counter",
            "Requests that had none in time",
            pool.timeouts.to_string(),
        ),
        (
            "pgrst_schema_cache_query_time_seconds",
            "gauge",
            "How long the last reading of a schema took",
            format!("{:.6}", read.last_s),
        ),
        ("pgrst_schema_cache_loads_total", "counter", "Readings of schemas", String::new()),
    ] {
        // Writing to a String can't fail.
        let _ = writeln!(out, "# HELP {name} {about}\n# TYPE {name} {kind}");
        if !value.is_empty() {
            let _ = writeln!(out, "{name} {value}");
        }
    }
    for (status, count) in [("SUCCESS", read.done), ("FAIL", read.failed)] {
        let _ = writeln!(out, "pgrst_schema_cache_loads_total{{status=\"{status}\"}} {count}.0");
    }
    text(out)
}
