//! Who asks: a signed-in user, or somebody who may do everything.

use serde_json::Value;
use uuid::Uuid;

use super::EmbeddedAuth;
use super::ask::Ask;
use super::error::AuthError;
use super::session::Session;
use super::user::User;
use super::user::rows::Purpose;
use crate::base::id::UserId;
use crate::supabase::keys::bearer;
use crate::supabase::token::{Claims, Rules};

/// A signed-in caller.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub(crate) claims: Claims,
    pub(crate) user: User,
    pub(crate) session: Option<Session>,
}

/// A caller who may do everything.
#[derive(Debug)]
pub(crate) struct Admin {
    /// The role of their token.
    pub(crate) role: String,
}

impl SignedIn {
    /// Whether the session was begun by a link to set a new password.
    pub(crate) fn is_recovering(&self) -> bool {
        let methods = self.claims.get("amr").and_then(Value::as_array);
        methods.into_iter().flatten().any(|amr| {
            matches!(amr.get("method").and_then(Value::as_str), Some("otp" | "recovery"))
        })
    }
}

/// The claims of the bearer. Issuer and audience are not looked at, and a token need not expire.
fn claims(ask: &Ask<'_>) -> Result<Claims, AuthError> {
    let token = ask.header("authorization").and_then(bearer).ok_or(AuthError::NoAuthorization)?;
    Ok(ask.config.keys.verify(token, &Rules::default(), ask.now.as_second())?)
}

/// The bearer, if its role may do everything.
pub(crate) fn administrator(ask: &Ask<'_>) -> Result<Admin, AuthError> {
    let claims = claims(ask)?;
    let role = claims.role().unwrap_or_default();
    if ask.config.admin_roles.iter().any(|admin| admin == role) {
        Ok(Admin { role: role.to_owned() })
    } else {
        Err(AuthError::NotAdmin)
    }
}

/// The user and the session of the bearer, both still there.
pub(crate) async fn user(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Result<SignedIn, AuthError> {
    let claims = claims(ask)?;
    let subject = claims.str("sub").ok_or(AuthError::NoSubject)?;
    let subject: UserId = subject.parse().map_err(|_| AuthError::SubjectNoUuid)?;
    let session = claims.str("session_id").map(str::parse::<Uuid>);
    auth.cluster()
        .auth_tx(async |tx| {
            let user = User::by_id(tx, subject, Purpose::Look).await?;
            let user = user.ok_or(AuthError::SubjectUnknown)?;
            let session = match session {
                None => None,
                Some(id) => {
                    let id = id.map_err(|_| AuthError::SessionNoUuid)?;
                    let found = Session::find(tx, id).await?;
                    let found = found.filter(|session| session.user_id == user.id);
                    Some(found.ok_or(AuthError::SessionUnknown)?)
                }
            };
            if user.is_banned(ask.now) {
                return Err(AuthError::Banned);
            }
            Ok(SignedIn { claims, user, session })
        })
        .await
}
