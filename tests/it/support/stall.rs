//! One store of a world, for tests of what happens inside it.

use souk::db::{Cluster, Error, StoreTx};
use souk::stores::Store;

use super::World;

/// A store with nothing in it.
#[derive(Debug)]
pub(crate) struct Stall {
    world: std::sync::Arc<World>,
    cluster: Cluster,
    store: Store,
}

impl Stall {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let store = world.store("stall").await;
        Self { cluster: world.cluster.clone(), store, world: world.into() }
    }

    /// Runs `work` in the store.
    pub(crate) async fn tx<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&StoreTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.cluster.store_tx(self.store.reference(), "{}", work).await
    }

    /// From now on the database refuses the product of this slug.
    pub(crate) async fn forbid(&self, slug: &str) {
        let text = format!(
            "alter table {}.products add constraint forbidden check (slug <> '{slug}') not valid",
            self.store.schema
        );
        self.world.database.owner().await.batch_execute(&text).await.unwrap();
    }

    /// The same store as another process sees it, with connections of its own.
    pub(crate) fn elsewhere(&self) -> Self {
        let cluster = Cluster::new(self.cluster.config().clone());
        Self { world: self.world.clone(), cluster, store: self.store.clone() }
    }
}
