//! Who comes to a cluster.

use secrecy::SecretString;

/// Name and password of a database login.
#[derive(Clone, Debug)]
pub struct Login {
    /// Role name.
    pub user: String,
    /// Password.
    pub password: SecretString,
}

/// The logins of a cluster. None of the runtime logins owns anything.
#[derive(Clone, Debug)]
pub struct Logins {
    /// The owner of `shared` and of the stores' schemas: makes and drops objects.
    pub owner: Login,
    /// Serves the REST plane as `anon` and `authenticated`.
    pub rest: Login,
    /// Runs verbs and workers as `service_role` and `souk_core`.
    pub engine: Login,
    /// Owner of schema `auth`, where the stand-in Auth works.
    pub auth: Option<Login>,
}

/// What a pooler wants behind each user's name: `.abcd` of `postgres.abcd`. Elsewhere a dot is part
/// of the name.
pub(super) fn project(user: &str) -> &str {
    let Some((role, project)) = user.split_once('.') else { return "" };
    let is_reference = project.len() == 20 && project.bytes().all(|b| b.is_ascii_lowercase());
    if role == "postgres" || is_reference { &user[role.len()..] } else { "" }
}
