//! Which path leads where, and who may go there.
//!
//! Under `/admin` and `/user` the caller is looked at before the path: who may not enter does not
//! learn what is there.

use uuid::Uuid;

use super::ask::Ask;
use super::error::AuthError;
use super::session::Session;
use super::user::User;
use super::user_rows::Purpose;
use super::{
    Answer, EmbeddedAuth, account, admin, admin_link, admin_list, link_mail, logout, meta, off,
    reply, signup, token, unlink, verify,
};
use crate::base::id::UserId;
use crate::supabase::keys::bearer;
use crate::supabase::token::{Claims, Rules};

/// A signed-in caller.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) claims: Claims,
    pub(super) user: User,
    pub(super) session: Option<Session>,
}

/// A caller who may do everything.
#[derive(Debug)]
pub(super) struct Admin {
    /// The role of their token.
    pub(super) role: String,
}

impl Caller {
    /// Whether the session was begun by a link to set a new password.
    pub(super) fn is_recovering(&self) -> bool {
        let methods = self.claims.get("amr").and_then(serde_json::Value::as_array);
        methods.into_iter().flatten().any(|amr| {
            matches!(
                amr.get("method").and_then(serde_json::Value::as_str),
                Some("otp" | "recovery")
            )
        })
    }
}

/// Answers the request by its path.
pub(super) async fn dispatch(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    let path = ask.request.path.as_str();
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match parts.as_slice() {
        ["user" | "factors", ..] => {
            let caller = user(auth, ask).await?;
            Box::pin(own(auth, ask, &caller, &parts)).await
        }
        ["admin", rest @ ..] => {
            let admin = administrator(ask)?;
            Box::pin(by_admin(auth, ask, &admin, rest)).await
        }
        _ => Box::pin(open(auth, ask, &parts)).await,
    }
}

/// What anybody may ask, and what each endpoint guards by itself.
async fn open(auth: &EmbeddedAuth, ask: &Ask<'_>, parts: &[&str]) -> Answer {
    match parts {
        ["health"] => only(ask, &["GET"]).map(|()| meta::health(ask)),
        ["settings"] => only(ask, &["GET"]).map(|()| meta::settings(ask)),
        [".well-known", "jwks.json"] => only(ask, &["GET"]).map(|()| meta::jwks(ask)),
        [".well-known", "openid-configuration"] => only(ask, &["GET"]).map(|()| meta::openid(ask)),
        ["signup"] | ["signup", ""] => {
            only(ask, &["POST"])?;
            signup::answer(auth, ask).await
        }
        ["token"] => {
            only(ask, &["POST"])?;
            token::answer(auth, ask).await
        }
        ["logout"] => {
            only(ask, &["POST"])?;
            let caller = user(auth, ask).await?;
            logout::answer(auth, ask, &caller).await
        }
        ["verify"] => {
            only(ask, &["GET", "POST"])?;
            match ask.request.method.as_str() {
                "GET" => verify::by_link(auth, ask).await,
                _ => verify::by_code_or_hash(auth, ask).await,
            }
        }
        ["recover" | "otp" | "magiclink" | "resend"] => {
            only(ask, &["POST"])?;
            match parts {
                ["recover"] => link_mail::recover(auth, ask).await,
                ["otp"] => link_mail::otp(auth, ask).await,
                ["magiclink"] => link_mail::magiclink(auth, ask).await,
                _ => link_mail::resend(auth, ask).await,
            }
        }
        ["reauthenticate"] => {
            only(ask, &["GET"])?;
            let caller = user(auth, ask).await?;
            unlink::reauthenticate(auth, ask, &caller).await
        }
        ["invite"] => {
            only(ask, &["POST"])?;
            let admin = administrator(ask)?;
            admin_link::invite(auth, ask, &admin).await
        }
        ["authorize"] => only(ask, &["GET"]).and_then(|()| off::authorize(ask)),
        ["callback"] => only(ask, &["GET", "POST"]).map(|()| off::callback(ask)),
        [".well-known", "oauth-authorization-server"] | ["oauth", ..] => {
            Err(AuthError::Off("feature_disabled", "OAuth server is disabled"))
        }
        ["sso"] => Err(AuthError::Off("saml_provider_disabled", "SAML 2.0 is disabled")),
        ["passkeys", ..] => Err(AuthError::Off("passkey_disabled", "Passkeys are disabled")),
        _ => Err(AuthError::NoRoute),
    }
}

/// What the signed-in caller may ask about themselves.
async fn own(auth: &EmbeddedAuth, ask: &Ask<'_>, caller: &Caller, parts: &[&str]) -> Answer {
    match parts {
        ["user"] | ["user", ""] => {
            only(ask, &["GET", "PUT"])?;
            match ask.request.method.as_str() {
                "GET" => account::show(ask, caller),
                _ => account::change(auth, ask, caller).await,
            }
        }
        ["user", "identities", ..] if !ask.config.manual_linking => {
            Err(AuthError::Off("manual_linking_disabled", "Manual linking is disabled"))
        }
        ["user", "identities", "authorize"] => {
            only(ask, &["GET"]).and_then(|()| off::authorize(ask))
        }
        ["user", "identities", id] => {
            only(ask, &["DELETE"])?;
            unlink::identity(auth, ask, caller, id).await
        }
        ["factors", ..] if caller.user.is_anonymous => Err(AuthError::AnonymousRefused),
        ["factors", ..] => Err(AuthError::NotBuilt("multi-factor authentication")),
        _ => Err(AuthError::NoRoute),
    }
}

/// What administrators may ask.
async fn by_admin(auth: &EmbeddedAuth, ask: &Ask<'_>, admin: &Admin, parts: &[&str]) -> Answer {
    let method = ask.request.method.as_str();
    match parts {
        ["users"] | ["users", ""] => {
            only(ask, &["GET", "POST"])?;
            match method {
                "GET" => admin_list::users(auth, ask).await,
                _ => admin::create(auth, ask, admin).await,
            }
        }
        ["users", id] => {
            only(ask, &["GET", "PUT", "DELETE"])?;
            match method {
                "GET" => admin::show(auth, id).await,
                "PUT" => admin::update(auth, ask, admin, id).await,
                _ => admin::delete(auth, ask, admin, id).await,
            }
        }
        ["users", id, "factors"] => {
            only(ask, &["GET"])?;
            admin::show(auth, id).await.map(|_| reply::json(200, &serde_json::json!([])))
        }
        ["generate_link"] => {
            only(ask, &["POST"])?;
            admin_link::generate(auth, ask, admin).await
        }
        ["audit"] => {
            only(ask, &["GET"])?;
            admin_list::audit(auth, ask).await
        }
        _ => Err(AuthError::NoRoute),
    }
}

/// Refuses a method the path does not have.
pub(super) fn only(ask: &Ask<'_>, allowed: &'static [&'static str]) -> Result<(), AuthError> {
    if allowed.contains(&ask.request.method.as_str()) {
        Ok(())
    } else {
        Err(AuthError::Method { allowed })
    }
}

/// The claims of the bearer. Issuer and audience are not looked at, and a token need not expire.
pub(super) fn claims(ask: &Ask<'_>) -> Result<Claims, AuthError> {
    let token = ask.header("authorization").and_then(bearer).ok_or(AuthError::NoAuthorization)?;
    Ok(ask.config.keys.verify(token, &Rules::default(), ask.now.as_second())?)
}

/// The bearer, if its role may do everything.
fn administrator(ask: &Ask<'_>) -> Result<Admin, AuthError> {
    let claims = claims(ask)?;
    let role = claims.role().unwrap_or_default();
    if ask.config.admin_roles.iter().any(|admin| admin == role) {
        Ok(Admin { role: role.to_owned() })
    } else {
        Err(AuthError::NotAdmin)
    }
}

/// The user and the session of the bearer, both still there.
async fn user(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Result<Caller, AuthError> {
    let claims = claims(ask)?;
    let subject = claims.str("sub").ok_or(AuthError::NoSubject)?;
    let subject: UserId = subject.parse().map_err(|_| AuthError::SubjectNoUuid)?;
    let session = match claims.str("session_id") {
        None => None,
        Some(id) => Some(id.parse::<Uuid>()),
    };
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
            Ok(Caller { claims, user, session })
        })
        .await
}
