//! A whole import, from bytes to the audit log: one transaction in the store.

use serde_json::json;

use super::{FileError, Limits, Options, Report, parse, write};
use crate::db::{self, Cluster};
use crate::stores::{Actor, Store, audit};

/// Why an import did not take place.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is refused as a whole.
    #[error(transparent)]
    File(#[from] FileError),
    /// The import failed.
    #[error(transparent)]
    Write(#[from] super::Error),
}

impl From<db::Error> for ImportError {
    fn from(error: db::Error) -> Self {
        Self::Write(error.into())
    }
}

/// Imports a file's products into a store and records that it was done. The two are one
/// transaction: what the log says was imported is there.
///
/// # Errors
/// [`ImportError`]; nothing was written then.
pub async fn run(
    cluster: &Cluster,
    store: &Store,
    actor: &Actor,
    file: &[u8],
    options: Options,
) -> Result<Report, ImportError> {
    let parsed = parse(file, store.currency, Limits::default())?;
    cluster
        .store_tx(store.reference(), &actor.claims(), async |tx| {
            let report = write(tx, &parsed, options).await?;
            if report.created + report.updated > 0 {
                let detail = json!({ "created": report.created, "updated": report.updated });
                let shared = tx.shared().await?;
                audit::record(&shared, actor, Some(store.id), "products.imported", detail).await?;
            }
            Ok(report)
        })
        .await
}
