//! A store's pages, on its own host: what is on its shelf, and its policies.

mod view;

use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;

use super::{assets, html, missing};
use crate::app::{App, AppState};
use crate::base::slug::Slug;
use crate::commerce;
use crate::http::door::Door;
use crate::http::extract::Path;
use crate::http::gateway::visitor::Visitor;
use crate::http::gateway::{OnStoreHost, moved, storefront};
use crate::http::problem::{Problem, Result};
use crate::render::theme;
use crate::stores::Actor;

/// Products on the page.
const SHELF_MAX: i64 = 24;
/// What Supabase projects offer under such a path, and stores do not.
const NOT_OFFERED: &[(&str, &str)] = &[
    ("functions", "edge functions are not offered; call a function of your own"),
    ("graphql", "GraphQL is not offered; read the tables at /rest/v1"),
    ("storage", "files are not kept here; pictures are named by their address"),
];

/// The store's first page.
pub async fn home(
    State(app): State<AppState>,
    Path(slug): Path<String>,
    request: Request,
) -> Result<Response> {
    let Some(slug) = page_of(&slug, &request)? else { return missing() };
    if request.extensions().get::<OnStoreHost>().is_none() {
        return Ok(to_own_host(&app, &slug, &request));
    }
    match storefront::load(&app, &slug, &Visitor::Anonymous, SHELF_MAX).await {
        Ok((store, front, shelf)) => {
            html(StatusCode::OK, "storefront", &view::home(&app, &store, &front, &shelf))
        }
        Err(problem) if problem.status == StatusCode::NOT_FOUND => {
            elsewhere(&app, request.into_parts().0.uri).await
        }
        Err(problem) if problem.code == "store_suspended" => closed(),
        Err(problem) => Err(problem),
    }
}

/// A policy that the store has published.
pub async fn policy(
    State(app): State<AppState>,
    Path((slug, kind)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    let Some(slug) = page_of(&slug, &request)? else { return missing() };
    if request.extensions().get::<OnStoreHost>().is_none() {
        return Ok(to_own_host(&app, &slug, &request));
    }
    let uri = request.into_parts().0.uri;
    let (store, front, _) = match storefront::load(&app, &slug, &Visitor::Anonymous, 0).await {
        Ok(found) => found,
        Err(problem) if problem.status == StatusCode::NOT_FOUND => {
            return elsewhere(&app, uri).await;
        }
        Err(problem) if problem.code == "store_suspended" => return closed(),
        Err(problem) => return Err(problem),
    };
    if !kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        return missing();
    }
    let claims = Actor::cli().claims();
    match commerce::storefront::policy(&app.cluster, &store, &claims, &kind).await? {
        Some((title, text)) => {
            html(StatusCode::OK, "policy", &view::policy(&app, &store, &front, &title, &text))
        }
        None => missing(),
    }
}

/// The store's own colours, over the style sheet of all pages.
pub async fn theme(State(app): State<AppState>, Path(slug): Path<String>) -> Result<Response> {
    let slug = Slug::parse(&slug).map_err(|_| Problem::not_found())?;
    let (_, front, _) = storefront::load(&app, &slug, &Visitor::Anonymous, 0).await?;
    Ok(assets::sheet(theme::css(&front.theme)))
}

/// Any other address of a store: no page yet, and no API either.
pub async fn at_path(
    State(app): State<AppState>,
    Path((slug, path)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    let first = path.split('/').next().unwrap_or_default();
    if let Some((_, message)) = NOT_OFFERED.iter().find(|(name, _)| *name == first) {
        return Err(Problem::new(StatusCode::NOT_IMPLEMENTED, "not_offered", *message));
    }
    if Door::of(request.uri().path()) != Door::Page {
        return Err(Problem::not_found());
    }
    let Some(slug) = page_of(&slug, &request)? else { return missing() };
    if request.extensions().get::<OnStoreHost>().is_none() {
        return Ok(to_own_host(&app, &slug, &request));
    }
    elsewhere(&app, request.into_parts().0.uri).await
}

/// Where the store has its pages now, if this was its slug once; else nowhere.
async fn elsewhere(app: &App, uri: Uri) -> Result<Response> {
    match moved::page(app, &uri).await {
        Some(led) => Ok(led),
        None => missing(),
    }
}

/// The page of a store that is out of service.
fn closed() -> Result<Response> {
    let page = json!({
        "title": "This store is closed for now", "theme": "plain", "mark": "Closed",
        "text": "It takes no orders at the moment. Come back another time.", "store_url": null,
    });
    let mut response = html(StatusCode::SERVICE_UNAVAILABLE, "notice", &page)?;
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("300"));
    Ok(response)
}

/// Whose page it would be; pages are read and not written to.
fn page_of(slug: &str, request: &Request) -> Result<Option<Slug>> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        let message = "this address has no such method";
        return Err(Problem::new(status, "method_not_allowed", message));
    }
    Ok(Slug::parse(slug).ok())
}

/// The same page on the store's own host, whether there is such a store or not.
fn to_own_host(app: &App, slug: &Slug, request: &Request) -> Response {
    let whole = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let rest = whole.strip_prefix("/s/").and_then(|rest| rest.strip_prefix(slug.as_str()));
    let rest = rest.filter(|rest| rest.starts_with('/')).unwrap_or("/");
    Redirect::to(&format!("{}{rest}", app.store_url(slug))).into_response()
}
