//! `/admin/users`: users, by who may do everything.

mod ban;
pub(crate) mod link;
pub(crate) mod list;
mod params;
mod shell;

use serde_json::{Map, json};

use params::Params;

use super::ask::Ask;
use super::audit::{self, Action};
use super::error::{AuthError, Doing};
use super::guard::Admin;
use super::identity::Identity;
use super::session::{self, Scope};
use super::user::User;
use super::user::rows::Purpose;
use super::{Answer, EmbeddedAuth, one_time, password, reply, signup};
use crate::base::id::UserId;
use crate::db::AuthTx;

/// `POST`: a new user. Weak passwords are taken, and nothing is mailed.
pub(crate) async fn create(auth: &EmbeddedAuth, ask: &Ask<'_>, admin: &Admin) -> Answer {
    let params = Params::read(&ask.fields("AdminUserParams")?)?;
    if params.email.is_none() && params.phone.is_none() {
        return Err(AuthError::Invalid("Cannot create a user without either an email or phone"));
    }
    let given = params.password.as_deref().filter(|password| !password.is_empty());
    let hash = match (given, params.password_hash.as_str()) {
        (Some(_), hash) if !hash.is_empty() => {
            return Err(AuthError::Invalid(
                "Only a password or a password hash should be provided",
            ));
        }
        (Some(password), _) => password::hash(password).await?,
        (None, "") => password::unknown(),
        (None, hash) if password::is_hash(hash) => hash.to_owned(),
        (None, _) => return Err(AuthError::Failed("Error creating user")),
    };
    let user = new_user(ask, &params, hash)?;
    let user = auth
        .cluster()
        .auth_tx(async |tx| {
            if let Some(email) = &params.email
                && User::by_email(tx, email, &user.aud, Purpose::Look).await?.is_some()
            {
                return Err(AuthError::EmailExists);
            }
            let mut user = user;
            signup::insert(tx, &user).await?;
            audit::by_admin(tx, ask, admin, Action::SignedUp, &user).await?;
            if params.email_confirm && params.email.is_some() {
                signup::confirm(tx, ask, &mut user).await?;
            }
            Ok(user)
        })
        .await?;
    Ok(reply::json(200, &user.json()))
}

fn new_user(ask: &Ask<'_>, params: &Params, hash: String) -> Result<User, AuthError> {
    let mut user = User::new(ask);
    if let Some(id) = &params.id {
        let id =
            id.parse().map_err(|_| AuthError::Invalid("ID must conform to the uuid v4 format"));
        user.id = id?;
    }
    if !params.aud.is_empty() {
        user.aud.clone_from(&params.aud);
    }
    if !params.role.is_empty() {
        user.role.clone_from(&params.role);
    }
    user.email.clone_from(&params.email);
    user.phone.clone_from(&params.phone);
    user.encrypted_password = Some(hash);
    user.set_provider(if params.email.is_some() { "email" } else { "phone" });
    user.merge_app_metadata(params.app_metadata.clone().unwrap_or_default());
    user.user_metadata = params.user_metadata.clone().unwrap_or_default();
    user.banned_until = params.ban.and_then(|ban| ban.until(ask.now));
    let mut identities = Vec::new();
    if let Some(email) = &params.email {
        let claims = signup::email_claims(user.id, email);
        identities.push(Identity::new(user.id, "email", claims, ask.now));
    }
    if let Some(phone) = &params.phone {
        let claims = Map::from_iter([
            ("sub".to_owned(), json!(user.id)),
            ("phone".to_owned(), json!(phone)),
            ("email_verified".to_owned(), json!(false)),
            ("phone_verified".to_owned(), json!(false)),
        ]);
        identities.push(Identity::new(user.id, "phone", claims, ask.now));
        user.phone_confirmed_at = params.phone_confirm.then_some(ask.now);
    }
    user.identities = Some(identities);
    Ok(user)
}

/// `GET` of one user.
pub(crate) async fn show(auth: &EmbeddedAuth, id: &str) -> Answer {
    let id = user_id(id)?;
    let user = auth.cluster().auth_tx(async |tx| User::by_id(tx, id, Purpose::Look).await).await?;
    Ok(reply::json(200, &user.ok_or(AuthError::UserUnknown)?.json()))
}

/// `PUT`: what is named changes at once, without mails. The answer shows the identities as they
/// were before.
pub(crate) async fn update(auth: &EmbeddedAuth, ask: &Ask<'_>, admin: &Admin, id: &str) -> Answer {
    let id = user_id(id)?;
    let params = Params::read(&ask.fields("AdminUserParams")?)?;
    let hash = match params.password.as_deref() {
        None => None,
        Some(text) => {
            password::check(&ask.config.password, text)?;
            Some(password::hash(text).await?)
        }
    };
    let user = auth
        .cluster()
        .auth_tx(async |tx| {
            let user = User::by_id(tx, id, Purpose::Change).await?;
            let mut user = user.ok_or(AuthError::UserUnknown)?;
            let identities = user.identities.clone();
            apply(tx, ask, &mut user, &params, hash).await?;
            audit::by_admin(tx, ask, admin, Action::Modified, &user).await?;
            user.identities = identities;
            Ok::<_, AuthError>(user)
        })
        .await?;
    Ok(reply::json(200, &user.json()))
}

async fn apply(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    user: &mut User,
    params: &Params,
    hash: Option<String>,
) -> Result<(), AuthError> {
    if let Some(hash) = hash {
        user.encrypted_password = Some(hash);
        one_time::clear_all(tx, user).await?;
        session::end(tx, user.id, Scope::All).await?;
    }
    if !params.role.is_empty() {
        user.role.clone_from(&params.role);
    }
    if let Some(ban) = params.ban {
        user.banned_until = ban.until(ask.now);
    }
    user.merge_app_metadata(params.app_metadata.clone().unwrap_or_default());
    user.merge_user_metadata(params.user_metadata.clone().unwrap_or_default());
    if let Some(email) = &params.email {
        user.email = Some(email.clone());
        set_email_identity(tx, ask, user, email, params.email_confirm).await?;
    }
    if let Some(phone) = &params.phone {
        user.phone = Some(phone.clone());
    }
    if params.phone_confirm && user.phone.is_some() {
        user.phone_confirmed_at = Some(ask.now);
    }
    let saved = user.save(tx, ask.now).await;
    saved.map_err(|error| signup::taken(error, user.email(), "Error updating user"))?;
    if params.email_confirm && user.email.is_some() {
        signup::confirm(tx, ask, user).await?;
    }
    Ok(())
}

async fn set_email_identity(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    user: &mut User,
    email: &str,
    is_verified: bool,
) -> Result<(), AuthError> {
    let mut fields = vec![("email", json!(email))];
    if is_verified {
        fields.push(("email_verified", json!(true)));
    }
    if let Some(identity) = user.identity("email") {
        identity.put(tx, &fields, ask.now).await?;
        return Ok(());
    }
    let mut claims = signup::email_claims(user.id, email);
    claims.insert("email_verified".to_owned(), json!(is_verified));
    Identity::new(user.id, "email", claims, ask.now).insert(tx).await?;
    Ok(())
}

/// `DELETE`: the user goes, or stays as a shell without anything personal.
pub(crate) async fn delete(auth: &EmbeddedAuth, ask: &Ask<'_>, admin: &Admin, id: &str) -> Answer {
    let id = user_id(id)?;
    let is_soft = if ask.request.body.is_empty() {
        false
    } else {
        ask.fields("AdminUserDeleteParams")?.flag("should_soft_delete")?.unwrap_or(false)
    };
    auth.cluster()
        .auth_tx(async |tx| {
            let user = User::by_id(tx, id, Purpose::Change).await?;
            let mut user = user.ok_or(AuthError::UserUnknown)?;
            audit::by_admin(tx, ask, admin, Action::Deleted, &user).await?;
            if !is_soft {
                return user.delete(tx).await.doing("Database error deleting user");
            }
            shell::make(tx, ask, &mut user).await
        })
        .await?;
    Ok(reply::done())
}

/// A user's id in a path.
pub(crate) fn user_id(text: &str) -> Result<UserId, AuthError> {
    text.parse().map_err(|_| AuthError::NoUuid("user_id must be an UUID"))
}
