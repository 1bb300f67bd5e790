//! `/token`: a session for a password, a refresh token, or the code of a PKCE flow.

pub(crate) mod refresh;

use serde_json::{Value, json};

use super::ask::Ask;
use super::audit::{self, Action};
use super::error::{AuthError, Weakness};
use super::limits::Limited;
use super::session::Session;
use super::user::User;
use super::user::rows::Purpose;
use super::{Answer, EmbeddedAuth, flow, password};
use crate::db::AuthTx;

/// Answers by the kind of grant.
pub(crate) async fn answer(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    ask.limits.request(ask, Limited::Token)?;
    match ask.query_or_form("grant_type").as_str() {
        "password" => by_password(auth, ask).await,
        "refresh_token" => refresh::answer(auth, ask).await,
        "pkce" => by_code(auth, ask).await,
        "id_token" => {
            ask.fields("IdTokenGrantParams")?;
            Err(AuthError::IdTokenProvider)
        }
        "web3" => Err(AuthError::Web3Off),
        _ => Err(AuthError::GrantType),
    }
}

/// A session for address and password. Whether the address is unknown, has no password or another
/// one makes no difference, in the answer or in time.
async fn by_password(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    let fields = ask.fields("PasswordGrantParams")?;
    let (email, phone) = (fields.text("email")?, fields.text("phone")?);
    let password = fields.text("password")?;
    match (email.is_empty(), phone.is_empty()) {
        (false, false) => {
            return Err(AuthError::Invalid(
                "Only an email address or phone number should be provided on login.",
            ));
        }
        (true, true) => return Err(AuthError::Invalid("missing email or phone")),
        (true, false) => return Err(AuthError::PhoneLoginOff),
        (false, true) if !ask.config.email_provider => return Err(AuthError::EmailLoginOff),
        (false, true) => {}
    }
    ask.limits.guess(ask, &email)?;
    let looked = whose(auth, ask, &email, &password).await;
    if !matches!(looked, Ok(None)) {
        ask.limits.give_back(&email);
    }
    let found = looked?.ok_or(AuthError::Credentials)?;
    if found.is_banned(ask.now) {
        return Err(AuthError::BannedAtSignIn);
    }
    if !found.is_confirmed() {
        return Err(AuthError::EmailNotConfirmed);
    }
    let (user, tokens) = auth
        .cluster()
        .auth_tx(async |tx| {
            let mut user = unchanged(tx, &found).await?;
            audit::log(tx, ask, &user, Action::Login, audit::by_email()).await?;
            let tokens = Session::begin(tx, ask, &mut user, "password").await?;
            Ok::<_, AuthError>((user, tokens))
        })
        .await?;
    let weak = weak_password(ask, &password);
    Ok(tokens.answer(&user, Some(("weak_password", weak))))
}

/// The user with this address and this password.
async fn whose(
    auth: &EmbeddedAuth,
    ask: &Ask<'_>,
    email: &str,
    password: &str,
) -> Result<Option<User>, AuthError> {
    let found = auth
        .cluster()
        .auth_tx(async |tx| User::by_email(tx, email, ask.audience(), Purpose::Look).await)
        .await?;
    let hash = found.as_ref().and_then(|user| user.encrypted_password.as_deref());
    let is_right = password::is_right(password, hash).await?;
    Ok(found.filter(|_| is_right))
}

/// The user again, locked, if the password is still the one that was compared.
async fn unchanged(tx: &AuthTx<'_>, found: &User) -> Result<User, AuthError> {
    let user = User::by_id(tx, found.id, Purpose::Change).await?;
    user.filter(|user| user.encrypted_password == found.encrypted_password)
        .ok_or(AuthError::Credentials)
}

/// What is weak about a password that is right all the same.
fn weak_password(ask: &Ask<'_>, password: &str) -> Value {
    let found = password::weaknesses(&ask.config.password, password);
    if found.is_empty() {
        return Value::Null;
    }
    let reasons: Vec<&str> = found.iter().map(Weakness::reason).collect();
    json!({"message": Weakness::text(&found), "reasons": reasons})
}

/// A session for the code of a flow and the verifier that began it.
async fn by_code(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    let fields = ask.fields("PKCEGrantParams")?;
    let (code, verifier) = (fields.text("auth_code")?, fields.text("code_verifier")?);
    if code.is_empty() || verifier.is_empty() {
        return Err(AuthError::Invalid(
            "invalid request: both auth code and code verifier should be non-empty",
        ));
    }
    let (user, tokens) = auth
        .cluster()
        .auth_tx(async |tx| {
            let flow = flow::exchange(tx, ask, &code, &verifier).await?;
            let user = User::by_id(tx, flow.user_id, Purpose::Change).await?;
            let mut user = user.ok_or(AuthError::FlowUnknown)?;
            if user.is_banned(ask.now) {
                return Err(AuthError::Banned);
            }
            audit::log(tx, ask, &user, Action::Login, audit::by_email()).await?;
            let tokens = Session::begin(tx, ask, &mut user, &flow.method).await?;
            Ok((user, tokens))
        })
        .await?;
    Ok(tokens.answer(&user, None))
}
