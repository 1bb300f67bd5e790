//! Makes a fresh cluster look like a Supabase database. The superuser works here and nowhere else.

use tokio_postgres::Client;

use super::data_dir::Secrets;
use super::{LocalError, server};
use crate::db::setup::{self, SETUP};
use crate::db::{ClusterConfig, Error, connection};

const ROLES: &str = include_str!("../../../supabase/local/roles.sql");
const AUTH: &str = include_str!("../../../supabase/local/auth.sql");

/// Prepares the cluster's database, once, in one transaction.
pub(super) async fn run(config: &ClusterConfig, secrets: &Secrets) -> Result<(), LocalError> {
    let admin = connection::open(&server::admin(secrets)).await?;
    if !is_prepared(admin.client()).await? {
        batch(admin.client(), "bootstrap.admin", &of_admin(secrets)).await?;
    }
    let owner = connection::open(&config.login(&config.logins.owner, "setup")).await?;
    Ok(batch(owner.client(), "bootstrap.setup", &of_owner(secrets)).await?)
}

/// What the superuser runs. The server logs the text of a batch that fails, so passwords are in it
/// only as what Postgres keeps of them.
fn of_admin(secrets: &Secrets) -> String {
    let (owner, auth) = (
        setup::password("postgres", &secrets.owner),
        setup::password("supabase_auth_admin", &secrets.auth),
    );
    format!(
        "begin; {ROLES} {AUTH}
         alter database postgres owner to postgres;
         {owner}{auth}
         commit;"
    )
}

/// What the owner runs.
fn of_owner(secrets: &Secrets) -> String {
    let (rest, engine) = (
        setup::password("souk_rest", &secrets.rest),
        setup::password("souk_engine", &secrets.engine),
    );
    format!("begin; {SETUP}\n{rest}{engine} commit;")
}

#[expect(clippy::disallowed_methods, reason = "the superuser has no transaction type")]
async fn is_prepared(admin: &Client) -> Result<bool, Error> {
    let rows = admin
        .query_typed("select from pg_catalog.pg_roles where rolname = 'supabase_auth_admin'", &[])
        .await
        .map_err(|source| Error::from_pg("bootstrap.is_prepared", source))?;
    Ok(!rows.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "the superuser has no transaction type")]
async fn batch(client: &Client, name: &'static str, text: &str) -> Result<(), Error> {
    client.batch_execute(text).await.map_err(|source| Error::from_pg(name, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_statement_holds_a_password() {
        let text = |name: &str| format!("secret-of-{name}");
        let secrets = Secrets {
            port: 1,
            admin: text("admin"),
            owner: text("owner"),
            rest: text("rest"),
            engine: text("engine"),
            auth: text("auth"),
        };
        for sent in [of_admin(&secrets), of_owner(&secrets)] {
            assert!(!sent.contains("secret-of-"));
            assert_eq!(sent.matches("password 'SCRAM-SHA-256$").count(), 2);
        }
    }
}
