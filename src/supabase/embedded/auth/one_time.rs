//! One-time tokens: what a mailed link carries, and the six-digit code that does the same.
//!
//! The token is the hash of the address and the code, so a code is checked without being stored.
//! It stands in the user's row and, for look-ups, in `auth.one_time_tokens`, one for each user and
//! kind.

use jiff::Timestamp;
use rand::RngExt;
use sha2::{Digest, Sha224};
use uuid::Uuid;

use super::ask::Ask;
use super::user::User;
use super::user::rows::Purpose;
use crate::base::hex;
use crate::base::id::UserId;
use crate::db::{AuthTx, Error};
use crate::{args, queries};

/// In front of the token of a mail that was asked for with a code challenge.
pub(crate) const PKCE_PREFIX: &str = "pkce_";

queries! {
    /// Forgets the token of a kind.
    CLEAR = "auth.one_time_clear":
        "delete from auth.one_time_tokens where user_id = $1 and token_type = $2::auth.one_time_token_type";
    /// Forgets all tokens of a user.
    CLEAR_ALL = "auth.one_time_clear_all": "delete from auth.one_time_tokens where user_id = $1";
    /// Remembers a token.
    INSERT = "auth.one_time_insert":
        "insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at, updated_at)
         values ($1, $2, $3::auth.one_time_token_type, $4, $5,
                 $6::timestamptz at time zone 'utc', $6::timestamptz at time zone 'utc')";
    /// Whose token it is.
    OWNER = "auth.one_time_owner":
        "select user_id from auth.one_time_tokens
         where token_hash = $1 and token_type = any($2::text[]::auth.one_time_token_type[])";
}

/// What a token does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Confirmation,
    Recovery,
    ChangeNew,
    ChangeCurrent,
    Reauthentication,
}

/// A new code and its token.
#[derive(Clone, Debug)]
pub(crate) struct Fresh {
    pub(crate) otp: String,
    pub(crate) hash: String,
}

impl Kind {
    /// The kind's name in the database.
    fn name(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation_token",
            Self::Recovery => "recovery_token",
            Self::ChangeNew => "email_change_token_new",
            Self::ChangeCurrent => "email_change_token_current",
            Self::Reauthentication => "reauthentication_token",
        }
    }

    /// The user's token of this kind; empty if there is none.
    pub(crate) fn of(self, user: &User) -> &str {
        match self {
            Self::Confirmation => &user.confirmation_token,
            Self::Recovery => &user.recovery_token,
            Self::ChangeNew => &user.email_change_token_new,
            Self::ChangeCurrent => &user.email_change_token_current,
            Self::Reauthentication => &user.reauthentication_token,
        }
    }

    fn slot(self, user: &mut User) -> &mut String {
        match self {
            Self::Confirmation => &mut user.confirmation_token,
            Self::Recovery => &mut user.recovery_token,
            Self::ChangeNew => &mut user.email_change_token_new,
            Self::ChangeCurrent => &mut user.email_change_token_current,
            Self::Reauthentication => &mut user.reauthentication_token,
        }
    }

    fn sent_at(self, user: &User) -> Option<Timestamp> {
        match self {
            Self::Confirmation => user.confirmation_sent_at.or(user.invited_at),
            Self::Recovery => user.recovery_sent_at,
            Self::ChangeNew | Self::ChangeCurrent => user.email_change_sent_at,
            Self::Reauthentication => user.reauthentication_sent_at,
        }
    }

    /// Whether this is the user's token of this kind, and still young enough.
    pub(crate) fn is_good(self, ask: &Ask<'_>, user: &User, token: &str) -> bool {
        let own = self.of(user);
        let same = !token.is_empty()
            && (own == token || own.strip_prefix(PKCE_PREFIX).is_some_and(|own| own == token));
        let young = self.sent_at(user).is_some_and(|sent| {
            ask.now.duration_since(sent).unsigned_abs() < ask.config.mail.otp_life || ask.now < sent
        });
        same && young
    }

    /// Sets the user's token of this kind, in memory and in the table of tokens. The user's row is
    /// the caller's to save.
    pub(crate) async fn set(
        self,
        tx: &AuthTx<'_>,
        user: &mut User,
        fresh: &Fresh,
        address: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        fresh.hash.clone_into(self.slot(user));
        tx.run(&CLEAR, args![user.id, self.name()]).await?;
        let id = Uuid::new_v4();
        tx.run(&INSERT, args![id, user.id, self.name(), fresh.hash, address, now]).await?;
        Ok(())
    }

    /// Writes the row of a token the user has anew, without changing the token.
    pub(crate) async fn renew(
        self,
        tx: &AuthTx<'_>,
        user: &mut User,
        address: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        match self.of(user) {
            "" => Ok(()),
            token => {
                let same = Fresh { otp: String::new(), hash: token.to_owned() };
                self.set(tx, user, &same, address, now).await
            }
        }
    }

    /// Forgets the user's token of this kind. The user's row is the caller's to save.
    pub(crate) async fn clear(self, tx: &AuthTx<'_>, user: &mut User) -> Result<(), Error> {
        self.slot(user).clear();
        tx.run(&CLEAR, args![user.id, self.name()]).await.map(|_| ())
    }
}

/// Forgets all tokens of the user, in memory too, and when they were sent: what the holder of the
/// old password started must not go on.
pub(crate) async fn clear_all(tx: &AuthTx<'_>, user: &mut User) -> Result<(), Error> {
    user.confirmation_token.clear();
    user.confirmation_sent_at = None;
    user.recovery_token.clear();
    user.recovery_sent_at = None;
    user.email_change_token_current.clear();
    user.email_change_token_new.clear();
    user.email_change_sent_at = None;
    user.phone_change_token.clear();
    user.phone_change_sent_at = None;
    user.reauthentication_token.clear();
    user.reauthentication_sent_at = None;
    tx.run(&CLEAR_ALL, args![user.id]).await.map(|_| ())
}

/// The user one of these tokens belongs to, locked, if there is one.
pub(crate) async fn owner(
    tx: &AuthTx<'_>,
    token: &str,
    kinds: &[Kind],
) -> Result<Option<User>, Error> {
    let kinds: Vec<String> = kinds.iter().map(|kind| kind.name().to_owned()).collect();
    let Some(row) = tx.find(&OWNER, args![token, kinds]).await? else { return Ok(None) };
    User::by_id(tx, row.id::<UserId>("user_id")?, Purpose::Change).await
}

/// The token of an address and its code.
pub(crate) fn hash(address: &str, otp: &str) -> String {
    let digest = Sha224::new().chain_update(address).chain_update(otp).finalize();
    hex::encode(&digest)
}

impl Fresh {
    /// A new code for an address; `pkce` if it was asked for with a code challenge.
    pub(crate) fn new(address: &str, pkce: bool) -> Self {
        let otp = format!("{:06}", rand::rng().random_range(0..1_000_000));
        let prefix = if pkce { PKCE_PREFIX } else { "" };
        let hash = format!("{prefix}{}", hash(address, &otp));
        Self { otp, hash }
    }

    /// A code that is known, for another address.
    pub(crate) fn of(address: &str, otp: &str) -> Self {
        Self { otp: otp.to_owned(), hash: hash(address, otp) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_the_hash_of_address_and_code() {
        let fresh = Fresh::new("ada@example.com", true);
        assert_eq!(fresh.otp.len(), 6);
        assert_eq!(fresh.hash, format!("pkce_{}", hash("ada@example.com", &fresh.otp)));
        assert_eq!(
            hash("ab", "c"),
            "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
            "SHA-224 of abc"
        );
    }
}
