//! `/s/{slug}/rest/v1`: a store's data, in PostgREST's language, as whoever asks.

mod upstream;

use axum::extract::{Request, State};
use axum::response::Response;

use super::visitor::{self, Intent, Visitor};
use crate::app::{App, AppState};
use crate::base::schema::SchemaName;
use crate::base::slug::Slug;
use crate::http::extract::Path;
use crate::http::plane_http;
use crate::http::problem::{Problem, Result};
use crate::http::sending::Sending;
use crate::rest::{self, Entrance, Stale, StoreEntrance};
use crate::stores::Store;

/// Largest body of a write.
pub const BODY_MAX: usize = 10 * 1024 * 1024;
/// Times a request is tried on a store that changes under it: it may wait behind one migration and
/// then meet the next.
const TRIES: u32 = 5;

/// What a store offers: the root of its REST API.
#[utoipa::path(method(get, head, options), path = "/s/{slug}/rest/v1/", tag = "Data",
    params(("slug" = String, Path, description = "The store's slug")),
    responses((status = 200, description = "As PostgREST answers", body = Object)))]
pub async fn root(
    state: State<AppState>,
    Path(slug): Path<String>,
    request: Request,
) -> Result<Response> {
    serve(&state, &slug, "/", request).await
}

/// A store's data, in PostgREST's language.
///
/// A table, or `rpc/…` and a function; as `anon` with the publishable key, as yourself with a token.
#[utoipa::path(method(get, head, options, post, put, patch, delete),
    path = "/s/{slug}/rest/v1/{*path}", tag = "Data",
    params(("slug" = String, Path, description = "The store's slug"),
           ("path" = String, Path, description = "A table's name, or `rpc/` and a function's")),
    responses((status = 200, description = "As PostgREST answers", body = Object)))]
pub async fn at_path(
    state: State<AppState>,
    Path((slug, _)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    // The path as it was sent, still encoded: what the router read is decoded.
    let path = request.uri().path();
    let path = path.find("/rest/v1").map_or("/", |at| &path[at + "/rest/v1".len()..]).to_owned();
    serve(&state, &slug, &path, request).await
}

async fn serve(app: &App, slug: &str, path: &str, request: Request) -> Result<Response> {
    let slug = Slug::parse(slug).map_err(|_| Problem::store_not_found())?;
    let visitor = visitor::identify(app, request.headers()).await?;
    let (head, body) = request.into_parts();
    let body = app.receiving.body(&head.headers, body, BODY_MAX).await?;
    let request = plane_http::request(&head, path, body);
    let intent =
        if request.is_read() || request.method == "OPTIONS" { Intent::Read } else { Intent::Write };
    if let Some(remote) = &app.rest_upstream {
        let caller = (&visitor, &head.headers);
        let answer = upstream::serve(app, remote, &slug, caller, &request, intent).await?;
        return Ok(respond(&app.sending, answer, &request.method).await);
    }
    let mut store = app.directory.find(&app.cluster, &slug).await?;
    if visitor::admit(app, &store, &visitor, intent).await.is_err() {
        // Never turned away by a remembered row.
        store = app.directory.read(&app.cluster, &slug).await?;
        visitor::admit(app, &store, &visitor, intent).await?;
    }
    for _ in 0..TRIES {
        match rest::answer(&app.rest, &entrance(&store, &visitor), &request).await {
            Ok(response) => return Ok(respond(&app.sending, response, &request.method).await),
            Err(Stale::Changed | Stale::Missing) => {
                store = app.directory.read(&app.cluster, &slug).await?;
                visitor::admit(app, &store, &visitor, intent).await?;
            }
        }
    }
    Err(crate::db::Error::StoreChanged.into())
}

fn entrance(store: &Store, visitor: &Visitor) -> Entrance {
    Entrance::Store(StoreEntrance {
        store: store.reference(),
        schema: store.schema.to_string(),
        profiles: vec!["public".to_owned(), SchemaName::of_store(&store.slug, 1).to_string()],
        shape: store.fingerprint.clone(),
        timeout_ms: visitor.timeout_ms(),
        caller: visitor.caller(),
    })
}

async fn respond(sending: &Sending, answer: rest::Response, method: &str) -> Response {
    let (body, answer) = sending.body_of(answer, method).await;
    plane_http::response(body, answer)
}
