//! A whole export, a page at a time. Nothing is held between two pages, so a reader may be slow;
//! products that are renamed meanwhile may be missed or met twice.

use super::{header, page};
use crate::db::{Cluster, Error as DbError};
use crate::stores::{Actor, Address, Error, Store, access};

/// The file of one store on its way out.
#[derive(Debug)]
pub struct File {
    cluster: Cluster,
    store: Store,
    claims: String,
    progress: Progress,
}

/// How far it has come.
#[derive(Debug)]
enum Progress {
    Start,
    After(String),
    End,
}

impl File {
    /// The file of a store, for somebody who may read all of it.
    pub fn new(cluster: Cluster, store: Store, actor: &Actor) -> Self {
        Self { cluster, store, claims: actor.claims(), progress: Progress::Start }
    }

    /// The next rows, the first time with the header before them; none at the end.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the store has gone meanwhile, and what the database answers.
    pub async fn next(&mut self) -> Result<Option<String>, Error> {
        let after = match &self.progress {
            Progress::Start => None,
            Progress::After(slug) => Some(slug.clone()),
            Progress::End => return Ok(None),
        };
        let page = match self.page(after.as_deref()).await {
            // It was published, say; its data is where it was.
            Err(DbError::StoreChanged) => {
                let address = Address::Id(self.store.id);
                let find = async |tx: &crate::db::SharedTx<'_>| access::find(tx, &address).await;
                self.store = self.cluster.shared_tx(None, find).await?;
                self.page(after.as_deref()).await?
            }
            other => other?,
        };
        let rows = if after.is_none() { header() + &page.rows } else { page.rows };
        self.progress = page.next.map_or(Progress::End, Progress::After);
        Ok(Some(rows))
    }

    async fn page(&self, after: Option<&str>) -> Result<super::Page, DbError> {
        let (reference, currency) = (self.store.reference(), self.store.currency);
        self.cluster
            .store_tx(reference, &self.claims, async |tx| page(tx, currency, after).await)
            .await
    }
}
