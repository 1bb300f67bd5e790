//! What people of the platform do: `/v1/platform/…`, and suspending, resuming and pricing stores.

mod members;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::store_out::{StoreOut, StoresOut, page_limit};
use crate::app::AppState;
use crate::http::extract::{Body, Person, Query, StoreAddress};
use crate::http::problem::Result;
use crate::stores::platform::{self, Search, Service};
use crate::stores::{self, Address};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .merge(members::router())
        .routes(routes!(suspend))
        .routes(routes!(resume))
        .routes(routes!(set_plan))
}

/// Which stores.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchIn {
    /// A part of the name or the slug.
    search: Option<String>,
    /// `active`, `suspended`, `moving` or `deleted`.
    status: Option<String>,
    /// Version of the schema.
    version: Option<i32>,
    /// The `next` of the page before.
    after: Option<Uuid>,
    /// At most so many; 100 unless fewer are asked for.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// A plan for a store.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanIn {
    /// `basic`, `professional` or `enterprise`.
    plan: String,
}

/// Find stores.
#[utoipa::path(get, path = "/v1/platform/stores", tag = "Platform", params(SearchIn),
    responses((status = 200, description = "A page of stores", body = StoresOut)))]
async fn list(
    State(app): State<AppState>,
    person: Person,
    Query(asked): Query<SearchIn>,
) -> Result<Json<StoresOut>> {
    let limit = page_limit(asked.limit);
    let search = Search {
        after: asked.after,
        status: asked.status.map(printable),
        version: asked.version,
        text: asked.search.map(printable),
        limit: limit + 1,
    };
    let stores = app
        .cluster
        .shared_tx(None, async |tx| {
            platform::require(tx, person.user, "stores").await?;
            Ok::<_, stores::Error>(platform::stores::search(tx, &search).await?)
        })
        .await?;
    Ok(Json(StoresOut::new(stores, limit, &app)))
}

/// Without what Postgres can't keep in a text.
fn printable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// Suspend a store: its members read, nobody writes, shoppers are turned away.
#[utoipa::path(post, path = "/v1/stores/{store}/suspend", tag = "Platform",
    params(("store" = String, Path, description = "Slug or id")),
    responses((status = 200, description = "The store", body = StoreOut)))]
async fn suspend(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
) -> Result<Json<StoreOut>> {
    set_service(&app, &person, &address, Service::Suspended).await
}

/// Put a suspended store back into service.
#[utoipa::path(post, path = "/v1/stores/{store}/resume", tag = "Platform",
    params(("store" = String, Path, description = "Slug or id")),
    responses((status = 200, description = "The store", body = StoreOut)))]
async fn resume(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
) -> Result<Json<StoreOut>> {
    set_service(&app, &person, &address, Service::Active).await
}

async fn set_service(
    app: &AppState,
    person: &Person,
    address: &Address,
    to: Service,
) -> Result<Json<StoreOut>> {
    let store = app
        .cluster
        .shared_tx(None, async |tx| {
            let store = platform::open(tx, address, person.user, "suspend").await?;
            platform::set_service(tx, &store, to, &person.actor()).await
        })
        .await?;
    Ok(Json(StoreOut::new(store, app)))
}

/// Put a store on a plan.
#[utoipa::path(patch, path = "/v1/stores/{store}/plan", tag = "Platform", request_body = PlanIn,
    params(("store" = String, Path, description = "Slug or id")),
    responses((status = 200, description = "The store", body = StoreOut)))]
async fn set_plan(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
    body: Body<PlanIn>,
) -> Result<Json<StoreOut>> {
    let store = app
        .cluster
        .shared_tx(None, async |tx| {
            let store = platform::open(tx, &address, person.user, "plans").await?;
            platform::set_plan(tx, &store, &body.value.plan, &person.actor()).await
        })
        .await?;
    Ok(Json(StoreOut::new(store, &app)))
}
