//! Who comes to a cluster.

use secrecy::SecretString;

/// The login of the REST plane.
pub(in crate::db) const REST: &str = "souk_rest";
/// The login of verbs and workers.
pub(in crate::db) const ENGINE: &str = "souk_engine";

/// Name and password of a database login.
#[derive(Clone, Debug)]
pub struct Login {
    /// Role name.
    pub user: String,
    /// Password.
    pub password: SecretString,
}

impl Login {
    /// The login of one connection of those that come as this one: `souk_rest_3` of `souk_rest`,
    /// `souk_rest_3.abcd` of `souk_rest.abcd`.
    pub(super) fn numbered(&self, number: usize) -> Self {
        let (role, project) = parts(&self.user);
        let user = format!("{}{project}", numbered(role, number));
        Self { user, password: self.password.clone() }
    }

    /// Whether there are such logins of it: `souk setup` makes them of one role alone.
    pub(super) fn is_rest(&self) -> bool {
        parts(&self.user).0 == REST
    }
}

/// The role of one connection of those that come as `role`.
pub(in crate::db) fn numbered(role: &str, number: usize) -> String {
    format!("{role}_{number}")
}

/// A user's role, and what a pooler wants behind its name.
fn parts(user: &str) -> (&str, &str) {
    user.split_at(user.find('.').unwrap_or(user.len()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numbered_login_keeps_what_a_pooler_wants() {
        let user = |user: &str| {
            let login = Login { user: user.to_owned(), password: SecretString::default() };
            (login.is_rest(), login.numbered(12).user)
        };
        assert_eq!(user("souk_rest"), (true, "souk_rest_12".to_owned()));
        assert_eq!(user("souk_rest.abcd"), (true, "souk_rest_12.abcd".to_owned()));
        assert_eq!(user("souk_rest.ab.cd"), (true, "souk_rest_12.ab.cd".to_owned()));
        assert!(!user("postgres.abcd").0 && !user("souk_rest_1").0);
    }
}
