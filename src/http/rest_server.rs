//! The REST plane alone, on a port of its own.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::base::clock::Clock;
use crate::rest;
use crate::rest::standalone::Standalone;

/// Largest body that is read.
const BODY_BYTES_MAX: usize = 16 << 20;

/// Serves the plane until `stop`, and has it listen for changes of its database.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    plane: Arc<Standalone>,
    listener: TcpListener,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let watched = Arc::clone(&plane);
    let ended = stop.clone();
    let watching = tokio::spawn(async move { watched.watch(ended).await });
    let served = axum::serve(listener, router(plane))
        .with_graceful_shutdown(stop.clone().cancelled_owned())
        .await;
    stop.cancel();
    let _ = watching.await;
    served
}

/// Every request goes to the plane.
pub fn router(plane: Arc<Standalone>) -> Router {
    Router::new().fallback(answer).with_state(plane)
}

/// Serves `/live` and `/ready` until `stop`: whether the process lives, and whether its database
/// answers.
///
/// # Errors
/// When the listener fails.
pub async fn serve_admin(
    plane: Arc<Standalone>,
    listener: TcpListener,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let router = Router::new()
        .route("/live", get(async || StatusCode::OK))
        .route("/ready", get(ready))
        .with_state(plane);
    axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
}

async fn ready(State(plane): State<Arc<Standalone>>) -> StatusCode {
    match plane.plane().cluster().rest_ping().await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn answer(State(plane): State<Arc<Standalone>>, request: Request<Body>) -> Response<Body> {
    match from_http(request).await {
        Some(request) => {
            let now = Clock::system().epoch();
            into_http(plane.answer(&request, now).await)
        }
        None => into_http(rest::Response::new(413)),
    }
}

/// A request as plain values; none where its body is too large.
pub async fn from_http(request: Request<Body>) -> Option<rest::Request> {
    let (head, body) = request.into_parts();
    Some(rest::Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: headers(&head.headers),
        body: to_bytes(body, BODY_BYTES_MAX).await.ok()?.to_vec(),
    })
}

fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    map.iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}

/// The response of a server.
pub fn into_http(response: rest::Response) -> Response<Body> {
    let mut http = Response::new(Body::from(response.body));
    *http.status_mut() =
        StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(name), HeaderValue::from_bytes(value.as_bytes()))
        {
            http.headers_mut().append(name, value);
        }
    }
    http
}
