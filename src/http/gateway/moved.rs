//! A store's old addresses: for a year, whoever asks for a slug that was given up is led to the
//! store's present one. Asked only where there would be a 404, so it costs a served request nothing.

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, HOST, LOCATION};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::OnStoreHost;
use crate::app::{App, AppState};
use crate::base::slug::Slug;
use crate::http::problem::Problem;
use crate::stores::{Store, edit};

/// A store may take an old slug again, and then leads the other way: a browser that had kept the
/// first answer would go round in circles.
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");

/// Runs the request; a store that is not found under this slug may be found under another. One that
/// is not published is not betrayed: it stays a 404, as under its present slug.
pub(super) async fn lead(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let is_on_store_host = request.extensions().get::<OnStoreHost>().is_some();
    let has_host = request.headers().contains_key(HOST);
    let response = next.run(request).await;
    let problem = response.extensions().get::<Problem>();
    if problem.is_none_or(|problem| problem.code != "store_not_found") {
        return response;
    }
    let Some((old, rest)) = split(&uri) else { return response };
    let Some(store) = successor(&app, &old).await else { return response };
    if store.published_at.is_none() && !rest.starts_with("/auth/v1") {
        return response;
    }
    let target = if is_on_store_host && has_host {
        format!("{}{rest}", app.store_url(&store.slug))
    } else {
        format!("/s/{}{rest}", store.slug)
    };
    let Ok(target) = HeaderValue::try_from(target) else { return response };
    let status = StatusCode::PERMANENT_REDIRECT;
    let mut moved = Problem::new(status, "store_moved", "the store has another slug now");
    moved.details = Some(Box::new(serde_json::json!({ "slug": store.slug })));
    let mut response = moved.into_response();
    response.headers_mut().insert(LOCATION, target);
    response.headers_mut().insert(CACHE_CONTROL, NOT_KEPT);
    response
}

/// The store that a slug leads to, which is another's no more.
async fn successor(app: &App, old: &Slug) -> Option<Store> {
    app.cluster.shared_tx(None, async |tx| edit::led_to(tx, old).await).await.ok().flatten()
}

/// Leads from a page that is not there to the same one on the host that the store has now, if this
/// slug was its own and strangers may know of it.
pub(crate) async fn page(app: &App, uri: &Uri) -> Option<Response> {
    let (old, rest) = split(uri)?;
    let store = successor(app, &old).await.filter(|store| store.published_at.is_some())?;
    let rest = if rest.is_empty() { "/" } else { rest };
    let target = HeaderValue::try_from(format!("{}{rest}", app.store_url(&store.slug))).ok()?;
    let headers = [(LOCATION, target), (CACHE_CONTROL, NOT_KEPT)];
    Some((StatusCode::PERMANENT_REDIRECT, headers).into_response())
}

/// The slug of `/s/{slug}…`, and what follows it, the query included.
fn split(uri: &Uri) -> Option<(Slug, &str)> {
    let path = uri.path_and_query()?.as_str().strip_prefix("/s/")?;
    let at = path.find(['/', '?']).unwrap_or(path.len());
    Some((Slug::parse(&path[..at]).ok()?, &path[at..]))
}
