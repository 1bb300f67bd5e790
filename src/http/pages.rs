//! Pages for people: the platform's own, and those on a store's host. Server-rendered, complete
//! without scripts. No cookie is set on `/s/…`, where stores would share an origin: pages there lead
//! to the store's own host.

pub mod assets;
pub mod invitation;
pub mod mailbox;
pub mod storefront;
pub mod welcome;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use serde::Serialize;
use serde_json::json;

use crate::app::AppState;
use crate::http::problem::{Problem, Result};
use crate::render;

/// Nothing but our own style sheet and pictures; nobody frames us.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' https: data:; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// All pages.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/", get(welcome::show))
        .route("/assets/{file}", get(assets::on_platform))
        .route("/favicon.ico", get(assets::icon))
        .route("/s/{slug}/favicon.ico", get(assets::icon))
        .route("/s/{slug}/assets/theme.css", get(storefront::theme))
        .route("/s/{slug}/policies/{kind}", any(storefront::policy))
        .route("/s/{slug}/assets/{file}", get(assets::on_store))
        .route("/s/{slug}", any(storefront::home))
        .route("/s/{slug}/", any(storefront::home))
        .route("/s/{slug}/{*path}", any(storefront::at_path))
        .merge(invitation::router())
        .merge(mailbox::router())
}

/// A page from a template.
fn html(status: StatusCode, name: &'static str, data: &impl Serialize) -> Result<Response> {
    let text = render::page(name, data).map_err(Problem::internal)?;
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((status, headers, text).into_response())
}

/// The page that says that there is none.
pub(super) fn missing() -> Result<Response> {
    html(StatusCode::NOT_FOUND, "missing", &json!({ "title": "Not found", "theme": "plain" }))
}
