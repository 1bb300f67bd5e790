//! Browsers of any origin may call the APIs, as they may on Supabase: the keys are public, and
//! cookies are never looked at, so no answer allows credentials. What is behind the gateway says of
//! itself is replaced. Pages are not opened: a page elsewhere reads neither them nor the mailbox.

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

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
    if !headers.contains_key(ORIGIN) {
        return next.run(request).await;
    }
    let is_open = is_api(request.uri().path());
    if is_open
        && request.method() == Method::OPTIONS
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

/// Whether programs call this path: on the platform's host, or of a store.
fn is_api(path: &str) -> bool {
    let of_store =
        path.strip_prefix("/s/").and_then(|rest| rest.split_once('/')).map(|(_, path)| path);
    let (path, apis) = match of_store {
        Some(path) => (path, &["auth", "realtime", "rest", "storage", "store"][..]),
        None => (path.trim_start_matches('/'), &["auth", "openapi.json", "v1"][..]),
    };
    apis.contains(&path.split('/').next().unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apis_are_open_and_pages_are_not() {
        for open in ["/v1/stores", "/auth/v1/token", "/s/acme/rest/v1/", "/s/acme/store/v1/config"]
        {
            assert!(is_api(open), "{open}");
        }
        for closed in ["/", "/mailbox.json", "/metrics", "/s/acme", "/s/acme/", "/s/rest/x", "/v10"]
        {
            assert!(!is_api(closed), "{closed}");
        }
    }
}
