//! The REST plane alone, on a port or a socket of its own.

mod admin;
mod front;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Request, Response};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use crate::base::clock::Clock;
use crate::http::plane_http;
use crate::http::receiving::{Receiving, Refused};
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

/// What answers requests.
#[derive(Clone, Debug)]
struct Served {
    plane: Arc<Standalone>,
    sending: Sending,
    receiving: Receiving,
}

/// Every request goes to the plane.
pub fn router(plane: Arc<Standalone>) -> Router {
    let serving = plane.serving();
    let slots = serving.plane.cluster().config().rest_slots();
    let sending = Sending::new(serving.plane.answers_bytes_max());
    let receiving = Receiving::new(BODY_BYTES_MAX.saturating_mul(slots));
    guarded(Router::new().fallback(answer).with_state(Served { plane, sending, receiving }))
}

/// A panic is an answer and not a lost connection.
fn guarded(router: Router) -> Router {
    router.layer(CatchPanicLayer::custom(|_| {
        tracing::error!("a request panicked");
        let mut answer = rest::Error::new(500, "PGRSTX00", "Something went wrong").into_response();
        named(plane_http::response(std::mem::take(&mut answer.body).into(), answer))
    }))
}

async fn answer(
    State(Served { plane, sending, receiving }): State<Served>,
    request: Request<Body>,
) -> Response<Body> {
    let (begun, level) = (Instant::now(), plane.serving().config.log);
    let (head, body) = request.into_parts();
    // Of what the plane has begun nothing is cut off here: its statements have limits of their own.
    let answer = match receiving.body(&head.headers, body, BODY_BYTES_MAX).await {
        Ok(body) => {
            let request = plane_http::request(&head, head.uri.path(), body);
            plane.answer(&request, Clock::system().epoch()).await
        }
        Err(refused) => refusal(refused).into_response(),
    };
    let (method, path) = (head.method, head.uri.path());
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
    named(plane_http::response(body, answer))
}

/// The answer, saying whose it is.
fn named(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert("server", HeaderValue::from_static(NAME));
    response
}

/// Why a request's body was not read, as a PostgREST would say it.
fn refusal(refused: Refused) -> rest::Error {
    match refused {
        Refused::TooLarge { bytes_max } => {
            let message = format!("The body is over {} MB", bytes_max >> 20);
            rest::Error::new(413, "PGRSTX01", message)
        }
        Refused::Crowded => {
            rest::Error::new(503, "PGRSTX05", "Too many large bodies are being received")
                .hint("Send fewer rows at once, or try again.".to_owned())
                .header("Retry-After", "1")
        }
        Refused::Late => rest::Error::new(408, "PGRSTX04", "The body took too long to arrive")
            .header("Connection", "close"),
        Refused::Broken => rest::Error::new(400, "PGRST102", "The body broke off"),
    }
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered() {
        let panicking = async || -> &'static str { panic!("on purpose") };
        let router = guarded(Router::new().fallback(panicking));
        let answer = router.oneshot(Request::new(Body::empty())).await.expect("it answers");
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["server"]),
            (500, &NAME.parse().unwrap())
        );
        let body = axum::body::to_bytes(answer.into_body(), 1 << 10).await.expect("it has a body");
        let told: serde_json::Value = serde_json::from_slice(&body).expect("it is JSON");
        assert_eq!((&told["code"], &told["hint"]), (&"PGRSTX00".into(), &serde_json::Value::Null));
    }
}
