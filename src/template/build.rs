//! Makes one ready schema, in one transaction of the owner: it is there whole, or not at all.

use crate::args;
use crate::base::schema::SchemaName;
use crate::db::{Cluster, Tx};
use crate::queries;
use crate::template::render::Template;
use crate::template::{Error, fingerprint, runner};

queries! {
    /// The version that new stores are born at.
    BIRTH_VERSION = "build.birth_version": "select birth_version from shared.fleet";
    /// Offers a schema to whoever asks for a store next.
    OFFER = "build.offer":
        "insert into shared.ready_schemas (schema_name, template_version, fingerprint)
         values ($1, $2, $3)";
}

/// Builds a schema at the birth version and puts it into the ready pool.
///
/// # Errors
/// [`Error::Fingerprint`] when it does not look like the first one of its version, and what
/// Postgres refuses. Nothing is left then.
pub async fn build_ready(cluster: &Cluster) -> Result<SchemaName, Error> {
    let template = Template::new();
    cluster
        .owner_tx(async |tx| {
            // Nobody was promised this schema: the claim's own commit brings it to disk.
            tx.commit_without_waiting().await?;
            let version = birth_version(tx).await?;
            let schema = SchemaName::ready();
            tx.create_schema(&schema).await?;
            let mut session = tx.enter_schema(&schema, &template).await?;
            session.migrate(&runner(version)).await?;
            let taken = fingerprint::take(&session).await?;
            if fingerprint::record(tx, version, &taken).await? != taken {
                return Err(Error::Fingerprint { version });
            }
            tx.run(&OFFER, args![schema.as_str(), version, &taken]).await?;
            Ok(schema)
        })
        .await
}

/// The version that new stores are born at.
pub(super) async fn birth_version(tx: &Tx<'_>) -> Result<i32, Error> {
    let row = tx.find(&BIRTH_VERSION, &[]).await?.ok_or(Error::NotPrepared)?;
    Ok(row.get("birth_version")?)
}
