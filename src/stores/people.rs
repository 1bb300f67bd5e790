//! People as Auth knows them: whose an address is, and whether that has been confirmed.

use crate::base::id::UserId;
use crate::db::{Error as DbError, SharedTx};
use crate::stores::Error;
use crate::{args, queries};

queries! {
    /// A person's address, confirmed or not.
    EMAIL_OF = "people.email_of": "select e.email from shared.emails_of(array[$1::uuid]) e";
    /// A person's address, if it is known to be theirs.
    CONFIRMED_EMAIL = "people.confirmed_email": "select shared.confirmed_email($1) as email";
    /// The user with an address, or null.
    USER_BY_EMAIL = "people.user_by_email": "select shared.user_by_email($1) as user_id";
}

/// The user with an address, if Auth has confirmed that it is theirs.
///
/// # Errors
/// What Postgres answers.
pub async fn confirmed_user(tx: &SharedTx<'_>, email: &str) -> Result<Option<UserId>, DbError> {
    let user: Option<uuid::Uuid> = tx.row(&USER_BY_EMAIL, args![email]).await?.get("user_id")?;
    let Some(user) = user.map(UserId::from) else { return Ok(None) };
    Ok(confirmed_email(tx, user).await?.map(|_| user))
}

/// A person's address as Auth has confirmed it.
///
/// # Errors
/// What Postgres answers.
pub async fn confirmed_email(tx: &SharedTx<'_>, user: UserId) -> Result<Option<String>, DbError> {
    tx.row(&CONFIRMED_EMAIL, args![user]).await?.get("email")
}

/// A person's address, confirmed or not; none of somebody whose account is deleted.
pub(super) async fn email_of(tx: &SharedTx<'_>, user: UserId) -> Result<Option<String>, DbError> {
    tx.find(&EMAIL_OF, args![user]).await?.map_or(Ok(None), |row| row.get("email"))
}

/// Goes on only with what may be an address.
pub(super) fn check_email(email: &str) -> Result<(), Error> {
    let fits = email.len() <= 320
        && email.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@')
        })
        && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if fits { Ok(()) } else { Err(Error::Email) }
}
