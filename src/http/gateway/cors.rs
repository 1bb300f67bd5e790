//! Browsers of any origin may call the APIs, as they may on Supabase: the keys are public, and
//! cookies are never looked at, so no answer allows credentials. Every answer of an API says so,
//! whether an origin was named or not, as Supabase's own gateway does: what a cache took for one
//! caller may be read by the next. What is behind the gateway says of itself is replaced. Pages are
//! not opened: a page elsewhere reads neither them nor the mailbox.

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::door::Door;

const METHODS: &str = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS";
/// What supabase-js sends, for a preflight that does not say.
const ALLOWED: &str = "authorization, x-client-info, apikey, content-type, accept, prefer, range, \
                       accept-profile, content-profile, x-supabase-api-version, idempotency-key";
const EXPOSED: &str = "Content-Range, Content-Location, Content-Profile, Location, Range-Unit, \
                       Preference-Applied, X-Total-Count, Link, ETag, Retry-After, X-Request-Id, \
                       X-Sb-Error-Code, X-Supabase-Api-Version";
/// How long a browser may remember a preflight.
const MAX_AGE: &str = "3600";

/// Answers preflights, and says of every answer of an API that any origin may read it.
pub async fn cors(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_open = Door::of(request.uri().path()) != Door::Page;
    if is_open
        && request.method() == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    {
        let asked = headers.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
        return preflight(asked);
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    clear(headers);
    if is_open {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    response
}

fn clear(headers: &mut HeaderMap) {
    for name in [
        ACCESS_CONTROL_ALLOW_CREDENTIALS,
        ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE,
    ] {
        headers.remove(name);
    }
}

fn preflight(asked: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    let allowed = asked.unwrap_or_else(|| HeaderValue::from_static(ALLOWED));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    response
}
