//! The REST plane alone, on a port or a socket of its own.

mod admin;
mod front;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use tokio_util::sync::CancellationToken;

use crate::base::clock::Clock;
use crate::http::sending::Sending;
use crate::rest;
use crate::rest::standalone::{LogLevel, Standalone};
pub use front::{Entry, Front};

/// Largest body that is read.
const BODY_BYTES_MAX: usize = 16 << 20;
/// How long requests may go on after the end was asked for.
const DRAIN: Duration = Duration::from_secs(10);
/// How the server names itself.
const NAME: &str = concat!("souk/", env!("CARGO_PKG_VERSION"));

/// Serves the plane until `stop`, and has it listen for changes of its database.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    plane: Arc<Standalone>,
    entry: Entry,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let watched = Arc::clone(&plane);
    let ended = stop.clone();
    let watching = tokio::spawn(async move { watched.watch(ended).await });
    let drained = async {
        stop.cancelled().await;
        Clock::system().sleep(DRAIN).await;
    };
    let served = tokio::select! {
        served = entry.serve(router(plane), stop.clone()) => served,
        () = drained => Ok(()),
    };
    stop.cancel();
    let _ = watching.await;
    served
}

/// Serves `/live`, `/ready` and the like until `stop`, for a plane that is served at `front`.
///
/// # Errors
/// When the listener fails.
pub async fn serve_admin(
    plane: Arc<Standalone>,
    front: Front,
    entry: Entry,
    stop: CancellationToken,
) -> std::io::Result<()> {
    entry.serve(admin::router(plane, front), stop).await
}

/// Every request goes to the plane.
pub fn router(plane: Arc<Standalone>) -> Router {
    let sending = Sending::new(plane.serving().plane.answers_bytes_max());
    Router::new().fallback(answer).with_state((plane, sending))
}

async fn answer(
    State((plane, sending)): State<(Arc<Standalone>, Sending)>,
    request: Request<Body>,
) -> Response<Body> {
    let (begun, level) = (Instant::now(), plane.serving().config.log);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let answer = match from_http(request).await {
        Some(request) => plane.answer(&request, Clock::system().epoch()).await,
        None => rest::Error::new(413, "PGRSTX01", "The body is over 16 MB").into_response(),
    };
    let (body, answer) = sending.body_of(answer, method.as_str()).await;
    let status = answer.status;
    let least = match status {
        500.. => LogLevel::Error,
        400.. => LogLevel::Warn,
        _ => LogLevel::Info,
    };
    if level >= least {
        let elapsed_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::info!(%method, path, status, elapsed_us, "request");
    }
    let mut response = into_http(body, answer);
    response.headers_mut().insert("server", HeaderValue::from_static(NAME));
    response
}

/// A request as plain values; none where its body is too large.
async fn from_http(request: Request<Body>) -> Option<rest::Request> {
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
fn into_http(body: Body, response: rest::Response) -> Response<Body> {
    let mut http = Response::new(body);
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
