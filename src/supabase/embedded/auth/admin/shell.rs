//! Soft deletion: what is left of a user is a shell whose hashed address can still be recognised
//! by who knows it, and frees the address for somebody else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Map;
use sha2::{Digest, Sha256};

use super::super::ask::Ask;
use super::super::error::AuthError;
use super::super::one_time;
use super::super::session::{self, Scope};
use super::super::user::User;
use crate::base::id::UserId;
use crate::db::AuthTx;

/// Characters that fit where a phone number stands.
const PHONE_LENGTH: usize = 15;

/// Empties the user, unless that was done before.
pub(crate) async fn make(tx: &AuthTx<'_>, ask: &Ask<'_>, user: &mut User) -> Result<(), AuthError> {
    if user.deleted_at.is_some() {
        return Ok(());
    }
    let short = |value: &str| obfuscated(user.id, value).chars().take(PHONE_LENGTH).collect();
    let (phone, phone_change): (String, String) = (short(user.phone()), short(&user.phone_change));
    user.email = Some(obfuscated(user.id, user.email()));
    user.email_change = obfuscated(user.id, &user.email_change);
    user.phone = Some(phone);
    user.phone_change = phone_change;
    user.encrypted_password = None;
    user.app_metadata = Map::new();
    user.user_metadata = Map::new();
    user.deleted_at = Some(ask.now);
    one_time::clear_all(tx, user).await?;
    user.save(tx, ask.now).await?;
    let id = user.id;
    for identity in user.identities.iter_mut().flatten() {
        let name = format!("{}:{}", identity.provider, identity.provider_id);
        identity.empty(tx, obfuscated(id, &name), ask.now).await?;
    }
    session::end(tx, id, Scope::All).await?;
    Ok(())
}

/// The hash of a value, different for every user.
fn obfuscated(user: UserId, value: &str) -> String {
    URL_SAFE_NO_PAD
        .encode(Sha256::new().chain_update(user.to_string()).chain_update(value).finalize())
}
