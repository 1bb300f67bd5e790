//! `/v1/stores`: make, list, read, change, publish and delete stores.

mod create;

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store_out::{PageIn, StoreOut, StoresOut, page_limit};
use crate::app::AppState;
use crate::http::extract::{Body, Person, Query, StoreAddress};
use crate::http::problem::Result;
use crate::stores::edit::{Patch, Wish};
use crate::stores::lifecycle::Publication;
use crate::stores::{self, Access, Address};

/// Where a store is changed.
pub(in crate::http) const STORE: &str = "/v1/stores/{store}";
/// How long a change may take: its wait for a place, and every product in another language.
pub(in crate::http) const CHANGE_TIME: Duration = Duration::from_secs(300);

pub(in crate::http) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create::create, list))
        .routes(routes!(show, edit, delete))
        .routes(routes!(publish))
        .routes(routes!(unpublish))
}

/// What is to change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StorePatch {
    name: Option<String>,
    /// The old one leads to the store for a year, and is given to nobody else.
    slug: Option<String>,
    /// Only while the store has no products.
    currency: Option<String>,
    locale: Option<String>,
    /// The whole theme.
    #[schema(value_type = Object)]
    theme: Option<Value>,
    /// Known keys: `tagline`, `description`, `contact`, `banner`, `seo_title`, `seo_description`,
    /// `order_prefix`, `tax`, `delivery`; null takes one away. Menu and logo are rows of the store's
    /// own table `settings`: see `/store/v1/config`.
    #[serde(default)]
    #[schema(value_type = Object)]
    settings: Map<String, Value>,
}

/// A store that is out of service.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletedOut {
    id: uuid::Uuid,
    status: &'static str,
    /// From then on its data may be gone.
    kept_until: jiff::Timestamp,
}

/// List the stores you are a member of, oldest first.
#[utoipa::path(get, path = "/v1/stores", tag = "Stores", params(PageIn),
    responses((status = 200, description = "A page of stores", body = StoresOut)))]
async fn list(
    State(app): State<AppState>,
    person: Person,
    Query(page): Query<PageIn>,
) -> Result<Json<StoresOut>> {
    let limit = page_limit(page.limit);
    let stores = app
        .cluster
        .shared_tx(None, async |tx| {
            stores::access::mine(tx, person.user, page.after, limit + 1).await
        })
        .await?;
    Ok(Json(StoresOut::new(stores, limit, &app)))
}

/// Read a store.
#[utoipa::path(get, path = "/v1/stores/{store}", tag = "Stores",
    params(("store" = String, Path, description = "Slug or id")),
    responses((status = 200, description = "The store", body = StoreOut)))]
async fn show(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
) -> Result<Json<StoreOut>> {
    let access = stores::access::open(&app.cluster, &address, person.user).await?;
    Ok(Json(StoreOut::new(access.store, &app)))
}

/// Change a store.
///
/// Another language indexes every product anew: in a store of tens of thousands that takes minutes,
/// and nobody writes a product or imports any meanwhile.
#[utoipa::path(patch, path = "/v1/stores/{store}", tag = "Stores", request_body = StorePatch,
    params(("store" = String, Path, description = "Slug or id")),
    responses((status = 200, description = "The store as it is now", body = StoreOut)))]
async fn edit(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
    body: Body<StorePatch>,
) -> Result<Json<StoreOut>> {
    let access = stores::access::open(&app.cluster, &address, person.user).await?;
    let StorePatch { name, slug, currency, locale, theme, settings } = body.value;
    let patch = Patch::parse(Wish {
        name: name.as_deref(),
        slug: slug.as_deref(),
        currency: currency.as_deref(),
        locale: locale.as_deref(),
        theme,
        settings,
    })?;
    let _place = match patch.other_language(&access.store) {
        Some(_) => {
            access.require("settings")?;
            access.require_active()?;
            Some(app.limits.imports.enter(access.store.id).await?)
        }
        None => None,
    };
    let actor = person.actor();
    let store = app
        .cluster
        .store_tx(access.store.reference(), &actor.claims(), async |tx| {
            stores::edit::edit(tx, &access, &patch, &actor).await
        })
        .await?;
    Ok(Json(StoreOut::new(store, &app)))
}

/// Delete a store.
///
/// It is out of service at once, for good; its data is kept for a while. Its slug stays taken.
#[utoipa::path(delete, path = "/v1/stores/{store}", tag = "Stores",
    params(("store" = String, Path, description = "Slug or id")),
    responses((status = 200, description = "How long its data is kept", body = DeletedOut)))]
async fn delete(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
) -> Result<Json<DeletedOut>> {
    let (access, kept_until) = app
        .cluster
        .shared_tx(None, async |tx| {
            let access = stores::access::of_member(tx, &address, person.user).await?;
            let keep = app.limits.keep_deleted;
            let kept = stores::retire::delete(tx, &access, keep, &person.actor()).await?;
            Ok::<(Access, _), stores::Error>((access, kept))
        })
        .await?;
    Ok(Json(DeletedOut { id: access.store.id.uuid(), status: "deleted", kept_until }))
}

/// Open a store to the public.
#[utoipa::path(post, path = "/v1/stores/{store}/publish", tag = "Stores",
    params(("store" = String, Path, description = "Slug or id")),
    responses((status = 200, description = "The store", body = StoreOut)))]
async fn publish(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
) -> Result<Json<StoreOut>> {
    set_public(&app, &person, &address, Publication::Open).await
}

/// Close a store to the public; its members work on.
#[utoipa::path(post, path = "/v1/stores/{store}/unpublish", tag = "Stores",
    params(("store" = String, Path, description = "Slug or id")),
    responses((status = 200, description = "The store", body = StoreOut)))]
async fn unpublish(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
) -> Result<Json<StoreOut>> {
    set_public(&app, &person, &address, Publication::Closed).await
}

async fn set_public(
    app: &AppState,
    person: &Person,
    address: &Address,
    to: Publication,
) -> Result<Json<StoreOut>> {
    let store = app
        .cluster
        .shared_tx(None, async |tx| {
            let access = stores::access::of_member(tx, address, person.user).await?;
            stores::lifecycle::set_public(tx, &access, &person.actor(), to).await
        })
        .await?;
    Ok(Json(StoreOut::new(store, app)))
}
