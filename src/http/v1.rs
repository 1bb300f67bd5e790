//! The control API: what an owner does with stores. On the platform's address, under `/v1`.

pub mod products;
pub mod stores;

use axum::Router;

use crate::app::AppState;

/// All routes of `/v1`.
pub fn router() -> Router<AppState> {
    stores::router().merge(products::router())
}
