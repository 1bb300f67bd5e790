//! `/mailbox` of `souk dev`: mails to be read instead of sent. It holds links that sign people in,
//! so it is there only where the stand-in Auth writes them, and only under this machine's own names:
//! a page elsewhere whose name was pointed here reads nothing.

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{html, missing};
use crate::app::AppState;
use crate::config::host_name;
use crate::http::extract::Path;
use crate::http::problem::{Problem, Result};
use crate::notify::mailbox::{self, Message};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/mailbox", get(list))
        .route("/mailbox.json", get(list_json))
        .route("/mailbox/{id}", get(show))
}

/// Proof that the box may be opened.
#[derive(Debug)]
struct Opened;

impl FromRequestParts<AppState> for Opened {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self> {
        let host = parts.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("");
        let is_here = [&app.http.base_domain, "127.0.0.1", "[::1]"].contains(&&*host_name(host));
        let opened =
            if app.auth.is_embedded() && is_here { Ok(Self) } else { Err(Problem::not_found()) };
        std::future::ready(opened).await
    }
}

async fn list(State(app): State<AppState>, _: Opened) -> Result<Response> {
    let mails = mailbox::list(&app.cluster).await?;
    let lines: Vec<Value> = mails
        .iter()
        .map(|mail| {
            json!({ "id": mail.id, "subject": mail.subject, "to": mail.to, "at": when(mail) })
        })
        .collect();
    let page = json!({
        "title": "Mailbox", "theme": "plain", "is_empty": lines.is_empty(), "mails": lines,
    });
    html(StatusCode::OK, "mailbox", &page)
}

async fn list_json(State(app): State<AppState>, _: Opened) -> Result<Json<Value>> {
    Ok(Json(json!({ "mails": mailbox::list(&app.cluster).await? })))
}

async fn show(State(app): State<AppState>, _: Opened, Path(id): Path<String>) -> Result<Response> {
    let Ok(id) = id.parse::<Uuid>() else { return missing() };
    let Some(mail) = mailbox::find(&app.cluster, id).await? else { return missing() };
    let page = json!({
        "title": mail.subject, "theme": "plain", "has_link": mail.link.is_some(), "at": when(&mail), "mail": mail,
    });
    html(StatusCode::OK, "mail", &page)
}

/// When a mail was written, for people.
fn when(mail: &Message) -> String {
    mail.at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
