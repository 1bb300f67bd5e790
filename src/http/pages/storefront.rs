//! A store's pages, on its own host. Until there are more, one: what is on its shelf.

use axum::extract::{Path, Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::{html, missing};
use crate::app::{App, AppState};
use crate::base::money::format_minor;
use crate::base::slug::Slug;
use crate::commerce::storefront::{Storefront, Ware};
use crate::http::gateway::visitor::Visitor;
use crate::http::gateway::{OnStoreHost, moved, storefront};
use crate::http::problem::{Problem, Result};
use crate::stores::Store;

/// Products on the page.
const SHELF_MAX: i64 = 24;
/// First parts of a path that programs call; nothing there is a page.
const APIS: &[&str] = &["auth", "realtime", "rest", "storage", "store"];

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
            html(StatusCode::OK, "storefront", &page(&app, &store, &front, &shelf))
        }
        Err(problem) if problem.status == StatusCode::NOT_FOUND => {
            elsewhere(&app, request.into_parts().0.uri).await
        }
        Err(problem) if problem.code == "store_suspended" => closed(),
        Err(problem) => Err(problem),
    }
}

/// Any other address of a store: no page yet, and no API either.
pub async fn at_path(
    State(app): State<AppState>,
    Path((slug, path)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    let first = path.split('/').next().unwrap_or_default();
    if APIS.contains(&first) {
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

fn page(app: &App, store: &Store, front: &Storefront, shelf: &[Ware]) -> Value {
    let theme = front.theme["name"].as_str().unwrap_or("plain");
    let url = app.store_url(&store.slug);
    let wares: Vec<Value> = shelf
        .iter()
        .map(|ware| {
            let (image, alt) = ware
                .image
                .clone()
                .unwrap_or_else(|| (format!("/store/v1/picture/{}.svg", ware.slug), String::new()));
            let price = format_minor(ware.price_minor, store.currency);
            json!({
                "name": ware.name, "image": image, "alt": alt,
                "price": format!("{price} {}", store.currency.code()),
            })
        })
        .collect();
    json!({
        "title": front.name,
        "theme": theme,
        "wares": wares,
        "is_empty": shelf.is_empty(),
        "url": url,
        "api_url": format!("{}/s/{}", app.http.url(), store.slug),
        "platform_url": app.http.url(),
        "slug": front.slug,
        "key": app.keys.publishable().unwrap_or("<publishable key>"),
    })
}
