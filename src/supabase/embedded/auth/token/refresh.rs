//! `/token?grant_type=refresh_token`, with the detection of tokens used twice.
//!
//! A refresh token is used once and replaced by its child. A parent whose child is still the
//! newest gets that child again, at any time: the answer was lost on its way. Any other used token
//! is taken within the reuse interval, for clients that race themselves; after it, somebody has a
//! copy, and every token of the session is revoked.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::super::ask::Ask;
use super::super::audit::{self, Action};
use super::super::error::AuthError;
use super::super::session::{Session, Tokens};
use super::super::user::User;
use super::super::user::rows::Purpose;
use super::super::{Answer, EmbeddedAuth};
use crate::base::id::UserId;
use crate::db::AuthTx;
use crate::{args, queries};

queries! {
    /// The session a token belongs to.
    SESSION_OF = "auth.refresh_session_of":
        "select session_id, user_id from auth.refresh_tokens where token = $1";
    /// A token, once its session is locked.
    FIND = "auth.refresh_find":
        "select token, revoked, updated_at from auth.refresh_tokens where token = $1";
    /// The newest token of a session that was not used.
    ACTIVE = "auth.refresh_active":
        "select token, parent from auth.refresh_tokens
         where session_id = $1 and revoked = false order by id desc limit 1";
    /// A token was used.
    REVOKE = "auth.refresh_revoke":
        "update auth.refresh_tokens set revoked = true, updated_at = $2 where token = $1 and revoked = false";
    /// Nothing of this session is good any more.
    REVOKE_ALL = "auth.refresh_revoke_all":
        "update auth.refresh_tokens set revoked = true, updated_at = $2 where session_id = $1";
}

/// Characters of a token.
const LENGTH: usize = 12;

/// What a refresh token is good for.
enum Use {
    /// Its child, new or already there.
    Next { token: String, is_new: bool },
    /// Nothing, and neither is any other of its session.
    Stolen,
}

/// Answers with fresh tokens of the session.
pub(crate) async fn answer(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    let token = ask.fields("RefreshTokenGrantParams")?.text("refresh_token")?;
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    if token.len() != LENGTH || !token.bytes().all(plain) {
        return Err(AuthError::RefreshMalformed);
    }
    let refreshed = auth.cluster().auth_tx(async |tx| refresh(tx, ask, &token).await).await?;
    let (user, tokens, is_new) = refreshed?;
    let mut answer = tokens.answer(&user, None);
    if is_new {
        answer.headers.push("sb-auth-refresh-token-reuse", "false");
    }
    Ok(answer)
}

/// The inner `Err` is a refusal whose consequences are to be committed.
async fn refresh(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    token: &str,
) -> Result<Result<(User, Tokens, bool), AuthError>, AuthError> {
    let row = tx.find(&SESSION_OF, args![token]).await?.ok_or(AuthError::RefreshUnknown)?;
    let session: Option<Uuid> = row.get("session_id")?;
    let owner: Option<String> = row.get("user_id")?;
    let owner: UserId = owner.and_then(|id| id.parse().ok()).ok_or(AuthError::RefreshUnknown)?;
    let user = User::by_id(tx, owner, Purpose::Look).await?.ok_or(AuthError::RefreshUnknown)?;
    if user.is_banned(ask.now) {
        return Err(AuthError::RefreshBanned { user: user.id });
    }
    let session = Session::lock(tx, session.ok_or(AuthError::RefreshUnknown)?).await?;
    let session = session.ok_or(AuthError::RefreshUnknown)?;
    if session.not_after.is_some_and(|end| end < ask.now) {
        return Err(AuthError::SessionExpired);
    }
    let (token, is_new) = match next(tx, ask, &session, token).await? {
        Use::Next { token, is_new } => (token, is_new),
        Use::Stolen => {
            tx.run(&REVOKE_ALL, args![session.id, ask.now]).await?;
            return Ok(Err(AuthError::RefreshUsed { user: user.id, session: session.id }));
        }
    };
    if is_new {
        audit::log(tx, ask, &user, Action::TokenRevoked, None).await?;
    }
    audit::log(tx, ask, &user, Action::TokenRefreshed, None).await?;
    session.touch(tx, ask).await?;
    let tokens = session.tokens(tx, ask, &user, token).await?;
    Ok(Ok((user, tokens, is_new)))
}

async fn next(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    session: &Session,
    token: &str,
) -> Result<Use, AuthError> {
    // Read again: another request may have used it while this one waited for the session.
    let row = tx.find(&FIND, args![token]).await?.ok_or(AuthError::RefreshUnknown)?;
    if row.get::<Option<bool>>("revoked")?.unwrap_or(false) {
        let active = tx.find(&ACTIVE, args![session.id]).await?;
        if let Some(active) = active
            && active.get::<Option<String>>("parent")?.as_deref() == Some(token)
        {
            return Ok(Use::Next { token: active.get("token")?, is_new: false });
        }
        let used_at: Option<Timestamp> = row.get("updated_at")?;
        if !is_recent(ask, used_at) {
            return Ok(Use::Stolen);
        }
    }
    tx.run(&REVOKE, args![token, ask.now]).await?;
    let child = session.add_token(tx, ask, Some(token)).await?;
    Ok(Use::Next { token: child, is_new: true })
}

fn is_recent(ask: &Ask<'_>, used_at: Option<Timestamp>) -> bool {
    let interval =
        SignedDuration::try_from(ask.config.refresh_reuse).unwrap_or(SignedDuration::MAX);
    used_at.is_some_and(|at| ask.now.duration_since(at) <= interval)
}
