//! The control API: what people do with stores. On the platform's address, under `/v1`. The routes
//! and the OpenAPI document are one table.

pub mod audit;
pub mod invitations;
mod known;
pub mod members;
pub mod platform;
pub mod products;
pub mod store_out;
pub mod stores;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use utoipa_axum::router::OpenApiRouter;

use crate::app::AppState;

/// All routes of `/v1`.
pub fn router() -> OpenApiRouter<AppState> {
    let router = OpenApiRouter::new()
        .merge(stores::router())
        .merge(products::router())
        .merge(members::router())
        .merge(invitations::router())
        .merge(audit::router())
        .merge(platform::router());
    let known = known::Known::of(router.get_openapi());
    router.layer(from_fn(move |request: Request, next: Next| known.clone().check(request, next)))
}
