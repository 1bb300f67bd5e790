//! Who asks, at a store's address: a browser with the publishable key, and perhaps a token.

use axum::http::{HeaderMap, StatusCode};

use super::rest::anonymous_claims;
use crate::app::App;
use crate::base::id::UserId;
use crate::http::extract::caller::secret_key_not_allowed;
use crate::http::problem::{Problem, Result};
use crate::rest;
use crate::stores::{self, Address, Status, Store};
use crate::supabase::keys::{ApiKey, Caller};
use crate::supabase::token::{Claims, TokenError};
use crate::supabase::verifier::VerifyError;

/// How long a statement may run, as Supabase sets it for the two roles.
const ANON_TIMEOUT_MS: i32 = 3_000;
const AUTHENTICATED_TIMEOUT_MS: i32 = 8_000;

/// Somebody at a store's address.
#[derive(Clone, Debug)]
pub enum Visitor {
    /// With the publishable key alone.
    Anonymous,
    /// Signed in.
    SignedIn {
        /// The user.
        user: UserId,
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
                claims: anonymous_claims(),
                is_anonymous: true,
            },
            Self::SignedIn { claims, .. } => rest::Caller {
                role: "authenticated".to_owned(),
                claims: claims.clone(),
                is_anonymous: false,
            },
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
    match app.keys.caller(header("apikey"), header("authorization")) {
        Caller::Key(ApiKey::Publishable) => Ok(Visitor::Anonymous),
        Caller::Key(ApiKey::Secret) | Caller::Token { key: Some(ApiKey::Secret), .. } => {
            Err(secret_key_not_allowed())
        }
        Caller::Token { token, key: Some(ApiKey::Publishable) } => {
            signed_in(&app.verify(token).await.map_err(|error| bad_token(&error))?)
        }
        Caller::Nobody | Caller::Token { key: None, .. } => Err(if header("apikey").is_some() {
            unauthorized("invalid_api_key", "the API key is not one of this platform")
        } else {
            unauthorized("no_api_key", "no API key was found in the request")
                .hint("send the publishable key in the header `apikey`")
        }),
    }
}

fn signed_in(claims: &Claims) -> Result<Visitor> {
    match claims.role() {
        Some("authenticated") => {}
        Some("anon") => return Ok(Visitor::Anonymous),
        Some("service_role") => return Err(secret_key_not_allowed()),
        _ => return Err(unauthorized("PGRST301", "the token's role is not known here")),
    }
    let user = claims.str("sub").and_then(|sub| sub.parse().ok());
    let user = user.ok_or_else(|| unauthorized("PGRST301", "the token names no user"))?;
    Ok(Visitor::SignedIn { user, claims: claims.text().to_owned() })
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

/// Whether the store is there for this visitor: published and in service, or theirs to work in.
///
/// # Errors
/// What the database answers.
pub async fn may_enter(app: &App, store: &Store, visitor: &Visitor) -> Result<bool> {
    if store.status == Status::Active && store.published_at.is_some() {
        return Ok(true);
    }
    let Visitor::SignedIn { user, .. } = visitor else { return Ok(false) };
    match stores::access::open(&app.cluster, &Address::Id(store.id), *user).await {
        Ok(_) => Ok(true),
        Err(stores::Error::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
