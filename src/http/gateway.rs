//! The fronted surfaces: Auth on the platform's address, and everything a store offers at its own.
//! They answer in their upstream's shape.

pub mod auth;
pub mod cors;
pub mod rest;
pub mod storefront;
pub mod visitor;

use axum::Router;
use axum::routing::{any, get};

use crate::app::AppState;

/// Marks a request that came to a store's own host name.
#[derive(Clone, Copy, Debug)]
pub struct OnStoreHost;

/// All fronted routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/auth/v1/{*path}", any(auth::on_platform))
        .route("/s/{slug}/auth/v1/{*path}", any(auth::on_store))
        .route("/s/{slug}/store/v1/config", get(storefront::config))
        .route("/s/{slug}/store/v1/picture/{file}", get(storefront::picture))
        .route("/s/{slug}/realtime/v1/{*path}", any(storefront::realtime))
        .route("/s/{slug}/rest/v1/", any(rest::root))
        .route("/s/{slug}/rest/v1/{*path}", any(rest::at_path))
}
