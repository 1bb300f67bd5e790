//! Shapes of stores: shared by those that are alike, and never too many.

use std::time::Duration;

use souk::rest::{Entrance, Plane, Settings};
use souk::stores::Store;

use crate::support::World;
use crate::support::desk::{entrance, get};

#[tokio::test]
async fn a_store_that_looks_different_has_a_shape_of_its_own() {
    let world = World::new().await;
    let plane = Plane::new(world.cluster.clone(), Settings::default());
    let (plain, drifted) = (world.store("plain").await, world.store("drifted").await);
    let owner = world.database.owner().await;
    let change = "alter table tenant_drifted.products add column extra jsonb not null default '{}';
                  create table tenant_drifted.notes (id int primary key);
                  grant select on tenant_drifted.notes to anon;
                  alter table tenant_drifted.products add column note_id int
                      constraint products_note_fkey references tenant_drifted.notes;
                  update shared.stores set fingerprint = repeat('d', 64) where slug = 'drifted'";
    owner.batch_execute(change).await.unwrap();
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
async fn there_are_never_more_shapes_than_may_be() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let plane = Plane::new(world.cluster.clone(), Settings::default());
    for nth in 0..300 {
        // A schema that is not there is read quickly, and takes its place all the same.
        let key = format!("shape {nth}");
        let read = plane.shapes().get(&world.cluster, &key, "no_such_schema", None);
        assert!(read.await.unwrap().is_none());
    }
    assert_eq!(plane.shapes().len(), 256);
    let door = Entrance::Store(entrance(&store));
    let answer = souk::rest::answer(&plane, &door, &get("/products", "select=id")).await.unwrap();
    assert_eq!((answer.status, plane.shapes().len()), (200, 256));
}

#[tokio::test]
async fn a_table_that_somebody_has_locked_stalls_its_own_store_only() {
    let world = World::new().await;
    let plane = Plane::new(world.cluster.clone(), Settings::default());
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
