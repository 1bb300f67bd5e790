//! Every address this process answers, and what each request passes through.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{StatusCode, Uri};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use super::{gateway, health, log, openapi, pages, time_limit, v1};
use crate::app::AppState;
use crate::config::HttpConfig;

/// Body limit of all routes that do not set their own: 1 MB.
const BODY_MAX: usize = 1024 * 1024;

/// All routes. A request for `<slug>.<base domain>` has been turned into one for `/s/<slug>` by
/// [`to_store_path`] before it comes here.
pub fn router(app: AppState) -> Router {
    let (routes, described) = OpenApiRouter::new()
        .merge(v1::router())
        .merge(gateway::router(&app))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
        .split_for_parts();
    routes
        .merge(openapi::router(&described, &app.http.url()))
        .merge(pages::router())
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            Problem::new(status, "method_not_allowed", "this address has no such method")
        })
        // As one layer, which costs a request less than five. Outermost first:
        .layer(
            ServiceBuilder::new()
                // all of it is logged,
                .layer(from_fn(log::log))
                // browsers of any origin may call,
                .layer(from_fn(gateway::cors::cors))
                // a panic is a 500 and not a lost connection,
                .layer(CatchPanicLayer::custom(|_| panicked()))
                // a request ends in time,
                .layer(from_fn(time_limit::time_limit))
                // and a body over the limit is refused before it is held.
                .layer(DefaultBodyLimit::max(BODY_MAX)),
        )
        .with_state(app)
}

fn panicked() -> Response {
    Problem::internal(Panicked).into_response()
}

/// A handler panicked; the panic itself is in the log.
#[derive(Debug, thiserror::Error)]
#[error("a handler panicked")]
struct Panicked;

/// Turns `http://acme.<base domain>/rest/v1/products` into `/s/acme/rest/v1/products`.
pub fn to_store_path(http: &HttpConfig, mut request: Request) -> Request {
    let host = request.headers().get("host").and_then(|value| value.to_str().ok());
    let Some(slug) = host.and_then(|host| http.slug_of(host)) else { return request };
    let path = request.uri().path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
    if let Ok(uri) = format!("/s/{slug}{path}").parse::<Uri>() {
        request.extensions_mut().insert(gateway::OnStoreHost);
        *request.uri_mut() = uri;
    }
    request
}
