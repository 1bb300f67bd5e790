//! Stores by slug, remembered. A remembered row is good for serving, because every transaction in a
//! store is refused when the row has moved on; it is never good for refusing: before a caller is
//! turned away, the row is read again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::slug::Slug;
use crate::db::Cluster;
use crate::stores::{Address, Error, Store, access};

/// Rows that are remembered; about 1 KB each.
const ENTRIES_MAX: usize = 20_000;

/// The rows one process remembers. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Directory(Arc<Mutex<HashMap<Slug, Arc<Store>>>>);

impl Directory {
    /// The store with this slug, remembered or read.
    ///
    /// # Errors
    /// [`Error::NotFound`], which is never remembered.
    pub async fn find(&self, cluster: &Cluster, slug: &Slug) -> Result<Arc<Store>, Error> {
        if let Some(store) = self.entries().get(slug) {
            return Ok(Arc::clone(store));
        }
        self.read(cluster, slug).await
    }

    /// The store with this slug as it stands now.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn read(&self, cluster: &Cluster, slug: &Slug) -> Result<Arc<Store>, Error> {
        let address = Address::Slug(slug.clone());
        let found = cluster.shared_tx(None, async |tx| access::find(tx, &address).await).await;
        let mut entries = self.entries();
        match found {
            Ok(store) => {
                let store = Arc::new(store);
                if entries.len() >= ENTRIES_MAX {
                    entries.clear();
                }
                entries.insert(slug.clone(), Arc::clone(&store));
                Ok(store)
            }
            Err(error) => {
                entries.remove(slug);
                Err(error)
            }
        }
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, HashMap<Slug, Arc<Store>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
