//! Whether this process lives, whether it can serve, and its figures.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{Problem, Result};
use crate::app::AppState;
use crate::stores;

/// How a process is.
#[derive(Debug, Serialize, ToSchema)]
pub struct StateOut {
    /// `ok`, or `ready`.
    status: &'static str,
}

/// The process lives.
#[utoipa::path(get, path = "/healthz", tag = "Operation", security(()),
    responses((status = 200, description = "It does", body = StateOut)))]
pub async fn healthz() -> Json<StateOut> {
    std::future::ready(Json(StateOut { status: "ok" })).await
}

/// The process can serve: the database answers, and is migrated.
#[utoipa::path(get, path = "/readyz", tag = "Operation", security(()),
    responses((status = 200, description = "It can", body = StateOut)))]
pub async fn readyz(State(app): State<AppState>) -> Result<Json<StateOut>> {
    if app.stop.is_cancelled() {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return Err(Problem::new(status, "stopping", "this process is stopping"));
    }
    app.cluster.shared_tx(None, async |tx| stores::access::list(tx, None, 1).await).await?;
    Ok(Json(StateOut { status: "ready" }))
}

/// Figures in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "Operation", security(()),
    responses((status = 200, description = "The figures", body = String, content_type = "text/plain")))]
pub async fn metrics(State(app): State<AppState>) -> impl IntoResponse {
    app.cluster.record_figures();
    let text = app.metrics.render();
    let kind = [("content-type", "text/plain; version=0.0.4; charset=utf-8")];
    std::future::ready((kind, text)).await
}
