//! What stands behind `?`, and the segments of the path, refused in our own shape.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::app::AppState;
use crate::http::problem::Problem;
use crate::stores;

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

/// The store that the path names, by slug or id; whatever else stands there names none.
#[derive(Debug)]
pub struct StoreAddress(pub stores::Address);

impl FromRequestParts<AppState> for StoreAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        #[derive(serde::Deserialize)]
        struct Segments {
            store: String,
        }
        let Path(Segments { store }) =
            Path::from_request_parts(parts, app).await.map_err(|_| Problem::store_not_found())?;
        Ok(Self(stores::Address::parse(&store)?))
    }
}
