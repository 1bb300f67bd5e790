//! `/user/identities`: one way less in which the caller is known.

use serde_json::{Value, json};
use uuid::Uuid;

use super::ask::Ask;
use super::audit::{self, Action};
use super::error::AuthError;
use super::guard::SignedIn;
use super::user::User;
use super::user::rows::Purpose;
use super::{Answer, EmbeddedAuth, reply};
use crate::db::AuthTx;

/// Takes one identity from the caller, who must have another.
pub(crate) async fn answer(
    auth: &EmbeddedAuth,
    ask: &Ask<'_>,
    caller: &SignedIn,
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
