//! Who asks, at a store's address: a browser with the publishable key, and perhaps a token.

use axum::http::{HeaderMap, StatusCode};

use crate::app::App;
use crate::http::extract::person::{self, secret_key_not_allowed};
use crate::http::problem::{Problem, Result};
use crate::rest;
use crate::stores::sessions::{Place, Session};
use crate::stores::{self, Address, Status, Store};
use crate::supabase::keys::{ApiKey, Presented};
use crate::supabase::token::{Claims, TokenError};
use crate::supabase::verifier::VerifyError;

/// How long a statement may run, as Supabase sets it for the two roles.
const ANON_TIMEOUT_MS: i32 = 3_000;
const AUTHENTICATED_TIMEOUT_MS: i32 = 8_000;

/// The claims of somebody without a token.
const ANON_CLAIMS: &str = r#"{"role":"anon"}"#;

/// Somebody at a store's address.
#[derive(Clone, Debug)]
pub enum Visitor {
    /// With the publishable key alone.
    Anonymous,
    /// Signed in.
    SignedIn {
        /// The user, and where the session was begun.
        session: Session,
        /// The token's claims as JSON, handed to the store's policies.
        claims: String,
    },
}

impl Visitor {
    /// As the REST plane knows them.
    pub fn caller(&self) -> rest::Caller {
        match self {
            Self::Anonymous => rest::Caller {
                role: "anon".to_owned(),
                claims: ANON_CLAIMS.to_owned(),
                is_anonymous: true,
            },
            Self::SignedIn { claims, .. } => rest::Caller {
                role: "authenticated".to_owned(),
                claims: claims.clone(),
                is_anonymous: false,
            },
        }
    }

    /// Whether the visitor's session, if there is one, is good at this store.
    fn fits(&self, store: &Store) -> bool {
        match self {
            Self::Anonymous => true,
            Self::SignedIn { session, .. } => session.is_good_at(Place::Store(store.id)),
        }
    }

    /// How long a statement of theirs may run.
    pub fn timeout_ms(&self) -> i32 {
        match self {
            Self::Anonymous => ANON_TIMEOUT_MS,
            Self::SignedIn { .. } => AUTHENTICATED_TIMEOUT_MS,
        }
    }
}

/// Reads the key and the token of a request. The key is required; a secret one opens no store.
///
/// # Errors
/// 401 without a good key or with a bad token, 403 with a secret key.
pub async fn identify(app: &App, headers: &HeaderMap) -> Result<Visitor> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match app.keys.presented(header("apikey"), header("authorization")) {
        Presented::Key(ApiKey::Publishable) => Ok(Visitor::Anonymous),
        Presented::Key(ApiKey::Secret) | Presented::Token { key: Some(ApiKey::Secret), .. } => {
            Err(secret_key_not_allowed())
        }
        Presented::Token { token, key: Some(ApiKey::Publishable) } => {
            let claims = app.verify(token).await.map_err(|error| bad_token(&error))?;
            signed_in(app, &claims).await
        }
        Presented::Nothing | Presented::Token { key: None, .. } => {
            Err(if header("apikey").is_some() {
                unauthorized("invalid_api_key", "the API key is not one of this platform")
            } else {
                unauthorized("no_api_key", "no API key was found in the request")
                    .hint("send the publishable key in the header `apikey`")
            })
        }
    }
}

async fn signed_in(app: &App, claims: &Claims) -> Result<Visitor> {
    match claims.role() {
        Some("authenticated") => {}
        Some("anon") => return Ok(Visitor::Anonymous),
        Some("service_role") => return Err(secret_key_not_allowed()),
        _ => return Err(unauthorized("PGRST301", "the token's role is not known here")),
    }
    let user = claims.str("sub").and_then(|sub| sub.parse().ok());
    let user = user.ok_or_else(|| unauthorized("PGRST301", "the token names no user"))?;
    let session = person::session(app, claims, user).await?;
    Ok(Visitor::SignedIn { session, claims: claims.text().to_owned() })
}

/// As PostgREST says it.
fn bad_token(error: &VerifyError) -> Problem {
    match error {
        VerifyError::Token(TokenError::Expired) => unauthorized("PGRST303", "JWT expired"),
        VerifyError::NoKeys => Problem::auth_unavailable(),
        VerifyError::Token(other) => unauthorized("PGRST301", other.to_string()),
    }
}

fn unauthorized(code: &'static str, message: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, message)
}

/// What somebody wants to do at a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Change nothing.
    Read,
    /// Change something, or call a function that may.
    Write,
}

/// Lets a visitor in, or says how the store is not there for them: strangers can't tell a store
/// that is not published from one that was never made.
///
/// # Errors
/// 404, 401 for a session of another store, 403 or 503 for one that is out of service.
pub async fn admit(app: &App, store: &Store, visitor: &Visitor, intent: Intent) -> Result<()> {
    let fits = visitor.fits(store);
    let is_open = store.published_at.is_some();
    match (store.status, intent) {
        (Status::Deleted, _) => Err(Problem::store_not_found()),
        (Status::Active, _) if is_open && fits => Ok(()),
        (Status::Active, _) if is_open => Err(Problem::session_elsewhere()),
        (Status::Active, _) if is_member(app, store, visitor).await? => Ok(()),
        (Status::Suspended, _) => match (is_member(app, store, visitor).await?, intent) {
            (true, Intent::Read) => Ok(()),
            (true, Intent::Write) => Err(suspended(StatusCode::FORBIDDEN)),
            (false, _) if is_open => Err(suspended(StatusCode::SERVICE_UNAVAILABLE)),
            (false, _) => Err(Problem::store_not_found()),
        },
        (Status::Moving, _) if !is_open && !is_member(app, store, visitor).await? => {
            Err(Problem::store_not_found())
        }
        (Status::Moving, _) if !fits => Err(Problem::session_elsewhere()),
        (Status::Moving, Intent::Read) => Ok(()),
        (Status::Moving, Intent::Write) => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "store_moving",
            "the store is being moved and takes no changes for the moment; try again",
        )),
        (Status::Active, _) => Err(Problem::store_not_found()),
    }
}

fn suspended(status: StatusCode) -> Problem {
    Problem::new(status, "store_suspended", "the store is suspended")
}

async fn is_member(app: &App, store: &Store, visitor: &Visitor) -> Result<bool> {
    let Visitor::SignedIn { session, .. } = visitor else { return Ok(false) };
    if !visitor.fits(store) {
        return Ok(false);
    }
    match stores::access::open(&app.cluster, &Address::Id(store.id), session.user).await {
        Ok(_) => Ok(true),
        Err(stores::Error::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
