//! Whom the REST plane asks for a schema that is what its fingerprint says.

use crate::base::chain::Chain;
use crate::db::Cluster;
use crate::rest::{Finding, Witness};
use crate::template::witness;

/// The ready schemas of a cluster.
#[derive(Clone, Debug)]
pub struct ReadySchemas(pub Cluster);

impl Witness for ReadySchemas {
    fn find<'a>(&'a self, fingerprint: &'a str) -> Finding<'a> {
        Box::pin(async move {
            witness::find(&self.0, fingerprint).await.unwrap_or_else(|error| {
                tracing::debug!(error = %Chain(&error), "no ready schema could be asked for");
                None
            })
        })
    }
}
