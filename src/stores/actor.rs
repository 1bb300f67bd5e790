//! Who does something, for the audit log and for the claims a store's transaction carries.

use serde_json::json;

use crate::base::id::UserId;

/// The one who acts.
#[derive(Clone, Debug)]
pub struct Actor {
    /// A signed-in person, if it is one.
    pub user: Option<UserId>,
    /// How the log calls them: `user`, `cli`, `demo`.
    pub name: &'static str,
    /// The request it came with.
    pub request_id: Option<String>,
}

impl Actor {
    /// The operator at the command line.
    pub fn cli() -> Self {
        Self { user: None, name: "cli", request_id: None }
    }

    /// The program itself, when it cleans up.
    pub fn housekeeping() -> Self {
        Self { user: None, name: "housekeeping", request_id: None }
    }

    /// A signed-in person.
    pub fn user(user: UserId, request_id: Option<String>) -> Self {
        Self { user: Some(user), name: "user", request_id }
    }

    /// What `auth.uid()` sees inside a store's transaction.
    pub fn claims(&self) -> String {
        match self.user {
            Some(user) => json!({ "sub": user, "role": "service_role" }).to_string(),
            None => json!({ "role": "service_role" }).to_string(),
        }
    }
}
