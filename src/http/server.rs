//! Listening, and ending: no new connections, the running requests finished, then the rest.

use std::net::SocketAddr;

use axum::ServiceExt;
use axum::extract::Request;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use super::accepting::RawTargets;
use super::router::{router, to_store_path};
use crate::app::AppState;

/// Answers requests until the app's `stop`, and then those that are under way.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, app: AppState) -> std::io::Result<()> {
    let http = app.http.clone();
    let stop = app.stop.clone();
    let service = router(app).map_request(move |request: Request| to_store_path(&http, request));
    let make = ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>(service);
    let listener = RawTargets(listener).tap_io(|_| ());
    axum::serve(listener, make).with_graceful_shutdown(stop.cancelled_owned()).await
}
