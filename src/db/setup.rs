//! Preparing a database that somebody else made: roles, logins, schemas and grants, by an owner who
//! is no superuser. The statements are `supabase/setup.sql`, and those for each numbered login
//! `supabase/login.sql`.

use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::error::SqlState;

use super::cluster::{ENGINE, REST, numbered};
use super::{Cluster, Error};
use crate::args;
use crate::queries;

/// The statements for every database, but the passwords.
pub const SETUP: &str = include_str!("../../supabase/setup.sql");
/// The statements for the login of one connection, which is `:login` in them.
const LOGIN: &str = include_str!("../../supabase/login.sql");
/// What ends the logins beyond `:count`.
const SURPLUS: &str = include_str!("../../supabase/surplus.sql");

/// Times a setup is tried; each time that it has to begin again, another one has got through.
const TRIES_MAX: u32 = 50;

queries! {
    /// One setup of this database at a time.
    LOCK = "setup.lock": "select pg_advisory_xact_lock(hashtext('souk setup'))";
    /// Those of some logins that are not there.
    MISSING = "setup.missing":
        "select wanted.name
           from unnest($1::text[]) with ordinality as wanted (name, nth)
          where not exists (select from pg_catalog.pg_roles r
                             where r.rolname = wanted.name and r.rolcanlogin)
          order by wanted.nth";
    /// The highest number of a numbered login.
    NUMBERED = "setup.numbered":
        "select coalesce(max(substring(r.rolname from '^souk_rest_([1-9][0-9]{0,3})$')::integer), 0)
                as count
           from pg_catalog.pg_roles r";
}

/// The logins that every database has.
pub fn logins() -> Vec<String> {
    vec![REST.to_owned(), ENGINE.to_owned()]
}

/// The logins of the REST plane's connections, where each of `count` has its own.
pub fn numbered_logins(count: usize) -> Vec<String> {
    (1..=count).map(|number| numbered(REST, number)).collect()
}

/// The statements as text, for whoever runs them by hand. The password is in it only as what
/// Postgres keeps of it, from which it can't be read. Numbered logins are left as they are where
/// their number is not said.
pub fn script(password: &SecretString, numbered: Option<usize>) -> String {
    format!("{}\n{}", statements(numbered), passwords(password, numbered))
}

fn statements(numbered: Option<usize>) -> String {
    let Some(count) = numbered else { return SETUP.to_owned() };
    let mut text = SETUP.to_owned();
    for login in numbered_logins(count) {
        text.push('\n');
        text.push_str(&LOGIN.replace(":login", &login));
    }
    text.push('\n');
    text.push_str(&SURPLUS.replace(":count", &count.to_string()));
    text
}

/// The statement that gives a role its password, in which it can't be read.
pub(super) fn password(role: &str, password: &str) -> String {
    let kept = postgres_protocol::password::scram_sha_256(password.as_bytes());
    format!("alter role {role} password '{kept}';\n")
}

fn passwords(given: &SecretString, numbered: Option<usize>) -> String {
    let all = logins().into_iter().chain(numbered_logins(numbered.unwrap_or(0)));
    let lines: Vec<String> = all.map(|login| password(&login, given.expose_secret())).collect();
    format!("-- One password for all, as SOUK_DATABASE_PASSWORD.\n{}", lines.concat())
}

impl Cluster {
    /// Those of `logins` that are not there; who is there has a password.
    ///
    /// # Errors
    /// When the database can't be reached as its owner.
    pub async fn missing_logins(&self, logins: Vec<String>) -> Result<Vec<String>, Error> {
        self.owner_tx(async |tx| {
            let rows = tx.rows(&MISSING, args![logins]).await?;
            rows.iter().map(|row| row.get("name")).collect()
        })
        .await
    }

    /// How many numbered logins there are.
    ///
    /// # Errors
    /// As [`Cluster::missing_logins`].
    pub async fn numbered_logins(&self) -> Result<usize, Error> {
        let count = self.owner_tx(async |tx| tx.row(&NUMBERED, &[]).await?.get::<i32>("count"));
        Ok(usize::try_from(count.await?).unwrap_or(0))
    }

    /// Prepares the database, in one transaction, with as many numbered logins as `numbered` says.
    /// Doing it again changes nothing but the logins' password, and that only where one is given.
    ///
    /// Roles are the whole cluster's, and the lock above is this database's alone: a lock that all
    /// databases share is a superuser's. So two setups in two databases may both make a role, or
    /// change one, and Postgres refuses the one that comes second; that one begins again and finds
    /// the role as it should be.
    ///
    /// # Errors
    /// What the owner may not do; nothing has changed then.
    pub async fn setup(
        &self,
        password: Option<&SecretString>,
        numbered: usize,
    ) -> Result<(), Error> {
        let mut tries = 1;
        loop {
            match self.prepare(password, numbered).await {
                Err(error) if tries < TRIES_MAX && is_overtaken(&error) => tries += 1,
                done => return done,
            }
        }
    }

    async fn prepare(&self, password: Option<&SecretString>, numbered: usize) -> Result<(), Error> {
        self.owner_tx(async |tx| {
            tx.rows(&LOCK, &[]).await?;
            tx.batch("setup.statements", &statements(Some(numbered))).await?;
            match password {
                Some(password) => {
                    tx.batch("setup.passwords", &passwords(password, Some(numbered))).await
                }
                None => Ok(()),
            }
        })
        .await
    }
}

/// Whether another setup, in another database, made or changed a role in the same moment.
fn is_overtaken(error: &Error) -> bool {
    match error {
        Error::Unique { constraint } => {
            constraint.starts_with("pg_auth") || constraint.starts_with("pg_db_role")
        }
        Error::Collision | Error::LockTimeout => true,
        error => error.as_db().is_some_and(|told| {
            // There is no code of its own for the latter.
            *told.code() == SqlState::DUPLICATE_OBJECT
                || told.message() == "tuple concurrently updated"
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_keeps_the_password_to_itself() {
        for (numbered, logins) in [(None, 2), (Some(0), 2), (Some(3), 5)] {
            let text = script(&"open-sesame".to_owned().into(), numbered);
            assert!(!text.contains("open-sesame"));
            assert_eq!(text.matches("password 'SCRAM-SHA-256$").count(), logins);
            assert!(!text.contains(":login") && !text.contains(":count"));
        }
    }
}
