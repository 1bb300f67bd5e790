//! A JSON body, refused in our own shape.

use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use crate::app::AppState;
use crate::base::hex;
use crate::http::problem::Problem;

/// The parsed body, and a hash of its bytes.
#[derive(Debug)]
pub struct Body<T> {
    /// What was sent.
    pub value: T,
    /// SHA-256 of the bytes, in hex: the same request has the same.
    pub hash: String,
}

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        use sha2::Digest;

        let bytes = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(|rejection| too_large(&rejection))?;
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            Problem::bad_body(format!("the body is not what is asked for: {error}"))
        })?;
        let hash = hex::encode(&sha2::Sha256::digest(&bytes));
        Ok(Self { value, hash })
    }
}

/// A body that could not be read: over the limit, or cut off.
pub(crate) fn too_large(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is too large");
    }
    Problem::bad_body(rejection.body_text())
}
