//! Answers on the wire: JSON, redirects, and refusals in the two shapes clients know.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::ask::Ask;
use super::error::{AuthError, Weakness};
use crate::supabase::auth::{AuthResponse, Headers, Shape, VERSION_HEADER};

/// A JSON answer.
pub(crate) fn json(status: u16, body: &Value) -> AuthResponse {
    let headers = Headers::from_iter([("content-type", "application/json")]);
    AuthResponse { status, headers, body: body.to_string().into_bytes(), issued: None }
}

/// `200 {}`: the answer that tells nothing.
pub(crate) fn done() -> AuthResponse {
    json(200, &json!({}))
}

/// An answer without a body.
pub(crate) fn empty(status: u16) -> AuthResponse {
    AuthResponse { status, headers: Headers::default(), body: Vec::new(), issued: None }
}

/// A redirect that makes a GET of whatever came.
pub(crate) fn see_other(location: &str) -> AuthResponse {
    let headers =
        Headers::from_iter([("content-type", "text/html; charset=utf-8"), ("location", location)]);
    let shown = location.replace('&', "&amp;").replace('"', "&#34;").replace('<', "&lt;");
    let body = format!("<a href=\"{shown}\">See Other</a>.\n\n");
    AuthResponse { status: 303, headers, body: body.into_bytes(), issued: None }
}

/// The same object with sorted keys, at every depth: the order in which the real Auth writes maps.
pub(crate) fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => sorted_map(map),
        Value::Array(list) => list.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// As [`sorted`], for a map.
pub(crate) fn sorted_map(map: &Map<String, Value>) -> Value {
    let mut entries: Vec<(&String, &Value)> = map.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    Value::Object(entries.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect())
}

/// A refusal, in the shape this caller reads.
pub(crate) fn refusal(ask: &Ask<'_>, error: &AuthError) -> AuthResponse {
    match error {
        AuthError::NoRoute => return no_route(),
        AuthError::Method { allowed } => {
            let mut answer = empty(405);
            for method in *allowed {
                answer.headers.push("allow", *method);
            }
            return answer;
        }
        AuthError::IdTokenProvider => {
            let body = json!({"error": "invalid request", "error_description": error.to_string()});
            return json(400, &body);
        }
        _ => {}
    }
    let (status, code) = error.status_and_code();
    let shape = ask.shape();
    let mut answer = json(status, &body(shape, error, status, code));
    mark(&mut answer.headers, error);
    let weak_and_new = shape == Shape::Newer && matches!(error, AuthError::WeakPassword(_));
    if let Some(code) = code.filter(|_| !weak_and_new) {
        answer.headers.push("x-sb-error-code", code);
    }
    if let Some(version) = shape.version() {
        answer.headers.push(VERSION_HEADER, version);
    }
    answer
}

/// What the caller reads. In the older shape, what Postgres refused shows in Postgres' own words.
fn body(shape: Shape, error: &AuthError, status: u16, code: Option<&str>) -> Value {
    if let (Shape::Older, AuthError::Duplicate { constraint, detail, .. }) = (shape, error) {
        let message = format!("duplicate key value violates unique constraint \"{constraint}\"");
        return json!({"code": "23505", "message": message, "detail": detail});
    }
    let code = code.unwrap_or("unexpected_failure");
    let mut body = shape.body(status, code, &error.to_string());
    if status >= 500 && shape == Shape::Older {
        body["error_id"] = Value::from(Uuid::new_v4().to_string());
    }
    if let AuthError::WeakPassword(list) = error {
        let reasons: Vec<&str> = list.iter().map(Weakness::reason).collect();
        body["weak_password"] = json!({ "reasons": reasons });
    }
    body
}

/// Whose token was refused, where the real Auth says it.
fn mark(headers: &mut Headers, error: &AuthError) {
    match error {
        AuthError::RefreshUsed { user, session } => {
            headers.push("sb-auth-session-id", session.to_string());
            headers.push("sb-auth-user-id", user.to_string());
        }
        AuthError::RefreshBanned { user } => headers.push("sb-auth-user-id", user.to_string()),
        _ => {}
    }
}

fn no_route() -> AuthResponse {
    let headers = Headers::from_iter([
        ("content-type", "text/plain; charset=utf-8"),
        ("x-content-type-options", "nosniff"),
    ]);
    AuthResponse { status: 404, headers, body: b"404 page not found\n".to_vec(), issued: None }
}
