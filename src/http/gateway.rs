//! The fronted surfaces: Auth on the platform's address, and everything a store offers at its own.
//! They answer in their upstream's shape.

pub mod arrival;
pub mod auth;
pub mod cors;
pub mod moved;
pub mod rest;
pub mod sign_in;
pub mod storefront;
pub mod visitor;

use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::AppState;

/// Marks a request that came to a store's own host name.
#[derive(Clone, Copy, Debug)]
pub struct OnStoreHost;

/// All fronted routes.
pub fn router(app: &AppState) -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(auth::on_store))
        .routes(routes!(rest::root))
        .routes(routes!(rest::at_path))
        .routes(routes!(storefront::config))
        .layer(from_fn_with_state(app.clone(), moved::lead))
        .routes(routes!(auth::on_platform))
        .routes(routes!(storefront::picture))
        .routes(routes!(storefront::realtime))
}
