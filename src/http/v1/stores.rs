//! `/v1/stores`: make, list, read and publish stores.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::app::AppState;
use crate::http::extract::{Body, Person};
use crate::http::problem::{Problem, Result};
use crate::stores::provision::{Owner, Repeatable};
use crate::stores::{self, Address, NewStore, Status, Store};

/// Stores on a page unless the caller asks for fewer.
const PAGE_MAX: i64 = 100;
/// Longest idempotency key.
const KEY_MAX: usize = 255;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/stores", post(create).get(list))
        .route("/v1/stores/{store}", get(show))
        .route("/v1/stores/{store}/publish", post(publish))
        .route("/v1/stores/{store}/unpublish", post(unpublish))
}

/// What a store is made from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreIn {
    name: String,
    slug: String,
    currency: Option<String>,
    locale: Option<String>,
    theme: Option<Value>,
}

/// A store as its members see it.
#[derive(Debug, Serialize)]
pub struct StoreOut {
    id: crate::base::id::StoreId,
    name: String,
    slug: String,
    schema: String,
    url: String,
    status: Status,
    published_at: Option<jiff::Timestamp>,
    template_version: i32,
    currency: &'static str,
    locale: String,
    theme: Value,
    plan: String,
    created_at: jiff::Timestamp,
}

impl StoreOut {
    /// The store at the address this process serves it at.
    pub fn new(store: Store, app: &AppState) -> Self {
        Self {
            id: store.id,
            url: app.store_url(&store.slug),
            name: store.name,
            slug: store.slug.to_string(),
            schema: store.schema.to_string(),
            status: store.status,
            published_at: store.published_at,
            template_version: store.template_version,
            currency: store.currency.code(),
            locale: store.locale.to_string(),
            theme: store.theme,
            plan: store.plan,
            created_at: store.created_at,
        }
    }
}

/// A page of stores; `next` is the `after` of the next page, null on the last.
#[derive(Debug, Serialize)]
pub struct StoresOut {
    stores: Vec<StoreOut>,
    next: Option<crate::base::id::StoreId>,
}

/// Which page.
#[derive(Debug, Deserialize)]
pub struct PageIn {
    after: Option<uuid::Uuid>,
    limit: Option<i64>,
}

async fn create(
    State(app): State<AppState>,
    person: Person,
    headers: HeaderMap,
    body: Body<StoreIn>,
) -> Result<(StatusCode, Json<StoreOut>)> {
    let StoreIn { name, slug, currency, locale, theme } = body.value;
    let new = NewStore::parse(&name, &slug, currency.as_deref(), locale.as_deref(), theme)?;
    let repeatable = repeatable(&headers, &person, body.hash)?;
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

async fn list(
    State(app): State<AppState>,
    person: Person,
    Query(page): Query<PageIn>,
) -> Result<Json<StoresOut>> {
    let limit = page.limit.unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX);
    let mut stores = app
        .cluster
        .shared_tx(None, async |tx| {
            stores::access::mine(tx, person.user, page.after, limit + 1).await
        })
        .await?;
    let is_last = i64::try_from(stores.len()).unwrap_or(i64::MAX) <= limit;
    stores.truncate(usize::try_from(limit).unwrap_or_default());
    let next = if is_last { None } else { stores.last().map(|store| store.id) };
    let stores = stores.into_iter().map(|store| StoreOut::new(store, &app)).collect();
    Ok(Json(StoresOut { stores, next }))
}

async fn show(
    State(app): State<AppState>,
    person: Person,
    Path(address): Path<String>,
) -> Result<Json<StoreOut>> {
    let address = Address::parse(&address)?;
    let access = stores::access::open(&app.cluster, &address, person.user).await?;
    Ok(Json(StoreOut::new(access.store, &app)))
}

async fn publish(
    State(app): State<AppState>,
    person: Person,
    Path(address): Path<String>,
) -> Result<Json<StoreOut>> {
    let address = Address::parse(&address)?;
    let store = app
        .cluster
        .shared_tx(None, async |tx| {
            let access = stores::access::of_member(tx, &address, person.user).await?;
            stores::lifecycle::publish(tx, &access, &person.actor()).await
        })
        .await?;
    Ok(Json(StoreOut::new(store, &app)))
}

async fn unpublish(
    State(app): State<AppState>,
    person: Person,
    Path(address): Path<String>,
) -> Result<Json<StoreOut>> {
    let address = Address::parse(&address)?;
    let store = app
        .cluster
        .shared_tx(None, async |tx| {
            let access = stores::access::of_member(tx, &address, person.user).await?;
            stores::lifecycle::unpublish(tx, &access, &person.actor()).await
        })
        .await?;
    Ok(Json(StoreOut::new(store, &app)))
}
