//! `/` on the platform's host: where everything is.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::html;
use crate::app::AppState;
use crate::base::slug::Slug;
use crate::http::problem::Result;

/// The first page of the platform.
pub async fn show(State(app): State<AppState>) -> Result<Response> {
    let url = app.http.url();
    let key = app.keys.publishable().unwrap_or("<publishable key>");
    let demo = match Slug::parse("demo") {
        Ok(slug) => app.directory.read(&app.cluster, &slug).await.ok(),
        Err(_) => None,
    };
    let demo_url =
        demo.filter(|store| store.published_at.is_some()).map(|store| app.store_url(&store.slug));
    let slug = if demo_url.is_some() { "demo" } else { "<slug>" };
    let page = json!({
        "title": "Souk",
        "theme": "plain",
        "url": url,
        "stores": app.http.store_pattern(),
        "key": key,
        "demo_url": demo_url,
        "api_url": format!("{url}/s/{slug}"),
        "slug": slug,
        "has_mailbox": app.auth.is_embedded(),
        "version": env!("CARGO_PKG_VERSION"),
    });
    html(StatusCode::OK, "welcome", &page)
}
