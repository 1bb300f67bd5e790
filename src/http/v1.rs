//! The control API: what people do with stores. On the platform's address, under `/v1`. The routes
//! and the OpenAPI document are one table.

pub mod audit;
pub mod invitations;
pub mod members;
pub mod platform;
pub mod products;
pub mod store_out;
pub mod stores;

use utoipa_axum::router::OpenApiRouter;

use crate::app::AppState;

/// All routes of `/v1`.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(stores::router())
        .merge(products::router())
        .merge(members::router())
        .merge(invitations::router())
        .merge(audit::router())
        .merge(platform::router())
}
