//! Makes a fresh cluster look like a Supabase database. The superuser works here and nowhere else.

use tokio_postgres::Client;

use super::data_dir::Secrets;
use super::{LocalError, server};
use crate::db::setup::SETUP;
use crate::db::{ClusterConfig, Error, connection};

const ROLES: &str = include_str!("../../../supabase/local/roles.sql");
const AUTH: &str = include_str!("../../../supabase/local/auth.sql");

/// Prepares the cluster's database, once, in one transaction.
pub(super) async fn run(config: &ClusterConfig, secrets: &Secrets) -> Result<(), LocalError> {
    let admin = connection::open(&server::admin(secrets)).await?;
    if !is_prepared(admin.client()).await? {
        let text = format!(
            "begin; {ROLES} {AUTH}
             alter database postgres owner to postgres;
             alter role postgres password '{}';
             alter role supabase_auth_admin password '{}';
             commit;",
            secrets.owner, secrets.auth
        );
        batch(admin.client(), "bootstrap.admin", &text).await?;
    }
    let owner = connection::open(&config.login(&config.logins.owner, "setup")).await?;
    let text = format!(
        "begin; {SETUP}
         alter role souk_rest password '{}'; alter role souk_engine password '{}';
         commit;",
        secrets.rest, secrets.engine
    );
    batch(owner.client(), "bootstrap.setup", &text).await?;
    Ok(())
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
