//! What stands behind `?`, refused in our own shape.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use serde::de::DeserializeOwned;

use crate::app::AppState;
use crate::http::problem::Problem;

/// The parsed query.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        let Query(value) =
            Query::from_request_parts(parts, app).await.map_err(|error| bad(error.body_text()))?;
        Ok(Self(value))
    }
}

/// The names of what stands behind `?`.
///
/// # Errors
/// 400 when it can't be read.
pub(crate) fn names(uri: &Uri) -> Result<Vec<String>, Problem> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|error| bad(error.body_text()))?;
    Ok(pairs.into_iter().map(|(name, _)| name).collect())
}

fn bad(message: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_query", message)
}
