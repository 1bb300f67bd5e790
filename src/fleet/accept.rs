//! A schema that was changed by hand, and is meant to be as it is now: its store's row says so from
//! then on, and the REST plane serves it by its own shape.

use serde_json::json;

use super::drift;
use crate::args;
use crate::db::Cluster;
use crate::queries;
use crate::stores::{Actor, Store, audit};
use crate::template::Error;

queries! {
    /// Writes down what a store's schema looks like, unless somebody else has.
    RECORD = "accept.record":
        "update shared.stores s set fingerprint = $3
          where s.id = $1 and s.fingerprint = $2 and s.status <> 'deleted'
      returning exists (select from shared.template_versions t
                         where t.version = s.template_version and t.fingerprint = s.fingerprint)
                as is_usual";
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Accepted {
    /// The row said so before.
    Already,
    /// The schema is not what its version is, and its row says what it is now.
    Own,
    /// The schema is again what its version is.
    Usual,
}

/// Why a schema could not be accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// There is no such schema.
    #[error("the schema {0} is not there; restore it from a backup")]
    Missing(String),
    /// The row has changed since it was read.
    #[error("the store was changed meanwhile; look at it and try again")]
    Changed,
    /// The schema can't be read, or the row not be written.
    #[error(transparent)]
    Template(#[from] Error),
    /// Postgres refused.
    #[error(transparent)]
    Db(#[from] crate::db::Error),
}

/// Writes down what a store's schema is now. Again, and nothing happens.
///
/// # Errors
/// When there is no schema, or the store was changed meanwhile: nothing is written then.
pub async fn accept(
    cluster: &Cluster,
    store: &Store,
    actor: &Actor,
) -> Result<Accepted, AcceptError> {
    let Some(taken) = drift::taken(cluster, &store.schema).await? else {
        return Err(AcceptError::Missing(store.schema.to_string()));
    };
    if taken == store.fingerprint {
        return Ok(Accepted::Already);
    }
    cluster
        .shared_tx(None, async |tx| {
            let args = args![store.id, &store.fingerprint, &taken];
            let row = tx.find(&RECORD, args).await?.ok_or(AcceptError::Changed)?;
            let is_usual: bool = row.get("is_usual")?;
            let detail = json!({ "fingerprint": taken, "fingerprint_before": store.fingerprint });
            audit::record(tx, actor, Some(store.id), "store.schema_accepted", detail).await?;
            Ok(if is_usual { Accepted::Usual } else { Accepted::Own })
        })
        .await
}
