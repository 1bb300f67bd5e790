//! Which path leads where, and who may go there.
//!
//! Under `/admin` and `/user` the caller is looked at before the path: who may not enter does not
//! learn what is there.

use super::ask::Ask;
use super::error::AuthError;
use super::guard::{self, Admin, SignedIn};
use super::{
    Answer, EmbeddedAuth, account, admin, link_mail, logout, meta, off, reauthenticate, reply,
    signup, token, unlink, verify,
};

/// Answers the request by its path.
pub(crate) async fn dispatch(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    let path = ask.request.path.strip_prefix('/').unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["user" | "factors", ..] => {
            let caller = guard::user(auth, ask).await?;
            Box::pin(own(auth, ask, &caller, &parts)).await
        }
        ["admin", rest @ ..] => {
            let admin = guard::administrator(ask)?;
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
            let caller = guard::user(auth, ask).await?;
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
            let caller = guard::user(auth, ask).await?;
            reauthenticate::answer(auth, ask, &caller).await
        }
        ["invite"] => {
            only(ask, &["POST"])?;
            let admin = guard::administrator(ask)?;
            admin::link::invite(auth, ask, &admin).await
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
async fn own(auth: &EmbeddedAuth, ask: &Ask<'_>, caller: &SignedIn, parts: &[&str]) -> Answer {
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
            unlink::answer(auth, ask, caller, id).await
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
                "GET" => admin::list::users(auth, ask).await,
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
            admin::link::generate(auth, ask, admin).await
        }
        ["audit"] => {
            only(ask, &["GET"])?;
            admin::list::audit(auth, ask).await
        }
        _ => Err(AuthError::NoRoute),
    }
}

/// Refuses a method the path does not have.
pub(crate) fn only(ask: &Ask<'_>, allowed: &'static [&'static str]) -> Result<(), AuthError> {
    if allowed.contains(&ask.request.method.as_str()) {
        Ok(())
    } else {
        Err(AuthError::Method { allowed })
    }
}
