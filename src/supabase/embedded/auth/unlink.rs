//! `/reauthenticate` and `/user/identities`: who the caller is, proved again or in fewer ways.

use serde_json::{Value, json};
use uuid::Uuid;

use super::ask::Ask;
use super::audit::{self, Action};
use super::error::AuthError;
use super::route::Caller;
use super::user::User;
use super::user_rows::Purpose;
use super::{Answer, EmbeddedAuth, mailer, reply};
use crate::db::AuthTx;

/// Mails a code to the caller.
pub(super) async fn reauthenticate(auth: &EmbeddedAuth, ask: &Ask<'_>, caller: &Caller) -> Answer {
    if caller.user.email().is_empty() && caller.user.phone().is_empty() {
        return Err(AuthError::Invalid(
            "Reauthentication requires the user to have an email or a phone number",
        ));
    }
    if !caller.user.is_confirmed() {
        return Err(AuthError::Unprocessable("Please verify your email first."));
    }
    auth.cluster()
        .auth_tx(async |tx| {
            let user = User::by_id(tx, caller.user.id, Purpose::Change).await?;
            let mut user = user.ok_or(AuthError::SubjectUnknown)?;
            audit::log(tx, ask, &user, Action::ReauthenticationRequested, None).await?;
            mailer::reauthentication(tx, ask, &mut user).await
        })
        .await?;
    Ok(reply::done())
}

/// Takes one identity from the caller, who must have another.
pub(super) async fn identity(
    auth: &EmbeddedAuth,
    ask: &Ask<'_>,
    caller: &Caller,
    id: &str,
) -> Answer {
    let id: Uuid = id.parse().map_err(|_| AuthError::NoUuid("identity_id must be an UUID"))?;
    auth.cluster()
        .auth_tx(async |tx| {
            let user = User::by_id(tx, caller.user.id, Purpose::Change).await?;
            let mut user = user.ok_or(AuthError::SubjectUnknown)?;
            take(tx, ask, &mut user, id).await
        })
        .await?;
    Ok(reply::done())
}

async fn take(tx: &AuthTx<'_>, ask: &Ask<'_>, user: &mut User, id: Uuid) -> Result<(), AuthError> {
    let mut identities = user.identities.take().unwrap_or_default();
    if identities.len() <= 1 {
        return Err(AuthError::SingleIdentity);
    }
    let at = identities.iter().position(|identity| identity.id == id);
    let gone = identities.remove(at.ok_or(AuthError::IdentityUnknown)?);
    gone.delete(tx).await?;
    let traits = json!({
        "identity_id": gone.id, "provider": gone.provider, "provider_id": gone.provider_id,
    });
    audit::log(tx, ask, user, Action::IdentityUnlinked, Some(traits)).await?;

    let mut providers: Vec<&str> = Vec::new();
    for identity in &identities {
        if !providers.contains(&identity.provider.as_str()) {
            providers.push(&identity.provider);
        }
    }
    user.app_metadata.insert("provider".to_owned(), json!(providers.first()));
    user.app_metadata.insert("providers".to_owned(), json!(providers));
    if gone.provider == "email" {
        let email = identities.iter().find_map(|identity| identity.data.get("email"));
        if let Some(Value::String(email)) = email {
            user.email = Some(email.to_lowercase());
        }
    }
    user.identities = Some(identities);
    user.save(tx, ask.now).await?;
    Ok(())
}
