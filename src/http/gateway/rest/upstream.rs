//! A store served by a real PostgREST. It knows schemas and roles and nothing of stores, so whether
//! the store is there for the caller is asked here, of the row as it stands at this moment: no
//! `shared.enter` holds a transaction against it.

use axum::http::{HeaderMap, StatusCode};

use super::{Intent, Visitor, visitor};
use crate::app::App;
use crate::base::slug::Slug;
use crate::http::problem::{Problem, Result};
use crate::rest;
use crate::supabase::keys::Presented;
use crate::supabase::remote_rest::{RemoteRest, RestError, RestRequest};

/// Lets the visitor in and sends the request on.
pub(super) async fn serve(
    app: &App,
    upstream: &RemoteRest,
    slug: &Slug,
    (visitor, headers): (&Visitor, &HeaderMap),
    request: &rest::Request,
    intent: Intent,
) -> Result<rest::Response> {
    let store = app.directory.read(&app.cluster, slug).await?;
    visitor::admit(app, &store, visitor, intent).await?;
    if let Some(refused) = rest::refuse_unfiltered(request) {
        return Ok(refused);
    }
    let asked = RestRequest {
        method: &request.method,
        path: &request.path,
        query: &request.query,
        headers: &request.headers,
        body: &request.body,
        schema: store.schema.as_str(),
        token: token(app, visitor, headers),
    };
    match upstream.answer(&asked).await {
        Ok(reply) => {
            Ok(rest::Response { status: reply.status, headers: reply.headers, body: reply.body })
        }
        Err(error) => Err(refused(error)),
    }
}

/// The token that the visitor was let in by; nobody in particular has none, whatever they sent.
fn token<'h>(app: &App, visitor: &Visitor, headers: &'h HeaderMap) -> Option<&'h str> {
    if !matches!(visitor, Visitor::SignedIn { .. }) {
        return None;
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match app.keys.presented(header("apikey"), header("authorization")) {
        Presented::Token { token, .. } => Some(token),
        Presented::Nothing | Presented::Key(_) => None,
    }
}

fn refused(error: RestError) -> Problem {
    let problem = match &error {
        RestError::Path => return Problem::not_found(),
        RestError::Unavailable(_) | RestError::UnknownSchema => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "rest_unavailable",
            "the store's data can't be reached at the moment; try again",
        ),
        RestError::Timeout(_) => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "rest_timeout",
            "the store's data did not answer in time; what was asked for may have happened",
        ),
        RestError::Broken(_) => Problem::new(
            StatusCode::BAD_GATEWAY,
            "rest_broken",
            "the answer can't be used; what was asked for may have happened",
        ),
    };
    problem.because(error)
}
