//! `/auth/v1`: Supabase Auth, the real one or the stand-in, with requests and answers unchanged.
//! Answers that hand out a session are noted: where it was begun decides where its tokens are good.

use std::net::IpAddr;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::arrival;
use crate::app::AppState;
use crate::http::extract::Path;
use crate::http::extract::address::caller_address;
use crate::http::extract::person::secret_key_not_allowed;
use crate::http::log::{REQUEST_ID, RequestId};
use crate::http::problem::{Problem, Result};
use crate::stores::Store;
use crate::stores::sessions::Place;
use crate::supabase::auth::{AskedAt, AuthRequest, AuthResponse, Headers, Refusal};
use crate::supabase::keys::{ApiKey, Presented};

/// Largest body, as Auth has it.
const BODY_MAX: usize = 1024 * 1024;

/// Header that tells the stand-in by which address it counts the caller; never taken from outside.
pub(crate) const CLIENT_ADDRESS: &str = "x-souk-client-address";

/// How long the token lives that stands for a secret key.
const SERVICE_LIFE_S: i64 = 60;

/// Auth on the platform's address.
///
/// Supabase Auth's own API: sign-up, tokens, the user, mails' links, and `admin/…` for secret keys.
#[utoipa::path(method(get, post, put, patch, delete), path = "/auth/v1/{*path}", tag = "Auth",
    params(("path" = String, Path, description = "As in Supabase Auth, such as `signup`")),
    responses((status = 200, description = "What Auth answers", body = Object)))]
pub async fn on_platform(
    State(app): State<AppState>,
    Path(path): Path<String>,
    request: Request,
) -> Result<Response> {
    answer(&app, &path, None, request).await
}

/// Auth on a store's address.
///
/// The same people and passwords; a session begun here is good here alone.
#[utoipa::path(method(get, post, put, patch, delete), path = "/s/{slug}/auth/v1/{*path}",
    tag = "Auth",
    params(("slug" = String, Path, description = "The store's slug"),
           ("path" = String, Path, description = "As in Supabase Auth, such as `signup`")),
    responses((status = 200, description = "What Auth answers", body = Object)))]
pub async fn on_store(
    State(app): State<AppState>,
    Path((slug, path)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    let slug = crate::base::slug::Slug::parse(&slug).map_err(|_| Problem::store_not_found())?;
    let store = app.directory.read(&app.cluster, &slug).await?;
    check_bearer(&app, request.headers(), &store).await?;
    answer(&app, &path, Some(&store), request).await
}

/// At a store, whatever means `service_role` is refused, and so is a session of another store.
async fn check_bearer(app: &AppState, headers: &HeaderMap, store: &Store) -> Result<()> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let token = match app.keys.presented(header("apikey"), header("authorization")) {
        Presented::Key(ApiKey::Secret) | Presented::Token { key: Some(ApiKey::Secret), .. } => {
            return Err(secret_key_not_allowed());
        }
        Presented::Nothing | Presented::Key(ApiKey::Publishable) => return Ok(()),
        Presented::Token { token, .. } => token,
    };
    // What is no token of ours, or of a session that is not known, is Auth's to refuse.
    let Ok(claims) = app.verify(token).await else { return Ok(()) };
    if claims.role() == Some("service_role") {
        return Err(secret_key_not_allowed());
    }
    let Some(id) = claims.str("session_id").and_then(|id| id.parse().ok()) else { return Ok(()) };
    match app.sessions.find(&app.cluster, id).await? {
        Some(session) if !session.is_good_at(Place::Store(store.id)) => {
            Err(Problem::session_elsewhere())
        }
        _ => Ok(()),
    }
}

async fn answer(
    app: &AppState,
    path: &str,
    store: Option<&Store>,
    request: Request,
) -> Result<Response> {
    let (parts, body) = request.into_parts();
    let body = app.receiving.body(&parts.headers, body, BODY_MAX).await?;
    let from = caller_address(&parts, app);
    let asked_at = store.map(|store| {
        let site_url = app.store_url(&store.slug);
        AskedAt { external_url: format!("{site_url}/auth/v1"), site_url }
    });
    let question = AuthRequest {
        method: parts.method.to_string(),
        path: format!("/{path}"),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers(app, &parts, from)?,
        body: body.to_vec(),
        client_ip: Some(from),
        asked_at,
    };
    let answer = app.auth.answer(question).await;
    if let Some(issued) = answer.issued {
        arrival::note(app, issued, store, request_id(&parts)).await?;
    }
    respond(answer)
}

/// Auth's answer, as it goes out.
fn respond(answer: AuthResponse) -> Result<Response> {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = Response::builder().status(status);
    for (name, value) in answer.headers.iter() {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).map_err(Problem::internal)
}

/// What is said in Auth's place of a path that is no text.
pub(crate) fn bad_path(parts: &Parts) -> Response {
    let sent = sent(parts, |_| true).collect();
    respond(Refusal::BadPath.answer(&sent)).into_response()
}

fn request_id(parts: &Parts) -> Option<String> {
    parts.extensions.get::<RequestId>().map(|id| id.0.clone())
}

/// The caller's headers of these names, and the id that their request has here.
fn sent(
    parts: &Parts,
    goes_on: impl Fn(&HeaderName) -> bool,
) -> impl Iterator<Item = (String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let sent = parts.headers.iter().filter(move |(name, _)| *name != REQUEST_ID && goes_on(name));
    let sent = sent.map(move |(name, value)| (name.to_string(), text(value)));
    sent.chain(request_id(parts).map(|id| (REQUEST_ID.to_string(), id)))
}

/// What Auth is sent: the caller's headers, and the address that counts as theirs. A secret key is
/// no token; Auth is shown one that stands for it, as Supabase's own gateway does.
fn headers(app: &AppState, parts: &Parts, from: IpAddr) -> Result<Headers> {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let presented = app.keys.presented(header("apikey"), header("authorization"));
    let signer = app.signer.as_ref().filter(|_| presented == Presented::Key(ApiKey::Secret));
    let goes_on = |name: &HeaderName| {
        *name != CLIENT_ADDRESS && !(signer.is_some() && *name == AUTHORIZATION)
    };
    let mut headers: Headers = sent(parts, goes_on).collect();
    if let Some(signer) = signer {
        let now = app.clock.epoch();
        let claims = serde_json::json!({
            "iss": "supabase", "role": "service_role", "iat": now, "exp": now + SERVICE_LIFE_S,
        });
        let token = signer.mint(&claims).map_err(Problem::internal)?;
        headers.push("authorization", format!("Bearer {token}"));
    }
    if let Some(counted) = app.limits.counted(from) {
        headers.push(CLIENT_ADDRESS, counted.to_string());
    }
    Ok(headers)
}
