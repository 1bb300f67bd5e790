//! Schemas that show what a fingerprint stands for: ready ones, made by this program and in nobody's
//! hands yet.

use crate::args;
use crate::db::Cluster;
use crate::queries;
use crate::template::Error;

queries! {
    /// The ready schema of a fingerprint that will be claimed last.
    FIND = "witness.find":
        "select schema_name from shared.ready_schemas
          where fingerprint = $1 order by created_at desc limit 1";
}

/// A ready schema that has this fingerprint, if there is one.
///
/// # Errors
/// What Postgres answers.
pub async fn find(cluster: &Cluster, fingerprint: &str) -> Result<Option<String>, Error> {
    cluster
        .shared_tx(None, async |tx| {
            let row = tx.find(&FIND, args![fingerprint]).await?;
            Ok(row.map(|row| row.get("schema_name")).transpose()?)
        })
        .await
}
