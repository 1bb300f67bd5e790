//! The REST plane at stores' doors, without a server in between.

use souk::base::id::StoreId;
use souk::db::{Cluster, ClusterConfig, Figures, PoolConfig};
use souk::rest::{Caller, Entrance, Plane, Request, Settings, Stale, StoreEntrance};
use souk::stores::Store;
use souk::template::fingerprint;

use super::World;

souk::queries! {
    /// What a connection of the plane is left as, and which it is.
    LEFT = "desk.left":
        "select concat_ws('|', current_user, current_setting('role'),
                          current_setting('search_path'), current_setting('timezone'),
                          current_setting('statement_timeout'),
                          current_setting('request.jwt.claims', true),
                          (select count(*) from pg_locks l
                            where l.pid = pg_backend_pid() and l.relation is not null
                              and l.relation <> 'pg_locks'::regclass
                              and l.mode <> 'AccessShareLock'),
                          (select count(*) from pg_prepared_statements where name <> '')) as state,
                pg_backend_pid()::text as pid";
}

/// How a plane serves stores.
pub(crate) fn settings() -> Settings {
    Settings { fingerprint: Some(fingerprint::statement()), ..Settings::default() }
}

/// Somebody who reads at stores' doors.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) plane: Plane,
}

impl Desk {
    pub(crate) fn new(cluster: Cluster) -> Self {
        Self { plane: Plane::new(cluster, settings()) }
    }

    /// Over connections of its own, which are handled as `pool` says.
    pub(crate) fn over(world: &World, slots: usize, pool: PoolConfig) -> Self {
        Self::new(Cluster::new(ClusterConfig { slots, pool, ..world.database.config.clone() }))
    }

    /// Asks at a store's door as nobody in particular.
    pub(crate) async fn send(&self, store: &Store, request: &Request) -> (u16, String) {
        let door = Entrance::Store(entrance(store));
        let answer = souk::rest::answer(&self.plane, &door, request).await;
        let answer = answer.unwrap_or_else(|stale: Stale| panic!("{stale:?}"));
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    }

    pub(crate) async fn get(&self, store: &Store, path: &str, query: &str) -> (u16, String) {
        self.send(store, &get(path, query)).await
    }

    /// What the pool of the plane has done.
    pub(crate) fn figures(&self) -> Figures {
        self.plane.cluster().figures()[0].1
    }

    /// What is left on a connection, and its backend.
    pub(crate) async fn left(&self) -> (String, String) {
        let cluster = self.plane.cluster();
        let row = cluster.rest_catalog(async |tx| {
            let row = tx.row(&LEFT, &[]).await?;
            Ok::<_, souk::db::Error>((row.get("state")?, row.get("pid")?))
        });
        row.await.unwrap()
    }
}

/// A store's door, for nobody in particular.
pub(crate) fn entrance(store: &Store) -> StoreEntrance {
    StoreEntrance {
        store: store.reference(),
        schema: store.schema.to_string(),
        profiles: vec!["public".to_owned()],
        shape: store.fingerprint.clone(),
        timeout_ms: 3_000,
        caller: Caller {
            role: "anon".to_owned(),
            claims: r#"{"role":"anon"}"#.to_owned(),
            is_anonymous: true,
        },
    }
}

pub(crate) fn get(path: &str, query: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: vec![("prefer".to_owned(), "timezone=Asia/Tokyo".to_owned())],
        ..Request::default()
    }
}

/// Stores with a product of their own name each, and a function that takes its time.
pub(crate) async fn stores(world: &World, count: usize) -> Vec<Store> {
    let owner = world.database.owner().await;
    let mut stores = Vec::new();
    for nth in 0..count {
        let store = world.store(&format!("store-{nth}")).await;
        let (schema, id) = (&store.schema, StoreId::new());
        let text = format!(
            "set search_path = {schema};
             insert into products (id, name, slug, status, price_minor)
             values ('{id}', '{slug}', 'own', 'active', 100);
             create function nap(seconds float8) returns text language sql volatile
             return (select current_schema()::text from (select pg_sleep(seconds)) as slept);
             grant execute on function nap to anon;
             update shared.stores set published_at = now() where id = '{store_id}';
             reset search_path",
            slug = store.slug,
            store_id = store.id,
        );
        owner.batch_execute(&text).await.unwrap();
        stores.push(reread(world, &store).await);
    }
    stores
}

/// The store as it is now.
pub(crate) async fn reread(world: &World, store: &Store) -> Store {
    let address = souk::stores::Address::Id(store.id);
    let found = world
        .cluster
        .shared_tx(None, async |tx| souk::stores::access::find(tx, &address).await)
        .await;
    found.unwrap()
}
