//! Who asks, on the platform host: a signed-in person.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::app::{App, AppState};
use crate::base::id::UserId;
use crate::http::log::RequestId;
use crate::http::problem::Problem;
use crate::stores::Actor;
use crate::stores::sessions::{Place, Session};
use crate::supabase::keys::{ApiKey, Presented};
use crate::supabase::token::Claims;
use crate::supabase::verifier::VerifyError;

/// A person with a verified token.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user.
    pub user: UserId,
    request_id: Option<String>,
}

impl Person {
    /// The person as the log and a store's transaction know them.
    pub fn actor(&self) -> Actor {
        Actor::user(self.user, self.request_id.clone())
    }
}

impl FromRequestParts<AppState> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone());
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let user = match app.keys.presented(header("apikey"), header("authorization")) {
            Presented::Nothing | Presented::Key(ApiKey::Publishable) => {
                return Err(Problem::unauthorized("nobody is signed in"));
            }
            Presented::Key(ApiKey::Secret) => return Err(secret_key_not_allowed()),
            Presented::Token { token, .. } => verify(app, token).await?,
        };
        Ok(Self { user, request_id })
    }
}

async fn verify(app: &AppState, token: &str) -> Result<UserId, Problem> {
    let claims = app.verify(token).await.map_err(|error| match error {
        VerifyError::Token(error) => {
            Problem::unauthorized(format!("the token is not accepted: {error}"))
        }
        VerifyError::NoKeys => Problem::auth_unavailable(),
    })?;
    match claims.role() {
        Some("authenticated") => {}
        Some("service_role") => return Err(secret_key_not_allowed()),
        _ => return Err(Problem::unauthorized("the token is of nobody who is signed in")),
    }
    let subject = claims.str("sub").and_then(|sub| sub.parse().ok());
    let user = subject.ok_or_else(|| Problem::unauthorized("the token names no user"))?;
    if !session(app, &claims, user).await?.is_good_at(Place::Platform) {
        return Err(Problem::session_elsewhere());
    }
    Ok(user)
}

/// The recorded session of a verified token; one that nobody recorded is no session of ours.
pub(crate) async fn session(app: &App, claims: &Claims, user: UserId) -> Result<Session, Problem> {
    let id = claims.str("session_id").and_then(|id| id.parse().ok());
    let id = id.ok_or_else(Problem::session_unknown)?;
    let session = app.sessions.find(&app.cluster, id).await?;
    session.filter(|session| session.user == user).ok_or_else(Problem::session_unknown)
}

/// Whatever means `service_role` is good for Auth's administration and nothing else.
pub(crate) fn secret_key_not_allowed() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "secret_key_not_allowed",
        "a secret key is good for /auth/v1/admin on the platform's address and nothing else",
    )
}
