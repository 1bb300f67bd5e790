//! The one place that logs a request: one line each, with its id, its route and, when it failed,
//! the whole chain of causes. The id is in the answer too, and in the body of our own refusals.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::problem::Problem;
use super::problem::reader::Reader;
use crate::base::chain::Chain;

/// The header that carries a request's id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id that is taken over from a caller.
const ID_MAX: usize = 64;

/// The id of a request; an extension of it.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Gives the request its id, runs it, and logs how it ended.
pub async fn log(mut request: Request, next: Next) -> Response {
    let id = request_id(&request);
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched", MatchedPath::as_str)
        .to_owned();
    let reader = Reader::of(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let begun = Instant::now();
    // Everything that is logged on the way has the id too.
    let span = tracing::error_span!("request", request.id = %id);
    let mut response = next.run(request).instrument(span).await;
    let elapsed = begun.elapsed();
    let status = response.status().as_u16();
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        log_cause(&problem, &id);
        let headers = std::mem::take(response.headers_mut());
        response = reader.told(&problem, &id);
        for (name, value) in &headers {
            if name != "content-length" && name != "content-type" {
                response.headers_mut().append(name, value.clone());
            }
        }
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let labels = [("route", route.clone()), ("status", status.to_string())];
    metrics::counter!("souk_http_requests_total", &labels).increment(1);
    metrics::histogram!("souk_http_seconds", "route" => route.clone()).record(elapsed);
    let elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(request.id = %id, %method, route, status, elapsed_us, "request");
    response
}

fn request_id(request: &Request) -> String {
    let sent = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let fits = |id: &&str| {
        (1..=ID_MAX).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    match sent.filter(fits) {
        Some(id) => id.to_owned(),
        None => uuid::Uuid::now_v7().to_string(),
    }
}

fn log_cause(problem: &Problem, id: &str) {
    let Some(cause) = &problem.cause else { return };
    let cause = Chain(cause.as_ref());
    if problem.status.is_server_error() {
        tracing::error!(request.id = %id, code = problem.code, %cause, "request failed");
    } else {
        tracing::info!(request.id = %id, code = problem.code, %cause, "request refused");
    }
}
