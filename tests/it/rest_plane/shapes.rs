//! Shapes of stores: shared by those that are alike, and never too many.

use std::sync::Arc;
use std::time::Duration;

use souk::cli::witness::ReadySchemas;
use souk::fleet::accept::{self, AcceptError, Accepted};
use souk::rest::{Entrance, Finding, Plane, Settings, ShapeSource, Witness};
use souk::stores::{Actor, Store};

use crate::schema::rename::fingerprint_of;
use crate::support::World;
use crate::support::desk::{entrance, get, settings};

#[tokio::test]
async fn a_store_that_looks_different_has_a_shape_of_its_own() {
    let world = World::new().await;
    let plane = Plane::new(world.cluster.clone(), settings());
    let (plain, drifted) = (world.store("plain").await, world.store("drifted").await);
    let owner = world.database.owner().await;
    let change = "alter table tenant_drifted.products add column extra jsonb not null default '{}';
                  create table tenant_drifted.notes (id int primary key);
                  grant select on tenant_drifted.notes to anon;
                  alter table tenant_drifted.products add column note_id int
                      constraint products_note_fkey references tenant_drifted.notes";
    owner.batch_execute(change).await.unwrap();
    let taken = fingerprint_of(&world, &drifted.schema).await;
    let record = "update shared.stores set fingerprint = $1 where slug = 'drifted'";
    owner.execute(record, &[&taken]).await.unwrap();
    let drifted = {
        // As the gateway reads the row again.
        let row = "select revision, fingerprint from shared.stores where slug = 'drifted'";
        let row = owner.query_one(row, &[]).await.unwrap();
        let mut at = entrance(&drifted);
        at.store.revision = row.get(0);
        at.shape = row.get(1);
        at
    };
    let plain = Entrance::Store(entrance(&plain));
    let drifted = Entrance::Store(drifted);
    let status = async |door: &Entrance, query: &str| {
        souk::rest::answer(&plane, door, &get("/products", query)).await.unwrap().status
    };
    // What both have, what one has, and what only its shape tells: a way to another table.
    for (query, here, there) in
        [("select=id", 200, 200), ("select=extra->a", 400, 200), ("select=notes(id)", 400, 200)]
    {
        assert_eq!(status(&plain, query).await, here, "{query}");
        assert_eq!(status(&drifted, query).await, there, "{query}");
    }
    assert_eq!(plane.shapes().len(), 2);
}

#[tokio::test]
async fn a_store_that_was_changed_by_hand_gives_its_shape_to_no_other() {
    let world = World::new().await;
    let (plain, changed) = (world.store("plain").await, world.store("changed").await);
    let owner = world.database.owner().await;
    // Its row says nothing of it.
    let change = "create table tenant_changed.notes (id int primary key);
                  grant select on tenant_changed.notes to anon;
                  alter table tenant_changed.products add column note_id int
                      constraint products_note_fkey references tenant_changed.notes";
    owner.batch_execute(change).await.unwrap();
    let code = async |plane: &Plane, store: &Store| {
        let door = Entrance::Store(entrance(store));
        let request = get("/products", "select=id,notes(id)");
        let answer = souk::rest::answer(plane, &door, &request).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        body["code"].as_str().map(str::to_owned)
    };
    // Whoever is first reads the shape: for itself only, if it is not what its row says.
    let plane = Plane::new(world.cluster.clone(), settings());
    for _ in 0..2 {
        assert_eq!(code(&plane, &changed).await, None);
        assert_eq!(code(&plane, &plain).await.as_deref(), Some("PGRST200"));
    }
    assert_eq!((plane.shapes().len(), plane.shapes().figures().done), (2, 2));
    // A plane that believes the row takes it for all.
    let credulous = Plane::new(world.cluster.clone(), Settings::default());
    assert_eq!(code(&credulous, &changed).await, None);
    assert_eq!(code(&credulous, &plain).await.as_deref(), Some("42P01"));
}

#[tokio::test]
async fn what_was_changed_meanwhile_is_not_accepted() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let owner = world.database.owner().await;
    let accept = async || accept::accept(&world.cluster, &store, &Actor::cli()).await;
    owner.batch_execute("create table tenant_acme.notes ()").await.unwrap();
    assert_eq!(accept().await.unwrap(), Accepted::Own);
    // Somebody else has read the row before that, and the schema is another one again.
    owner.batch_execute("create table tenant_acme.more ()").await.unwrap();
    assert!(matches!(accept().await, Err(AcceptError::Changed)));
    let row = "select (select count(*) from shared.audit_log
                        where action = 'store.schema_accepted') as audited";
    assert_eq!(owner.query_one(row, &[]).await.unwrap().get::<_, i64>(0), 1);
}

/// Somebody who knows one schema.
#[derive(Debug)]
struct Knows(&'static str);

impl Witness for Knows {
    fn find<'a>(&'a self, _: &'a str) -> Finding<'a> {
        Box::pin(async { Some(self.0.to_owned()) })
    }
}

#[tokio::test]
async fn a_shape_is_read_from_a_schema_that_nobody_has_had_where_there_is_one() {
    let world = World::new().await;
    let (plain, changed) = (world.store("plain").await, world.store("changed").await);
    let owner = world.database.owner().await;
    owner.batch_execute("create table tenant_changed.notes ()").await.unwrap();
    let read = async |witness: Arc<dyn Witness>| {
        let plane =
            Plane::new(world.cluster.clone(), Settings { witness: Some(witness), ..settings() });
        for store in [&changed, &plain] {
            let door = Entrance::Store(entrance(store));
            let answer = souk::rest::answer(&plane, &door, &get("/products", "select=id")).await;
            assert_eq!(answer.unwrap().status, 200);
        }
        (plane.shapes().len(), plane.shapes().figures().done)
    };
    let ready = async || read(Arc::new(ReadySchemas(world.cluster.clone()))).await;
    souk::template::build_ready(&world.cluster).await.unwrap();
    assert_eq!(ready().await, (1, 1), "one for both, which no store was asked for");
    // Without one, and with one that is gone, each store is looked at.
    assert_eq!(read(Arc::new(Knows("ready_gone"))).await, (2, 2));
    owner.batch_execute("delete from shared.ready_schemas").await.unwrap();
    assert_eq!(ready().await, (2, 2));
}

#[tokio::test]
async fn what_the_plane_can_see_is_in_the_fingerprint() {
    let world = World::new().await;
    let owner = world.database.owner().await;
    let plane = Plane::new(world.cluster.clone(), settings());
    let changes = [
        "create type tenant_@.mood as enum ('good'); alter type tenant_@.mood add value 'bad'",
        "create domain tenant_@.short as text check (length(value) < 9)",
        "comment on schema tenant_@ is 'A shop.'",
        "comment on table tenant_@.products is 'What is sold.'",
        "comment on column tenant_@.products.name is 'What it is called.'",
        "create view tenant_@.names with (security_invoker) as select name from tenant_@.products",
        "create function tenant_@.one() returns int language sql as 'select 1'",
        "create aggregate tenant_@.total (int) (sfunc = int4pl, stype = int, initcond = '0')",
        "alter table tenant_@.products add unique (name)",
        "grant delete on tenant_@.products to anon",
        "create rule nothing as on delete to tenant_@.products do instead nothing",
    ];
    for (nth, change) in changes.iter().enumerate() {
        let store = world.store(&format!("shop-{nth}")).await;
        owner.batch_execute(&change.replace('@', &format!("shop_{nth}"))).await.unwrap();
        let door = Entrance::Store(entrance(&store));
        souk::rest::answer(&plane, &door, &get("/products", "select=id")).await.unwrap();
        assert_eq!(plane.shapes().len(), nth + 2, "{change}");
    }
    let store = world.store("plain").await;
    let door = Entrance::Store(entrance(&store));
    souk::rest::answer(&plane, &door, &get("/products", "select=id")).await.unwrap();
    assert_eq!(plane.shapes().len(), changes.len() + 1, "it has the one that was kept for it");
}

#[tokio::test]
async fn there_are_never_more_shapes_than_may_be() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let plane = Plane::new(world.cluster.clone(), settings());
    for nth in 0..300 {
        // A schema that is not there is read quickly, and takes its place all the same.
        let key = format!("shape {nth}");
        let source = ShapeSource { key: &key, schema: "no_such_schema", store: None };
        assert!(plane.shapes().get(&world.cluster, &source).await.unwrap().is_none());
    }
    assert_eq!(plane.shapes().len(), 256);
    let door = Entrance::Store(entrance(&store));
    let answer = souk::rest::answer(&plane, &door, &get("/products", "select=id")).await.unwrap();
    assert_eq!((answer.status, plane.shapes().len()), (200, 256));
}

#[tokio::test]
async fn a_table_that_somebody_has_locked_stalls_its_own_store_only() {
    let world = World::new().await;
    let plane = Plane::new(world.cluster.clone(), settings());
    let (locked, other) = (world.store("locked").await, world.store("other").await);
    let owner = world.database.owner().await;
    owner.batch_execute("begin; lock table tenant_locked.products").await.unwrap();
    let ask = async |store: &Store| {
        let door = Entrance::Store(entrance(store));
        souk::rest::answer(&plane, &door, &get("/products", "select=id")).await.unwrap().status
    };
    // The first to ask reads the shape for both, and has to wait for its own table.
    let waiting = tokio::time::timeout(Duration::from_secs(8), async {
        tokio::join!(ask(&locked), async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            ask(&other).await
        })
    });
    let (locked_status, other_status) = waiting.await.expect("nobody waits for the lock's end");
    assert_eq!(other_status, 200);
    assert!(locked_status >= 500, "{locked_status}");
    owner.batch_execute("rollback").await.unwrap();
    assert_eq!(ask(&locked).await, 200);
}
