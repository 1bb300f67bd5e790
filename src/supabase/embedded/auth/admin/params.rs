//! What administrators send of a user.

use serde_json::{Map, Value};

use super::super::address;
use super::super::error::AuthError;
use super::super::fields::Fields;
use super::ban::{self, Ban};

/// What an administrator may set of a user; absent fields leave it as it is.
pub(crate) struct Params {
    pub(crate) id: Option<String>,
    pub(crate) aud: String,
    pub(crate) role: String,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) password_hash: String,
    pub(crate) email_confirm: bool,
    pub(crate) phone_confirm: bool,
    pub(crate) user_metadata: Option<Map<String, Value>>,
    pub(crate) app_metadata: Option<Map<String, Value>>,
    pub(crate) ban: Option<Ban>,
}

impl Params {
    pub(crate) fn read(fields: &Fields) -> Result<Self, AuthError> {
        let (email, phone) = (fields.text("email")?, fields.text("phone")?);
        let ban = fields.text("ban_duration")?;
        Ok(Self {
            id: fields.maybe_text("id")?.filter(|id| !id.is_empty()),
            aud: fields.text("aud")?,
            role: fields.text("role")?,
            email: (!email.is_empty()).then(|| address::check(&email)).transpose()?,
            phone: (!phone.is_empty()).then(|| address::phone(&phone)).transpose()?,
            password: fields.maybe_text("password")?,
            password_hash: fields.text("password_hash")?,
            email_confirm: fields.flag("email_confirm")?.unwrap_or(false),
            phone_confirm: fields.flag("phone_confirm")?.unwrap_or(false),
            user_metadata: fields.object("user_metadata")?,
            app_metadata: fields.object("app_metadata")?,
            ban: (!ban.is_empty()).then(|| ban::read(&ban)).transpose()?,
        })
    }
}
