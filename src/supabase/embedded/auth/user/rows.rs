//! Reading and writing rows of `auth.users`.
//!
//! A user that is going to change is read under a row lock, so that two requests with one token
//! can't both succeed. Only users of the zero instance exist for this server, as for the real one.

use serde_json::Value;

use super::super::identity::{Identity, as_map};
use super::User;
use crate::base::id::UserId;
use crate::db::{AuthTx, Error, Row};
use crate::{args, queries};

/// The columns of a user, as [`User`] reads them.
macro_rules! columns {
    () => {
        "id, aud, role, email, encrypted_password, email_confirmed_at, invited_at, confirmation_token,
         confirmation_sent_at, recovery_token, recovery_sent_at, email_change_token_new, email_change,
         email_change_sent_at, email_change_token_current, email_change_confirm_status, last_sign_in_at,
         raw_app_meta_data, raw_user_meta_data, created_at, updated_at, phone, phone_confirmed_at,
         phone_change, phone_change_token, phone_change_sent_at, confirmed_at, banned_until,
         reauthentication_token, reauthentication_sent_at, is_sso_user, deleted_at, is_anonymous"
    };
}

pub(crate) use columns;

/// A select of users of this instance, by the condition.
macro_rules! select {
    ($($condition:literal),+) => {
        concat!(
            "select ", columns!(), " from auth.users
             where instance_id = '00000000-0000-0000-0000-000000000000' and ", $($condition),+
        )
    };
}

queries! {
    /// The user with an address, in one audience.
    BY_EMAIL = "auth.user_by_email":
        select!("lower(email) = $1 and aud = $2 and is_sso_user = false");
    /// The same, to be changed.
    LOCK_BY_EMAIL = "auth.user_lock_by_email":
        select!("lower(email) = $1 and aud = $2 and is_sso_user = false for no key update");
    /// The user with an id.
    BY_ID = "auth.user_by_id": select!("id = $1");
    /// The same, to be changed.
    LOCK_BY_ID = "auth.user_lock_by_id": select!("id = $1 for no key update");
    /// A new user.
    INSERT = "auth.user_insert":
        "insert into auth.users
             (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, invited_at,
              confirmation_token, recovery_token, email_change_token_new, email_change, raw_app_meta_data,
              raw_user_meta_data, created_at, updated_at, phone, phone_confirmed_at, banned_until, is_anonymous)
         values ('00000000-0000-0000-0000-000000000000', $1, $2, $3, $4, $5, $6, $7,
              '', '', '', '', $8, $9, $10, $10, $11, $12, $13, $14)";
    /// Everything that can change about a user.
    SAVE = "auth.user_save":
        "update auth.users set
             role = $2, email = $3, encrypted_password = $4, email_confirmed_at = $5, invited_at = $6,
             confirmation_token = $7, confirmation_sent_at = $8, recovery_token = $9, recovery_sent_at = $10,
             email_change_token_new = $11, email_change = $12, email_change_sent_at = $13,
             email_change_token_current = $14, email_change_confirm_status = $15, last_sign_in_at = $16,
             raw_app_meta_data = $17, raw_user_meta_data = $18, updated_at = $19, phone = $20,
             phone_confirmed_at = $21, phone_change = $22, phone_change_token = $23, banned_until = $24,
             reauthentication_token = $25, reauthentication_sent_at = $26, deleted_at = $27,
             is_anonymous = $28, aud = $29, phone_change_sent_at = $30
         where id = $1";
    /// Deletes a user; what hangs on it goes too.
    DELETE = "auth.user_delete": "delete from auth.users where id = $1";
}

/// Whether the row is only looked at, or going to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Look,
    Change,
}

impl User {
    /// The user with this address, if there is one.
    pub(crate) async fn by_email(
        tx: &AuthTx<'_>,
        email: &str,
        aud: &str,
        purpose: Purpose,
    ) -> Result<Option<Self>, Error> {
        let sql = if purpose == Purpose::Look { &BY_EMAIL } else { &LOCK_BY_EMAIL };
        let row = tx.find(sql, args![email.to_lowercase(), aud]).await?;
        Self::with_identities(tx, row).await
    }

    /// The user with this id, if there is one.
    pub(crate) async fn by_id(
        tx: &AuthTx<'_>,
        id: UserId,
        purpose: Purpose,
    ) -> Result<Option<Self>, Error> {
        let sql = if purpose == Purpose::Look { &BY_ID } else { &LOCK_BY_ID };
        let row = tx.find(sql, args![id]).await?;
        Self::with_identities(tx, row).await
    }

    async fn with_identities(tx: &AuthTx<'_>, row: Option<Row>) -> Result<Option<Self>, Error> {
        let Some(row) = row else { return Ok(None) };
        let mut user = Self::read(&row)?;
        user.identities = Some(Identity::of(tx, user.id).await?);
        Ok(Some(user))
    }

    /// A row of [`columns!`], without identities.
    pub(crate) fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id("id")?,
            aud: row.get("aud")?,
            role: row.get("role")?,
            email: row.get("email")?,
            encrypted_password: row.get("encrypted_password")?,
            email_confirmed_at: row.get("email_confirmed_at")?,
            invited_at: row.get("invited_at")?,
            confirmation_token: row.get("confirmation_token")?,
            confirmation_sent_at: row.get("confirmation_sent_at")?,
            recovery_token: row.get("recovery_token")?,
            recovery_sent_at: row.get("recovery_sent_at")?,
            email_change_token_new: row.get("email_change_token_new")?,
            email_change: row.get("email_change")?,
            email_change_sent_at: row.get("email_change_sent_at")?,
            email_change_token_current: row.get("email_change_token_current")?,
            email_change_confirm_status: row.get("email_change_confirm_status")?,
            last_sign_in_at: row.get("last_sign_in_at")?,
            app_metadata: as_map(row.get::<Option<Value>>("raw_app_meta_data")?),
            user_metadata: as_map(row.get::<Option<Value>>("raw_user_meta_data")?),
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            phone: row.get("phone")?,
            phone_confirmed_at: row.get("phone_confirmed_at")?,
            phone_change: row.get("phone_change")?,
            phone_change_token: row.get("phone_change_token")?,
            phone_change_sent_at: row.get("phone_change_sent_at")?,
            confirmed_at: row.get("confirmed_at")?,
            banned_until: row.get("banned_until")?,
            reauthentication_token: row.get("reauthentication_token")?,
            reauthentication_sent_at: row.get("reauthentication_sent_at")?,
            is_sso_user: row.get("is_sso_user")?,
            deleted_at: row.get("deleted_at")?,
            is_anonymous: row.get("is_anonymous")?,
            identities: None,
        })
    }

    /// Writes a new user, with the identities it has in memory.
    pub(crate) async fn insert(&self, tx: &AuthTx<'_>) -> Result<(), Error> {
        let (app, data) = self.metadata();
        tx.run(
            &INSERT,
            args![
                self.id,
                self.aud,
                self.role,
                self.email,
                self.encrypted_password,
                self.email_confirmed_at,
                self.invited_at,
                app,
                data,
                self.created_at,
                self.phone,
                self.phone_confirmed_at,
                self.banned_until,
                self.is_anonymous,
            ],
        )
        .await?;
        for identity in self.identities.iter().flatten() {
            identity.insert(tx).await?;
        }
        Ok(())
    }

    /// Writes everything that can have changed.
    pub(crate) async fn save(
        &mut self,
        tx: &AuthTx<'_>,
        now: jiff::Timestamp,
    ) -> Result<(), Error> {
        self.updated_at = now;
        let (app, data) = self.metadata();
        tx.run(
            &SAVE,
            args![
                self.id,
                self.role,
                self.email,
                self.encrypted_password,
                self.email_confirmed_at,
                self.invited_at,
                self.confirmation_token,
                self.confirmation_sent_at,
                self.recovery_token,
                self.recovery_sent_at,
                self.email_change_token_new,
                self.email_change,
                self.email_change_sent_at,
                self.email_change_token_current,
                self.email_change_confirm_status,
                self.last_sign_in_at,
                app,
                data,
                self.updated_at,
                self.phone,
                self.phone_confirmed_at,
                self.phone_change,
                self.phone_change_token,
                self.banned_until,
                self.reauthentication_token,
                self.reauthentication_sent_at,
                self.deleted_at,
                self.is_anonymous,
                self.aud,
                self.phone_change_sent_at,
            ],
        )
        .await?;
        Ok(())
    }

    pub(crate) async fn delete(&self, tx: &AuthTx<'_>) -> Result<(), Error> {
        tx.run(&DELETE, args![self.id]).await.map(|_| ())
    }

    fn metadata(&self) -> (Value, Value) {
        (Value::Object(self.app_metadata.clone()), Value::Object(self.user_metadata.clone()))
    }
}
