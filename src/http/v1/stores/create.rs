//! Making a store. The request may be sent again under its key: it makes one store.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::StoreOut;
use crate::app::AppState;
use crate::http::extract::{Body, CallerAddress, Person};
use crate::http::problem::{Problem, Result};
use crate::stores::idempotency::Repeatable;
use crate::stores::members::Owner;
use crate::stores::{self, NewStore};

/// Longest idempotency key.
const KEY_MAX: usize = 255;

/// What a store is made from.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StoreIn {
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

/// Make a store.
///
/// It is live at once. With the header `Idempotency-Key` the request may be sent again.
#[utoipa::path(post, path = "/v1/stores", tag = "Stores", request_body = StoreIn,
    params(("idempotency-key" = Option<String>, Header, description = "1 to 255 characters")),
    responses((status = 201, description = "The store", body = StoreOut)))]
pub(super) async fn create(
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
