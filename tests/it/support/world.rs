//! A platform of its own for one test.

use souk::base::id::UserId;
use souk::db::Cluster;
use souk::stores::members::Owner;
use souk::stores::{Actor, Error, NewStore, Store, provision};
use souk::template::Filler;

use super::database::Database;

/// A database, and what the program would hold of it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) cluster: Cluster,
    pub(crate) filler: Filler,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_slots(4).await
    }

    pub(crate) async fn with_slots(slots: usize) -> Self {
        let database = Database::new(slots).await;
        let cluster = Cluster::new(database.config.clone());
        let filler = Filler::new(cluster.clone(), 2, 1);
        Self { database, cluster, filler }
    }

    /// A store owned by somebody new.
    pub(crate) async fn store(&self, slug: &str) -> Store {
        self.provision(slug, UserId::new()).await.expect("a store is made")
    }

    pub(crate) async fn provision(&self, slug: &str, owner: UserId) -> Result<Store, Error> {
        let new = NewStore::parse(slug, slug, Some("EUR"), None, None)?;
        let owner = Owner::User(owner);
        provision(&self.cluster, &self.filler, &new, &owner, &Actor::cli(), None).await
    }
}
