//! What stands behind `?`, refused in our own shape.

use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::app::AppState;
use crate::http::problem::Problem;

/// The parsed query.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        let Query(value) = Query::from_request_parts(parts, app).await.map_err(|error| {
            Problem::new(StatusCode::BAD_REQUEST, "bad_query", error.body_text())
        })?;
        Ok(Self(value))
    }
}
