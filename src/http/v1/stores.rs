//! `/v1/stores`: make, list, read, change, publish and delete stores.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store_out::{PageIn, StoreOut, StoresOut, page_limit};
use crate::app::AppState;
use crate::http::extract::{Asked, Body, CallerAddress, Person, StoreAddress};
use crate::http::problem::{Problem, Result};
use crate::stores::edit::{Patch, Wish};
use crate::stores::lifecycle::Publication;
use crate::stores::provision::{Owner, Repeatable};
use crate::stores::{self, Access, Address, NewStore};

/// Longest idempotency key.
const KEY_MAX: usize = 255;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(show, edit, delete))
        .routes(routes!(publish))
        .routes(routes!(unpublish))
}

/// What a store is made from.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreIn {
    name: String,
    /// 3 to 40 of `a-z`, `0-9` and single inner dashes.
    slug: String,
    /// By ISO 4217; USD unless given.
    currency: Option<String>,
    /// Language and region, such as `en-GB`; `en` unless given.
    locale: Option<String>,
    /// A theme's name, or an object of its properties.
    #[schema(value_type = Object)]
    theme: Option<Value>,
    /// `plain`, `fashion`, `food`, `home`, `beauty` or `crafts`: categories, pages, drafts of
    /// policies and a theme to begin with.
    preset: Option<String>,
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

/// Make a store.
///
/// It is live at once. With the header `Idempotency-Key` the request may be sent again.
#[utoipa::path(post, path = "/v1/stores", tag = "Stores", request_body = StoreIn,
    params(("idempotency-key" = Option<String>, Header, description = "1 to 255 characters")),
    responses((status = 201, description = "The store", body = StoreOut)))]
async fn create(
    State(app): State<AppState>,
    person: Person,
    CallerAddress(from): CallerAddress,
    headers: HeaderMap,
    body: Body<StoreIn>,
) -> Result<(StatusCode, Json<StoreOut>)> {
    let StoreIn { name, slug, currency, locale, theme, preset } = body.value;
    let has_theme = theme.is_some();
    let mut new = NewStore::parse(&name, &slug, currency.as_deref(), locale.as_deref(), theme)?;
    if let Some(preset) = preset {
        new = new.with_preset(&preset, has_theme)?;
    }
    let repeatable = repeatable(&headers, &person, body.hash)?;
    if let Some(repeatable) = &repeatable
        && let Some(store) = stores::provision::repeated(&app.cluster, repeatable).await?
    {
        return Ok((StatusCode::CREATED, Json(StoreOut::new(store, &app))));
    }
    app.limits.creation(person.user, from, app.clock.now()).map_err(Problem::too_many_requests)?;
    let store = stores::provision(
        &app.cluster,
        &app.filler,
        &new,
        &Owner::User(person.user),
        &person.actor(),
        repeatable.as_ref(),
    )
    .await?;
    Ok((StatusCode::CREATED, Json(StoreOut::new(store, &app))))
}

fn repeatable(headers: &HeaderMap, person: &Person, hash: String) -> Result<Option<Repeatable>> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let fits = |key: &&str| !key.is_empty() && key.len() <= KEY_MAX;
    match key.to_str().ok().filter(fits) {
        Some(key) => {
            Ok(Some(Repeatable { user: person.user, key: key.to_owned(), request_hash: hash }))
        }
        None => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "invalid_idempotency_key",
            "an idempotency key has 1 to 255 visible ASCII characters",
        )),
    }
}

/// List the stores you are a member of, oldest first.
#[utoipa::path(get, path = "/v1/stores", tag = "Stores", params(PageIn),
    responses((status = 200, description = "A page of stores", body = StoresOut)))]
async fn list(
    State(app): State<AppState>,
    person: Person,
    Asked(page): Asked<PageIn>,
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
