//! Identities: the ways a user is known. The stand-in makes those of provider `email` and `phone`;
//! rows of others are shown as they are.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::reply::sorted_map;
use crate::base::id::UserId;
use crate::db::{AuthTx, Error, Row};
use crate::{args, queries};

queries! {
    /// Identities of some users, oldest first.
    OF_USERS = "auth.identities_of_users":
        "select id, provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at, email
         from auth.identities where user_id = any($1) order by created_at, id";
    /// A new identity.
    INSERT = "auth.identity_insert":
        "insert into auth.identities
             (id, provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6, $6)";
    /// New data of an identity.
    SAVE = "auth.identity_save":
        "update auth.identities set identity_data = $2, provider_id = $4, updated_at = $3 where id = $1";
    /// Takes an identity away.
    DELETE = "auth.identity_delete": "delete from auth.identities where id = $1";
}

/// A row of `auth.identities`.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) id: Uuid,
    pub(crate) provider_id: String,
    pub(crate) user_id: UserId,
    pub(crate) data: Map<String, Value>,
    pub(crate) provider: String,
    last_sign_in_at: Option<Timestamp>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    email: Option<String>,
}

impl Identity {
    /// A new one, which a sign-in just proved or an administrator vouches for.
    pub(crate) fn new(
        user_id: UserId,
        provider: &str,
        data: Map<String, Value>,
        now: Timestamp,
    ) -> Self {
        let email = data.get("email").and_then(Value::as_str).map(str::to_lowercase);
        Self {
            id: Uuid::new_v4(),
            provider_id: user_id.to_string(),
            user_id,
            data,
            provider: provider.to_owned(),
            last_sign_in_at: Some(now),
            created_at: Some(now),
            updated_at: Some(now),
            email,
        }
    }

    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            provider_id: row.get("provider_id")?,
            user_id: row.id("user_id")?,
            data: as_map(Some(row.get("identity_data")?)),
            provider: row.get("provider")?,
            last_sign_in_at: row.get("last_sign_in_at")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            email: row.get("email")?,
        })
    }

    /// The identities of one user.
    pub(crate) async fn of(tx: &AuthTx<'_>, user: UserId) -> Result<Vec<Self>, Error> {
        let rows = tx.rows(&OF_USERS, args![vec![user.uuid()]]).await?;
        rows.iter().map(Self::read).collect()
    }

    pub(crate) async fn insert(&self, tx: &AuthTx<'_>) -> Result<(), Error> {
        let data = Value::Object(self.data.clone());
        let created_at = self.created_at.unwrap_or_default();
        let args = args![self.id, self.provider_id, self.user_id, data, self.provider, created_at,];
        tx.run(&INSERT, args).await.map(|_| ())
    }

    pub(crate) async fn delete(&self, tx: &AuthTx<'_>) -> Result<(), Error> {
        tx.run(&DELETE, args![self.id]).await.map(|_| ())
    }

    /// Leaves nothing but a name that tells nothing.
    pub(crate) async fn empty(
        &mut self,
        tx: &AuthTx<'_>,
        provider_id: String,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.provider_id = provider_id;
        self.data.clear();
        self.put(tx, &[], now).await
    }

    /// Sets fields of the data, in memory and in the row.
    pub(crate) async fn put(
        &mut self,
        tx: &AuthTx<'_>,
        fields: &[(&str, Value)],
        now: Timestamp,
    ) -> Result<(), Error> {
        for (name, value) in fields {
            self.data.insert((*name).to_owned(), value.clone());
        }
        self.email = self.data.get("email").and_then(Value::as_str).map(str::to_lowercase);
        self.updated_at = Some(now);
        let data = Value::Object(self.data.clone());
        tx.run(&SAVE, args![self.id, data, now, self.provider_id]).await.map(|_| ())
    }

    /// As clients read it.
    pub(crate) fn json(&self) -> Value {
        let mut out = json!({
            "identity_id": self.id,
            "id": self.provider_id,
            "user_id": self.user_id,
        });
        if !self.data.is_empty() {
            out["identity_data"] = sorted_map(&self.data);
        }
        out["provider"] = json!(self.provider);
        out["last_sign_in_at"] = json!(self.last_sign_in_at);
        out["created_at"] = json!(self.created_at);
        out["updated_at"] = json!(self.updated_at);
        if let Some(email) = self.email.as_deref().filter(|email| !email.is_empty()) {
            out["email"] = Value::from(email);
        }
        out
    }
}

/// A JSON object as a map; anything else is an empty one.
pub(crate) fn as_map(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    }
}
