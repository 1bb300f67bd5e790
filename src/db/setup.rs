//! Preparing a database that somebody else made: roles, logins, schemas and grants, by an owner who
//! is no superuser. The statements are `supabase/setup.sql`.

use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::error::SqlState;

use super::{Cluster, Error};
use crate::args;
use crate::queries;

/// All statements but the passwords.
pub const SETUP: &str = include_str!("../../supabase/setup.sql");

/// The logins that this program makes, whose passwords are ours to set.
const LOGINS: [&str; 2] = ["souk_rest", "souk_engine"];

/// Times a setup is tried; each time that it has to begin again, another one has got through.
const TRIES_MAX: u32 = 50;

queries! {
    /// One setup of this database at a time.
    LOCK = "setup.lock": "select pg_advisory_xact_lock(hashtext('souk setup'))";
    /// Whether the logins are there.
    IS_PREPARED = "setup.is_prepared":
        "select count(*) = cardinality($1::text[]) as is_prepared
           from pg_catalog.pg_roles where rolname = any ($1::text[])";
}

/// The statements as text, for whoever runs them by hand. The password is in it only as what
/// Postgres keeps of it, from which it can't be read.
pub fn script(password: &SecretString) -> String {
    format!("{SETUP}\n{}", passwords(password))
}

/// The statement that gives a role its password, in which it can't be read.
pub(super) fn password(role: &str, password: &str) -> String {
    let kept = postgres_protocol::password::scram_sha_256(password.as_bytes());
    format!("alter role {role} password '{kept}';\n")
}

fn passwords(given: &SecretString) -> String {
    let lines = LOGINS.map(|login| password(login, given.expose_secret()));
    format!("-- One password for both, as SOUK_DATABASE_PASSWORD.\n{}", lines.concat())
}

impl Cluster {
    /// Whether the logins are there, and with them their passwords.
    ///
    /// # Errors
    /// When the database can't be reached as its owner.
    pub async fn has_logins(&self) -> Result<bool, Error> {
        let logins = LOGINS.map(str::to_owned).to_vec();
        self.owner_tx(async |tx| tx.row(&IS_PREPARED, args![logins]).await?.get("is_prepared"))
            .await
    }

    /// Prepares the database, in one transaction. Doing it again changes nothing but the logins'
    /// password, and that only where one is given.
    ///
    /// Roles are the whole cluster's, and the lock above is this database's alone: a lock that all
    /// databases share is a superuser's. So two setups in two databases may both make a role, or
    /// change one, and Postgres refuses the one that comes second; that one begins again and finds
    /// the role as it should be.
    ///
    /// # Errors
    /// What the owner may not do; nothing has changed then.
    pub async fn setup(&self, password: Option<&SecretString>) -> Result<(), Error> {
        let mut tries = 1;
        loop {
            match self.prepare(password).await {
                Err(error) if tries < TRIES_MAX && is_overtaken(&error) => tries += 1,
                done => return done,
            }
        }
    }

    async fn prepare(&self, password: Option<&SecretString>) -> Result<(), Error> {
        self.owner_tx(async |tx| {
            tx.rows(&LOCK, &[]).await?;
            tx.batch("setup.statements", SETUP).await?;
            match password {
                Some(password) => tx.batch("setup.passwords", &passwords(password)).await,
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
        let text = script(&"open-sesame".to_owned().into());
        assert!(!text.contains("open-sesame"));
        assert_eq!(text.matches("password 'SCRAM-SHA-256$").count(), 2);
    }
}
