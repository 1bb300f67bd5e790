//! A connection that the server has closed while nobody used it.

use souk::db::PoolConfig;

use crate::support::World;
use crate::support::desk::{self, Desk};

#[tokio::test]
async fn a_connection_that_was_lost_while_idle_is_replaced_before_anything_is_sent() {
    let world = World::new().await;
    let store = desk::stores(&world, 1).await.remove(0);
    let desk = Desk::over(&world, 1, PoolConfig::default());
    let owner = world.database.owner().await;
    for _ in 0..5 {
        assert_eq!(desk.get(&store, "/products", "select=name").await.0, 200);
        let (_, pid) = desk.left().await;
        assert_eq!(desk.get(&store, "/products", "select=name").await.0, 200);
        let end = format!("select pg_terminate_backend({pid}, 5000)");
        let ended: bool = owner.query_one(&end, &[]).await.unwrap().get(0);
        assert!(ended);
        // The next request is served, by another backend.
        assert_eq!(desk.get(&store, "/products", "select=name").await.0, 200);
        assert_ne!(desk.left().await.1, pid);
    }
}

/// The control: what is lost with a statement on it is told, and the statement not sent again.
#[tokio::test]
async fn a_connection_that_is_lost_on_the_way_is_told_of() {
    let world = World::new().await;
    let store = desk::stores(&world, 1).await.remove(0);
    let desk = Desk::over(&world, 1, PoolConfig::default());
    assert_eq!(desk.get(&store, "/products", "select=name").await.0, 200);
    let (_, pid) = desk.left().await;
    let nap = desk::get("/rpc/nap", "seconds=2");
    let owner = world.database.owner().await;
    let end = format!("select pg_sleep(0.3), pg_terminate_backend({pid}, 5000)");
    let ((status, body), ended) = tokio::join!(desk.send(&store, &nap), owner.query(&end, &[]));
    ended.unwrap();
    assert_eq!(status, 503, "{body}");
    assert_eq!(desk.get(&store, "/products", "select=name").await.0, 200);
}
