//! The style sheet and the icon of all pages, on every host.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};

use crate::http::extract::Path;
use crate::http::problem::{Problem, Result};
use crate::render;

/// On the platform's host.
pub async fn on_platform(Path(file): Path<String>) -> Result<Response> {
    std::future::ready(asset(&file)).await
}

/// On a store's host.
pub async fn on_store(Path((_, file)): Path<(String, String)>) -> Result<Response> {
    std::future::ready(asset(&file)).await
}

/// The icon, where browsers look for it that were shown no page of ours.
pub async fn icon() -> Result<Response> {
    std::future::ready(asset("icon.svg")).await
}

fn asset(file: &str) -> Result<Response> {
    match file {
        "style.css" => Ok(sheet(render::STYLE)),
        "icon.svg" => Ok(kept("image/svg+xml", render::ICON)),
        _ => Err(Problem::not_found()),
    }
}

/// A style sheet.
pub(super) fn sheet(text: impl IntoResponse) -> Response {
    kept("text/css; charset=utf-8", text)
}

/// A file that browsers may keep for a while.
fn kept(kind: &'static str, text: impl IntoResponse) -> Response {
    let headers = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "public, max-age=300"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}
