//! What the use of a mailed token changes about a user.

use serde_json::{Value, json};

use super::ask::Ask;
use super::audit::{self, Action};
use super::error::AuthError;
use super::flow::Begun;
use super::identity::Identity;
use super::one_time::{self, Kind};
use super::user::User;
use super::{password, signup};
use crate::db::AuthTx;

/// How far it got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Whole,
    /// The other address must agree too.
    Half,
}

/// Uses up the user's token of a kind.
pub(crate) async fn apply(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    user: &mut User,
    token: Kind,
    begun: Begun,
) -> Result<Done, AuthError> {
    match token {
        Kind::Confirmation => confirm(tx, ask, user, begun).await.map(|()| Done::Whole),
        Kind::Recovery => recover(tx, ask, user).await.map(|()| Done::Whole),
        Kind::ChangeNew | Kind::ChangeCurrent => change_email(tx, ask, user, token).await,
        Kind::Reauthentication => Err(AuthError::LinkExpired),
    }
}

/// The address is the user's. Who was invited gets a password nobody knows, to be set anew.
async fn confirm(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    user: &mut User,
    begun: Begun,
) -> Result<(), AuthError> {
    if user.encrypted_password.as_deref().unwrap_or_default().is_empty()
        && user.invited_at.is_some()
    {
        user.encrypted_password = Some(password::unknown());
        one_time::clear_all(tx, user).await?;
    }
    let (action, traits) = match begun {
        Begun::Invite => (Action::InviteAccepted, None),
        _ => (Action::SignedUp, audit::by_email()),
    };
    audit::log(tx, ask, user, action, traits).await?;
    signup::confirm(tx, ask, user).await?;
    if let Some(identity) = user.identity("email") {
        identity.put(tx, &[("email_verified", Value::Bool(true))], ask.now).await?;
    }
    Ok(())
}

/// A link to a known address. It confirms the address as well, as only its owner can have it.
async fn recover(tx: &AuthTx<'_>, ask: &Ask<'_>, user: &mut User) -> Result<(), AuthError> {
    Kind::Recovery.clear(tx, user).await?;
    if user.is_confirmed() {
        user.save(tx, ask.now).await?;
        audit::log(tx, ask, user, Action::Login, None).await?;
    } else {
        audit::log(tx, ask, user, Action::SignedUp, None).await?;
        signup::confirm(tx, ask, user).await?;
    }
    Ok(())
}

/// One address agreed; when the other has, or need not, the change is made.
async fn change_email(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    user: &mut User,
    token: Kind,
) -> Result<Done, AuthError> {
    let rules = &ask.config.mail;
    let both = rules.secure_change && !rules.autoconfirm && !user.email().is_empty();
    if both && user.email_change_confirm_status == 0 {
        token.clear(tx, user).await?;
        user.email_change_confirm_status = 1;
        user.save(tx, ask.now).await?;
        return Ok(Done::Half);
    }
    let new_email = std::mem::take(&mut user.email_change);
    audit::log(tx, ask, user, Action::Modified, None).await?;
    Kind::ChangeNew.clear(tx, user).await?;
    Kind::ChangeCurrent.clear(tx, user).await?;
    user.email_change_confirm_status = 0;
    user.email = Some(new_email.clone());
    if user.is_anonymous {
        user.is_anonymous = false;
        user.set_provider("email");
    }
    let saved = user.save(tx, ask.now).await;
    saved.map_err(|error| signup::taken(error, &new_email, "Error confirm email"))?;
    let verified = [("email", json!(new_email)), ("email_verified", Value::Bool(true))];
    if let Some(identity) = user.identity("email") {
        identity.put(tx, &verified, ask.now).await?;
    } else {
        let mut claims = signup::email_claims(user.id, &new_email);
        claims.insert("email_verified".to_owned(), Value::Bool(true));
        Identity::new(user.id, "email", claims, ask.now).insert(tx).await?;
    }
    if !user.is_confirmed() {
        signup::confirm(tx, ask, user).await?;
    }
    Ok(Done::Whole)
}
