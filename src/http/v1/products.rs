//! `/v1/stores/{store}/products`: products in bulk.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;

use crate::app::AppState;
use crate::commerce::import;
use crate::http::extract::Person;
use crate::http::problem::{Problem, Result};
use crate::stores::{self, Address};

pub(super) fn router() -> Router<AppState> {
    // The limit is the importer's own: it is counted as the body comes.
    Router::new()
        .route("/v1/stores/{store}/products/import", post(import))
        .layer(DefaultBodyLimit::disable())
}

/// How to import.
#[derive(Debug, Deserialize)]
pub struct ImportIn {
    #[serde(default)]
    all_or_nothing: bool,
}
