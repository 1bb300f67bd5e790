//! Stores on the wire, and pages of them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::AppState;
use crate::stores::Store;

/// Entries of a page unless the caller asks for fewer.
const PAGE_MAX: i64 = 100;

/// A store as its members see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoreOut {
    id: Uuid,
    name: String,
    slug: String,
    /// The Postgres schema it lives in, for ever.
    schema: String,
    url: String,
    /// `active`, `suspended` or `moving`.
    status: String,
    published_at: Option<jiff::Timestamp>,
    template_version: i32,
    currency: String,
    locale: String,
    #[schema(value_type = Object)]
    theme: Value,
    #[schema(value_type = Object)]
    settings: Value,
    plan: String,
    created_at: jiff::Timestamp,
}

impl StoreOut {
    /// The store at the address this process serves it at.
    pub fn new(store: Store, app: &AppState) -> Self {
        Self {
            id: store.id.uuid(),
            url: app.store_url(&store.slug),
            name: store.name,
            slug: store.slug.to_string(),
            schema: store.schema.to_string(),
            status: store.status.to_string(),
            published_at: store.published_at,
            template_version: store.template_version,
            currency: store.currency.code().to_owned(),
            locale: store.locale.to_string(),
            theme: store.theme.value(),
            settings: store.settings.value(),
            plan: store.plan,
            created_at: store.created_at,
        }
    }
}

/// A page of stores; `next` is the `after` of the next page, null on the last.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoresOut {
    stores: Vec<StoreOut>,
    next: Option<Uuid>,
}

impl StoresOut {
    /// A page of at most `limit` out of stores of which one more was asked for.
    pub fn new(stores: Vec<Store>, limit: i64, app: &AppState) -> Self {
        let (stores, next) = cut(stores, limit, |store| store.id.uuid());
        let stores = stores.into_iter().map(|store| StoreOut::new(store, app)).collect();
        Self { stores, next }
    }
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageIn {
    /// The `next` of the page before.
    pub after: Option<Uuid>,
    /// At most so many; 100 unless fewer are asked for.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
}

/// How many entries a page has.
pub fn page_limit(asked: Option<i64>) -> i64 {
    asked.unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX)
}

/// The first `limit` entries, and the key of the last where there are more.
pub fn cut<T>(mut entries: Vec<T>, limit: i64, key: fn(&T) -> Uuid) -> (Vec<T>, Option<Uuid>) {
    let limit = usize::try_from(limit).unwrap_or_default();
    let is_last = entries.len() <= limit;
    entries.truncate(limit);
    let next = if is_last { None } else { entries.last().map(key) };
    (entries, next)
}
