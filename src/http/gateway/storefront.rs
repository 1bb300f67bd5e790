//! `/store/v1`: what a store says of itself to anybody who may enter it, and the pictures that the
//! program draws.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::visitor::{self, Intent, Visitor};
use crate::app::{App, AppState};
use crate::base::hex;
use crate::base::slug::Slug;
use crate::commerce::storefront::{self, Storefront, Ware};
use crate::http::extract::Path;
use crate::http::problem::{Problem, Result};
use crate::render::picture;
use crate::stores::{Actor, Status, Store};

/// Times a store is read that changes meanwhile.
const TRIES: u32 = 3;
/// How long a browser need not ask again; short, because a store may be closed.
const FRESH: &str = "public, max-age=5";
/// A picture never changes but with the program.
const PICTURE_FRESH: &str = "public, max-age=86400";
const NO_SCRIPTS: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// A store's public configuration: name, currency, locale, theme, logo, menu, policies.
///
/// What the store does not have is null. A member reads it before the store is published. Menu and
/// logo are the public rows `menu` and `logo` of the store's table `settings`, which its owner
/// writes at `/rest/v1/settings`: `[{"title", "path"}]` and `{"url", "alt"}`.
#[utoipa::path(get, path = "/s/{slug}/store/v1/config", tag = "Storefront", security(()),
    params(("slug" = String, Path, description = "The store's slug")),
    responses((status = 200, description = "The configuration", body = Storefront)))]
pub async fn config(
    State(app): State<AppState>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let slug = Slug::parse(&slug).map_err(|_| Problem::store_not_found())?;
    let visitor = if headers.contains_key("apikey") || headers.contains_key("authorization") {
        visitor::identify(&app, &headers).await?
    } else {
        Visitor::Anonymous
    };
    let (store, front, _) = load(&app, &slug, &visitor, 0).await?;
    let body = serde_json::to_vec(&front).map_err(Problem::internal)?;
    let is_public = store.status == Status::Active && store.published_at.is_some();
    let tag = tag(&body);
    let common = [
        (ETAG, tag.clone()),
        (CACHE_CONTROL, if is_public { FRESH } else { "private, no-store" }.to_owned()),
        (VARY, "apikey, authorization".to_owned()),
    ];
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    Ok((common, [(CONTENT_TYPE, "application/json")], body).into_response())
}

/// A store as it stands now, if it is there for the visitor: one that is not published is not there
/// for strangers, and nothing tells it from one that never was.
///
/// # Errors
/// 404 for who may not enter, and what the database answers.
pub async fn load(
    app: &App,
    slug: &Slug,
    visitor: &Visitor,
    shelf_max: i64,
) -> Result<(Arc<Store>, Storefront, Vec<Ware>)> {
    let mut store = app.directory.find(&app.cluster, slug).await?;
    if visitor::admit(app, &store, visitor, Intent::Read).await.is_err() {
        store = app.directory.read(&app.cluster, slug).await?;
    }
    let claims = Actor::cli().claims();
    for _ in 0..TRIES {
        visitor::admit(app, &store, visitor, Intent::Read).await?;
        match storefront::load(&app.cluster, &store, &claims, shelf_max).await {
            Ok((front, shelf)) => return Ok((store, front, shelf)),
            Err(crate::db::Error::StoreChanged | crate::db::Error::StoreMissing) => {
                store = app.directory.read(&app.cluster, slug).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(crate::db::Error::StoreChanged.into())
}

/// The drawn picture of a product.
///
/// It depends on nothing but its name, so that every store, and
/// none, answers the same.
#[utoipa::path(get, path = "/s/{slug}/store/v1/picture/{file}", tag = "Storefront", security(()),
    params(("slug" = String, Path, description = "The store's slug"),
           ("file" = String, Path, description = "The product's slug and `.svg`")),
    responses((status = 200, description = "The picture", body = String,
               content_type = "image/svg+xml")))]
pub async fn picture(Path((slug, file)): Path<(String, String)>) -> Result<Response> {
    let _ = Slug::parse(&slug).map_err(|_| Problem::store_not_found())?;
    let handle = file.strip_suffix(".svg").ok_or_else(Problem::not_found)?;
    let svg = picture::draw(handle).ok_or_else(Problem::not_found)?;
    let headers = [
        (CONTENT_TYPE, "image/svg+xml"),
        (CACHE_CONTROL, PICTURE_FRESH),
        (axum::http::header::CONTENT_SECURITY_POLICY, NO_SCRIPTS),
        (axum::http::header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    std::future::ready(Ok((headers, svg).into_response())).await
}

/// There is no realtime: always 501.
#[utoipa::path(method(get, post), path = "/s/{slug}/realtime/v1/{*path}", tag = "Storefront",
    security(()),
    params(("slug" = String, Path, description = "The store's slug"),
           ("path" = String, Path, description = "Anything")),
    responses((status = 501, description = "Not offered")))]
pub async fn realtime() -> Problem {
    let message = "live updates over websockets are not offered; read the tables again instead";
    let problem = Problem::new(StatusCode::NOT_IMPLEMENTED, "realtime_not_offered", message);
    std::future::ready(problem).await
}

/// A short hash of a body, as an entity tag.
pub(crate) fn tag(body: &[u8]) -> String {
    format!("\"{}\"", hex::encode(&Sha256::digest(body)[..8]))
}
