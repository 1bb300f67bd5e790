//! The segments of the path, refused as their door refuses.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use crate::app::AppState;
use crate::http::door::Door;
use crate::http::gateway::auth;
use crate::http::pages;
use crate::http::problem::Problem;
use crate::stores;

/// The segments that the route names.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for Path<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        match axum::extract::Path::from_request_parts(parts, app).await {
            Ok(axum::extract::Path(segments)) => Ok(Self(segments)),
            Err(_) => Err(no_text(parts)),
        }
    }
}

/// A path that is no text once it is decoded, which names nothing anywhere.
fn no_text(parts: &Parts) -> Response {
    match Door::of(parts.uri.path()) {
        Door::Auth => auth::bad_path(parts),
        Door::Rest => {
            let message = "Invalid path specified in request URL";
            Problem::new(StatusCode::NOT_FOUND, "PGRST125", message).into_response()
        }
        Door::Api => {
            let message = "the path is not UTF-8 once it is decoded";
            Problem::new(StatusCode::BAD_REQUEST, "bad_path", message).into_response()
        }
        Door::Page => pages::missing().into_response(),
    }
}

/// The store that the path names, by slug or id; whatever else stands there names none.
#[derive(Debug)]
pub struct StoreAddress(pub stores::Address);

impl FromRequestParts<AppState> for StoreAddress {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        #[derive(serde::Deserialize)]
        struct Segments {
            store: String,
        }
        let Path(Segments { store }) = Path::from_request_parts(parts, app).await?;
        let address = stores::Address::parse(&store);
        Ok(Self(address.map_err(|error| Problem::from(error).into_response())?))
    }
}
