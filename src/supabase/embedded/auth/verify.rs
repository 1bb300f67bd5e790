//! `/verify`: the link or the code of a mail, turned into a session.

pub(crate) mod find;

use serde_json::json;

use super::ask::Ask;
use super::error::AuthError;
use super::flow::{self, Begun};
use super::limits::Limited;
use super::one_time::{Kind, PKCE_PREFIX};
use super::session::{Session, Tokens};
use super::user::User;
use super::user::rows::Purpose;
use super::verified::{self, Done};
use super::{Answer, EmbeddedAuth, address, form, redirect, reply};
use crate::base::chain::Chain;
use crate::db::AuthTx;
use crate::supabase::auth::AuthResponse;

/// What the caller of the first half of an address change reads.
const HALF_DONE: &str =
    "Confirmation link accepted. Please proceed to confirm link sent to the other email";

/// What a verification ends in.
enum Ended {
    /// Signed in.
    Session(Box<User>, Tokens),
    /// A code, to be exchanged by whoever holds the verifier.
    Code(String),
    /// One of two addresses agreed.
    Half,
}

/// `GET`: the link of a mail. Whatever happens, the browser is sent on.
pub(crate) async fn by_link(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    ask.limits.request(ask, Limited::Verify)?;
    let (kind, token) = (ask.query("type"), ask.query("token"));
    if kind.is_empty() {
        return Err(AuthError::Invalid("Verify requires a verification type"));
    }
    if token.is_empty() {
        return Err(AuthError::Invalid("Verify requires a token or a token hash"));
    }
    let is_pkce = token.starts_with(PKCE_PREFIX);
    let ended = auth
        .cluster()
        .auth_tx(async |tx| {
            let (user, token_kind) = find::by_hash(tx, ask, token, kind).await?;
            finish(tx, ask, user, token_kind, kind, is_pkce).await
        })
        .await;
    let target = redirect::target(ask);
    Ok(match ended {
        Ok((Ended::Session(_, tokens), kind)) => {
            let fragment = fragment(&tokens, kind);
            tokens.mark(reply::see_other(&format!("{target}#{fragment}")))
        }
        Ok((Ended::Code(code), _)) => reply::see_other(&with_query(&target, &[("code", &code)])),
        Ok((Ended::Half, _)) => sent_on(&target, &[("message", HALF_DONE)], is_pkce),
        Err(error) => refused(&target, &error, is_pkce),
    })
}

/// `POST`: the code of a mail with its address, or the hash its link carries.
pub(crate) async fn by_code_or_hash(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    ask.limits.request(ask, Limited::Verify)?;
    let fields = ask.fields("VerifyParams")?;
    let kind = fields.text("type")?;
    let (token, hash) = (fields.text("token")?, fields.text("token_hash")?);
    let (email, phone) = (fields.text("email")?, fields.text("phone")?);
    if kind.is_empty() {
        return Err(AuthError::Invalid("Verify requires a verification type"));
    }
    if token.is_empty() == hash.is_empty() {
        return Err(AuthError::Invalid("Verify requires either a token or a token hash"));
    }
    let has_address = !email.is_empty() || !phone.is_empty();
    if !hash.is_empty() && has_address {
        return Err(AuthError::Invalid("Only the token_hash and type should be provided"));
    }
    if !token.is_empty() && email.is_empty() == phone.is_empty() {
        return Err(AuthError::Invalid(
            "Only an email address or phone number should be provided on verify",
        ));
    }
    if !token.is_empty() && email.is_empty() {
        return Err(AuthError::CodeExpired);
    }
    let email = match email.as_str() {
        "" => None,
        email => {
            let checked = address::check(email);
            Some(checked.map_err(|_| AuthError::Unprocessable("Invalid email format"))?)
        }
    };
    let (ended, _) = auth
        .cluster()
        .auth_tx(async |tx| {
            let (user, token_kind) = match &email {
                Some(email) => find::by_code(tx, ask, email, &token, &kind).await?,
                None => find::by_hash(tx, ask, &hash, &kind).await?,
            };
            finish(tx, ask, user, token_kind, &kind, false).await
        })
        .await?;
    Ok(match ended {
        Ended::Session(user, tokens) => tokens.answer(&user, None),
        Ended::Half => reply::json(200, &json!({"code": "200", "msg": HALF_DONE})),
        Ended::Code(code) => reply::json(200, &json!({ "code": code })),
    })
}

/// Uses the token up, and signs in or hands out a code. Says which type it was in the end.
async fn finish(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    mut user: User,
    token: Kind,
    kind: &str,
    is_pkce: bool,
) -> Result<(Ended, &'static str), AuthError> {
    let (begun, kind) = match (token, kind) {
        (Kind::Confirmation, "invite") => (Begun::Invite, "invite"),
        (Kind::Confirmation, _) => (Begun::SignUp, "signup"),
        (Kind::Recovery, "recovery") => (Begun::Recovery, "recovery"),
        (Kind::Recovery, _) => (Begun::MagicLink, "magiclink"),
        _ => (Begun::EmailChange, "email_change"),
    };
    if verified::apply(tx, ask, &mut user, token, begun).await? == Done::Half {
        return Ok((Ended::Half, kind));
    }
    // Read back, so that the answer shows what the database makes of it.
    let user = User::by_id(tx, user.id, Purpose::Change).await?;
    let mut user = user.ok_or(AuthError::LinkExpired)?;
    if is_pkce {
        let code = flow::issue_code(tx, ask, user.id, begun).await?;
        return Ok((Ended::Code(code), kind));
    }
    let tokens = Session::begin(tx, ask, &mut user, "otp").await?;
    Ok((Ended::Session(Box::new(user), tokens), kind))
}

fn fragment(tokens: &Tokens, kind: &str) -> String {
    form::encode_sorted(&[
        ("access_token", &tokens.access_token),
        ("expires_at", &tokens.expires_at.to_string()),
        ("expires_in", &tokens.expires_in.to_string()),
        ("refresh_token", &tokens.refresh_token),
        ("sb", ""),
        ("token_type", "bearer"),
        ("type", kind),
    ])
}

/// Sends the browser on with a refusal.
fn refused(target: &str, error: &AuthError, is_pkce: bool) -> AuthResponse {
    let (status, code) = error.status_and_code();
    if error.is_internal() {
        tracing::error!(error = %Chain(error), "auth failed");
    }
    let word = match status {
        400 => "invalid_request",
        401 => "unauthorized_client",
        403 => "access_denied",
        500 => "server_error",
        503 => "temporarily_unavailable",
        _ => "invalid_request",
    };
    let text = error.to_string();
    let code = code.unwrap_or("unexpected_failure");
    let fields = [("error", word), ("error_code", code), ("error_description", text.as_str())];
    sent_on(target, &fields, is_pkce)
}

/// Sends the browser on with these fields in the fragment, and in the query too where a program
/// waits for a code there.
fn sent_on(target: &str, fields: &[(&str, &str)], is_pkce: bool) -> AuthResponse {
    let mut in_fragment = fields.to_vec();
    in_fragment.push(("sb", ""));
    let fragment = form::encode_sorted(&in_fragment);
    let target = if is_pkce { with_query(target, fields) } else { target.to_owned() };
    reply::see_other(&format!("{target}#{fragment}"))
}

/// The address with further fields in its query, and without a fragment.
fn with_query(target: &str, fields: &[(&str, &str)]) -> String {
    let target = target.split('#').next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let own = form::pairs(query);
    let mut all: Vec<(&str, &str)> = own.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    all.extend(fields);
    format!("{path}?{}", form::encode_sorted(&all))
}
