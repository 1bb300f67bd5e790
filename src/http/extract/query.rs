//! What stands behind `?`, refused in our own shape.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use serde::de::DeserializeOwned;

use crate::app::AppState;
use crate::http::problem::Problem;

/// The parsed query.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        let read = axum::extract::Query::from_request_parts(parts, app).await;
        read.map(|read| Self(read.0)).map_err(|error| bad(error.body_text()))
    }
}

/// The names of what stands behind `?`.
///
/// # Errors
/// 400 when it can't be read.
pub(crate) fn names(uri: &Uri) -> Result<Vec<String>, Problem> {
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|error| bad(error.body_text()))?;
    Ok(pairs.0.into_iter().map(|(name, _)| name).collect())
}

fn bad(message: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_query", message)
}
