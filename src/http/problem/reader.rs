//! Who reads a refusal: clients of the fronted Auth expect its shape, everybody else reads ours.

use axum::Json;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};

use super::Problem;
use crate::http::door::Door;
use crate::supabase::auth::{Shape, VERSION_HEADER};

/// Who reads the answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A client of the platform, or one of PostgREST, whose refusals look alike.
    Ours,
    /// A client of Supabase Auth.
    OfAuth(Shape),
}

impl Reader {
    /// Who sent this request.
    pub fn of(request: &Request) -> Self {
        match Door::of(request.uri().path()) {
            Door::Auth => {
                let version = request.headers().get(VERSION_HEADER);
                Self::OfAuth(Shape::of(version.and_then(|version| version.to_str().ok())))
            }
            Door::Rest | Door::Api | Door::Page => Self::Ours,
        }
    }

    /// The refusal as they read it.
    pub fn told(self, problem: &Problem, request_id: &str) -> Response {
        let Self::OfAuth(shape) = self else {
            return (problem.status, Json(problem.body(Some(request_id)))).into_response();
        };
        let Problem { status, code, message, details, hint, .. } = problem;
        let mut body = shape.body_of(Some(request_id), status.as_u16(), code, message);
        if let Some(details) = details {
            body["details"] = details.as_ref().clone();
        }
        if let Some(hint) = hint {
            body["hint"] = (*hint).into();
        }
        let mut response = (*status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert("x-sb-error-code", HeaderValue::from_static(code));
        if let Some(version) = shape.version() {
            headers.insert(VERSION_HEADER, HeaderValue::from_static(version));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::StatusCode;
    use serde_json::{Value, json};

    use super::*;
    use crate::http::problem::codes::CODES;

    fn reader(path: &str, version: Option<&str>) -> Reader {
        let request = Request::builder().uri(path);
        let request =
            version.into_iter().fold(request, |r, version| r.header(VERSION_HEADER, version));
        Reader::of(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn auths_clients_knock_at_auths_door() {
        let (older, newer) = (Reader::OfAuth(Shape::Older), Reader::OfAuth(Shape::Newer));
        for path in ["/auth/v1/user", "/s/acme/auth/v1/user", "/auth/v2", "/auth"] {
            assert_eq!(reader(path, None), older, "{path}");
            assert_eq!(reader(path, Some("2024-01-01")), newer, "{path}");
        }
        for path in ["/", "/v1/stores", "/s/acme/rest/v1/auth", "/s/auth/rest/v1/x", "/s/auth"] {
            assert_eq!(reader(path, Some("2024-01-01")), Reader::Ours, "{path}");
        }
    }

    #[tokio::test]
    async fn every_code_is_read_in_every_shape() {
        for &(code, status, message) in CODES {
            let status = StatusCode::from_u16(status).unwrap();
            let problem = Problem::new(status, code, message).hint("again");
            for (reader, expected) in [
                (Reader::Ours, json!({ "code": code, "message": message, "details": null })),
                (
                    Reader::OfAuth(Shape::Older),
                    json!({ "code": status.as_u16(), "error_code": code, "msg": message }),
                ),
                (Reader::OfAuth(Shape::Newer), json!({ "code": code, "message": message })),
            ] {
                let response = reader.told(&problem, "id");
                assert_eq!(response.status(), status);
                let said = response.headers().get("x-sb-error-code").map(HeaderValue::as_bytes);
                assert_eq!(said, (reader != Reader::Ours).then_some(code.as_bytes()));
                let body = to_bytes(response.into_body(), 1 << 16).await.unwrap();
                let body: Value = serde_json::from_slice(&body).unwrap();
                for (key, value) in expected.as_object().unwrap() {
                    assert_eq!(&body[key], value, "{code} {reader:?}: {body}");
                }
                assert_eq!((&body["hint"], &body["request_id"]), (&json!("again"), &json!("id")));
            }
        }
    }
}
