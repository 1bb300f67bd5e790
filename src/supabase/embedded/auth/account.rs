//! `/user`: what the caller sees and changes of themselves.

use jiff::SignedDuration;

use super::ask::Ask;
use super::audit::{self, Action};
use super::error::AuthError;
use super::fields::Fields;
use super::flow::{self, Begun, Challenge};
use super::guard::SignedIn;
use super::identity::Identity;
use super::one_time::{self, Kind};
use super::session::{self, Scope};
use super::user::User;
use super::user::rows::Purpose;
use super::{Answer, EmbeddedAuth, address, mailer, password, reply, signup};
use crate::db::AuthTx;

/// How young a session must be to need no proof that it is still the same person.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// The caller, as the database knows them.
pub(crate) fn show(ask: &Ask<'_>, caller: &SignedIn) -> Answer {
    let own = caller.claims.audiences().first().copied().unwrap_or_default();
    let wanted = ask.header("x-jwt-aud").unwrap_or(own);
    let is_missing = own.is_empty() && !ask.config.audience.is_empty();
    if is_missing || own != wanted {
        return Err(AuthError::OtherAudience);
    }
    Ok(reply::json(200, &caller.user.json()))
}

/// What a caller asks to change.
struct Changes {
    email: Option<String>,
    password: Option<Password>,
    data: Option<serde_json::Map<String, serde_json::Value>>,
    challenge: Option<Challenge>,
}

/// A new password, hashed before the transaction.
struct Password {
    hash: String,
    nonce: String,
}

/// Changes the caller: address, password, metadata.
pub(crate) async fn change(auth: &EmbeddedAuth, ask: &Ask<'_>, caller: &SignedIn) -> Answer {
    let fields = ask.fields("UserUpdateParams")?;
    let changes = read(ask, caller, &fields).await?;
    let user = auth
        .cluster()
        .auth_tx(async |tx| {
            let user = User::by_id(tx, caller.user.id, Purpose::Change).await?;
            let mut user = user.ok_or(AuthError::SubjectUnknown)?;
            apply(tx, ask, caller, &mut user, &changes).await?;
            audit::log(tx, ask, &user, Action::Modified, None).await?;
            Ok::<_, AuthError>(user)
        })
        .await?;
    if changes.password.is_some() {
        mailer::password_changed(ask, &user);
    }
    Ok(reply::json(200, &user.json()))
}

/// Everything that can be refused without the database.
async fn read(ask: &Ask<'_>, caller: &SignedIn, fields: &Fields) -> Result<Changes, AuthError> {
    let user = &caller.user;
    let mut email = fields.text("email")?;
    let mut phone = fields.text("phone")?;
    let password = fields.maybe_text("password")?;
    let app_metadata = fields.object("app_metadata")?;
    if !email.is_empty() {
        email = address::check(&email)?;
    }
    if !phone.is_empty() {
        phone = address::phone(&phone)?;
    }
    if app_metadata.is_some() {
        return Err(AuthError::AppMetadata);
    }
    if user.is_anonymous && password.is_some() && email.is_empty() && phone.is_empty() {
        return Err(AuthError::Unprocessable(
            "Updating password of an anonymous user without an email or phone is not allowed",
        ));
    }
    let challenge = Challenge::read(fields)?;
    let password = match password {
        None => None,
        Some(text) => Some(new_password(ask, caller, fields, text).await?),
    };
    if !phone.is_empty() && phone != user.phone() {
        return Err(AuthError::NoSmsProvider);
    }
    let email = (!email.is_empty() && email != user.email()).then_some(email);
    Ok(Changes { email, password, data: fields.object("data")?, challenge })
}

/// Checks a new password against the rules and the old one, and hashes it.
async fn new_password(
    ask: &Ask<'_>,
    caller: &SignedIn,
    fields: &Fields,
    text: String,
) -> Result<Password, AuthError> {
    let rules = &ask.config.password;
    let old = caller.user.encrypted_password.as_deref().filter(|hash| !hash.is_empty());
    if rules.require_current && old.is_some() && !caller.is_recovering() {
        let current = fields.text("current_password")?;
        if current.is_empty() {
            return Err(AuthError::CurrentPassword("current_password_required"));
        }
        if !password::is_right(&current, old).await? {
            return Err(AuthError::CurrentPassword("current_password_invalid"));
        }
    }
    password::check(rules, &text)?;
    if old.is_some() && password::is_right(&text, old).await? {
        return Err(AuthError::SamePassword);
    }
    let hash = password::hash(&text).await?;
    Ok(Password { hash, nonce: fields.text("nonce")? })
}

async fn apply(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    caller: &SignedIn,
    user: &mut User,
    changes: &Changes,
) -> Result<(), AuthError> {
    if let Some(email) = &changes.email {
        let other = User::by_email(tx, email, ask.audience(), Purpose::Look).await?;
        if other.is_some_and(|other| other.id != user.id) {
            return Err(AuthError::EmailExists);
        }
    }
    if let Some(password) = &changes.password {
        set_password(tx, ask, caller, user, password).await?;
    }
    if let Some(data) = &changes.data {
        user.merge_user_metadata(data.clone());
        user.save(tx, ask.now).await?;
    }
    if let Some(email) = &changes.email {
        if user.is_anonymous && ask.config.mail.autoconfirm {
            return make_permanent(tx, ask, user, email).await;
        }
        let challenge = changes.challenge.as_ref();
        let flow = flow::begin(tx, ask, challenge, user.id, Begun::EmailChange).await?;
        mailer::email_change(tx, ask, user, email, flow).await?;
    }
    Ok(())
}

/// Sets a new password. What was begun under the old one ends: the user's other sessions, and
/// every mailed token.
async fn set_password(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    caller: &SignedIn,
    user: &mut User,
    password: &Password,
) -> Result<(), AuthError> {
    let session = caller.session.as_ref();
    if ask.config.password.reauthenticate {
        let begun = session.and_then(|session| session.created_at);
        let is_fresh = begun.is_some_and(|begun| ask.now.duration_since(begun) < FRESH);
        if !is_fresh {
            check_nonce(ask, user, &password.nonce)?;
        }
    }
    user.encrypted_password = Some(password.hash.clone());
    one_time::clear_all(tx, user).await?;
    user.save(tx, ask.now).await?;
    audit::log(tx, ask, user, Action::UpdatedPassword, None).await?;
    let scope = session.map_or(Scope::All, |session| Scope::AllBut(session.id));
    session::end(tx, user.id, scope).await?;
    Ok(())
}

/// The code of a reauthentication mail.
fn check_nonce(ask: &Ask<'_>, user: &User, nonce: &str) -> Result<(), AuthError> {
    if nonce.is_empty() {
        return Err(AuthError::NonceNeeded);
    }
    let token = one_time::hash(user.email(), nonce);
    if Kind::Reauthentication.is_good(ask, user, &token) {
        Ok(())
    } else {
        Err(AuthError::NonceWrong)
    }
}

/// An anonymous user gets an address that needs no confirmation.
async fn make_permanent(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    user: &mut User,
    email: &str,
) -> Result<(), AuthError> {
    let mut claims = signup::email_claims(user.id, email);
    claims.insert("email_verified".to_owned(), true.into());
    let identity = Identity::new(user.id, "email", claims, ask.now);
    identity.insert(tx).await?;
    user.identities.get_or_insert_default().push(identity);
    user.email = Some(email.to_owned());
    user.is_anonymous = false;
    signup::confirm(tx, ask, user).await
}
