//! The audit log: who did what, in the words of the real Auth.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::ask::Ask;
use super::guard::Admin;
use super::user::User;
use crate::db::{AuthTx, Error};
use crate::{args, queries};

queries! {
    /// One entry. The payload is text, so that its keys keep their order.
    INSERT = "auth.audit_insert":
        "insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
         values ('00000000-0000-0000-0000-000000000000', $1, $2::json, $3, '')";
}

/// What was done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Action {
    Login,
    Logout,
    SignedUp,
    RepeatedSignUp,
    Invited,
    InviteAccepted,
    Deleted,
    Modified,
    UpdatedPassword,
    ConfirmationRequested,
    RecoveryRequested,
    ReauthenticationRequested,
    TokenRefreshed,
    TokenRevoked,
    IdentityUnlinked,
}

impl Action {
    /// Name and group of the entry.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Login => ("login", "account"),
            Self::Logout => ("logout", "account"),
            Self::InviteAccepted => ("invite_accepted", "account"),
            Self::SignedUp => ("user_signedup", "team"),
            Self::Invited => ("user_invited", "team"),
            Self::Deleted => ("user_deleted", "team"),
            Self::TokenRefreshed => ("token_refreshed", "token"),
            Self::TokenRevoked => ("token_revoked", "token"),
            Self::Modified => ("user_modified", "user"),
            Self::UpdatedPassword => ("user_updated_password", "user"),
            Self::RepeatedSignUp => ("user_repeated_signup", "user"),
            Self::ConfirmationRequested => ("user_confirmation_requested", "user"),
            Self::RecoveryRequested => ("user_recovery_requested", "user"),
            Self::ReauthenticationRequested => ("user_reauthenticate_requested", "user"),
            Self::IdentityUnlinked => ("identity_unlinked", "user"),
        }
    }
}

/// Writes that `actor` did it; `traits` tells more, where there is more.
pub(crate) async fn log(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    actor: &User,
    action: Action,
    traits: Option<Value>,
) -> Result<(), Error> {
    let (action, group) = action.words();
    let mut payload = Map::new();
    payload.insert("action".to_owned(), Value::from(action));
    payload.insert("actor_id".to_owned(), json!(actor.id));
    if let Some(name @ Value::String(_)) = actor.user_metadata.get("full_name") {
        payload.insert("actor_name".to_owned(), name.clone());
    }
    let username = actor.email.as_deref().or(actor.phone.as_deref()).unwrap_or_default();
    payload.insert("actor_username".to_owned(), Value::from(username));
    payload.insert("actor_via_sso".to_owned(), Value::from(actor.is_sso_user));
    payload.insert("log_type".to_owned(), Value::from(group));
    if let Some(traits) = traits {
        payload.insert("traits".to_owned(), traits);
    }
    write(tx, ask, payload).await
}

/// Writes what an administrator did to a user.
pub(crate) async fn by_admin(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    admin: &Admin,
    action: Action,
    user: &User,
) -> Result<(), Error> {
    let (action, group) = action.words();
    let payload = json!({
        "action": action,
        "actor_id": Uuid::nil(),
        "actor_username": admin.role,
        "actor_via_sso": false,
        "log_type": group,
        "traits": {"user_email": user.email(), "user_id": user.id, "user_phone": user.phone()},
    });
    match payload {
        Value::Object(payload) => write(tx, ask, payload).await,
        _ => Ok(()),
    }
}

async fn write(tx: &AuthTx<'_>, ask: &Ask<'_>, payload: Map<String, Value>) -> Result<(), Error> {
    let payload = Value::Object(payload).to_string();
    tx.run(&INSERT, args![Uuid::new_v4(), payload, ask.next_moment()]).await.map(|_| ())
}

/// The trait most entries carry.
pub(crate) fn by_email() -> Option<Value> {
    Some(json!({"provider": "email"}))
}
