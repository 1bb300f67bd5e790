//! Whose token it is that somebody brings, and what it is for.

use super::super::ask::Ask;
use super::super::error::AuthError;
use super::super::one_time::{self, Kind};
use super::super::user::User;
use super::super::user::rows::Purpose;
use crate::db::{AuthTx, Error};
use crate::{args, queries};

queries! {
    /// The user who is about to change to an address.
    BY_CHANGE = "auth.user_by_email_change":
        "select id from auth.users
         where instance_id = '00000000-0000-0000-0000-000000000000' and email_change = $1 and aud = $2
             and email_change_token_new <> ''
         order by email_change_sent_at desc limit 1";
}

/// The kinds of token that a type of verification takes.
fn kinds(kind: &str) -> Option<&'static [Kind]> {
    match kind {
        "signup" | "invite" => Some(&[Kind::Confirmation]),
        "recovery" | "magiclink" => Some(&[Kind::Recovery]),
        "email_change" => Some(&[Kind::ChangeCurrent, Kind::ChangeNew]),
        "email" => Some(&[Kind::Confirmation, Kind::Recovery]),
        _ => None,
    }
}

/// The user of a mailed hash, and what it is a token for.
pub(crate) async fn by_hash(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    hash: &str,
    kind: &str,
) -> Result<(User, Kind), AuthError> {
    let kinds = kinds(kind).ok_or(AuthError::Invalid("Invalid email verification type"))?;
    let user = one_time::owner(tx, hash, kinds).await?.ok_or(AuthError::LinkExpired)?;
    if user.is_banned(ask.now) {
        return Err(AuthError::Banned);
    }
    let found = kinds.iter().find(|kind| kind.is_good(ask, &user, hash)).copied();
    found.map(|kind| (user, kind)).ok_or(AuthError::LinkExpired)
}

/// The user of an address, and what the code is a token for.
pub(crate) async fn by_code(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    email: &str,
    code: &str,
    kind: &str,
) -> Result<(User, Kind), AuthError> {
    let kinds = kinds(kind).ok_or(AuthError::CodeExpired)?;
    let hash = one_time::hash(email, code);
    let mut user = User::by_email(tx, email, ask.audience(), Purpose::Change).await?;
    if kind == "email_change" {
        let is_own = |user: &User| Kind::ChangeCurrent.is_good(ask, user, &hash);
        if !user.as_ref().is_some_and(is_own) {
            user = about_to_change_to(tx, ask, email).await?;
        }
    }
    let user = user.ok_or(AuthError::CodeExpired)?;
    if user.is_banned(ask.now) {
        return Err(AuthError::Banned);
    }
    let found = kinds.iter().find(|kind| kind.is_good(ask, &user, &hash)).copied();
    found.map(|kind| (user, kind)).ok_or(AuthError::CodeExpired)
}

async fn about_to_change_to(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    email: &str,
) -> Result<Option<User>, Error> {
    match tx.find(&BY_CHANGE, args![email, ask.audience()]).await? {
        None => Ok(None),
        Some(row) => User::by_id(tx, row.id("id")?, Purpose::Change).await,
    }
}
