//! Retirement: no backend comes to know more than it may, and nobody notices when one goes.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use souk::db::PoolConfig;
use tokio_postgres::Client;

use crate::support::World;
use crate::support::desk::{self, Desk};
use crate::support::whole::wait_for_wires;

/// Backends of the plane: how many, and which.
async fn backends(owner: &Client) -> BTreeSet<i32> {
    let text = "select pid from pg_stat_activity
                 where datname = current_database() and application_name = 'souk rest'";
    owner.query(text, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn no_connection_touches_more_schemas_than_it_may() {
    let world = World::new().await;
    let stores = desk::stores(&world, 9).await;
    let (slots, most) = (2, 3);
    let pool = PoolConfig { schemas_max: Some(most), ..PoolConfig::default() };
    let desk = Desk::over(&world, slots, pool);
    for round in 0..4 {
        let asked = stores.iter().skip(round).step_by(1 + round % 3).map(|store| {
            let desk = &desk;
            async move {
                let answer = desk.get(store, "/products", "select=name").await;
                assert_eq!(answer, (200, format!("[{{\"name\":\"{}\"}}]", store.slug)));
                let schemas = desk.figures().schemas;
                assert!(schemas <= (slots * most) as u64, "{schemas} schemas are known");
            }
        });
        join_all(asked).await;
    }
    let figures = desk.figures();
    assert!(figures.retired >= 3, "{figures:?}");
    // The control: where more is allowed, more is known.
    let wide = Desk::over(&world, slots, PoolConfig::default());
    for store in &stores {
        wide.get(store, "/products", "select=name").await;
    }
    assert_eq!((wide.figures().schemas, wide.figures().retired), (9, 0));
}

#[tokio::test]
async fn a_successor_is_connected_first_and_work_under_way_ends_on_the_old_one() {
    let world = World::new().await;
    let stores = desk::stores(&world, 2).await;
    let owner = world.database.owner().await;
    let pool = PoolConfig { age_max: Duration::from_secs(3), ..PoolConfig::default() };
    let desk = Desk::over(&world, 1, pool);
    assert_eq!(desk.get(&stores[0], "/rpc/nap", "seconds=0").await.0, 200);
    tokio::time::sleep(Duration::from_secs(3)).await;
    // Finds the connection old, and takes its time on it.
    let nap = desk.get(&stores[1], "/rpc/nap", "seconds=1.5");
    let watch = async {
        for _ in 0..400 {
            let now = backends(&owner).await;
            if now.len() == 2 {
                assert_eq!(desk.figures().retired, 0, "it serves until its work is done");
                return now;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("there was no successor beside the old connection");
    };
    let (slept, both) = tokio::join!(nap, watch);
    assert_eq!(slept.0, 200, "{}", slept.1);
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let left = backends(&owner).await;
        if left.len() == 1 && desk.figures().retired == 1 {
            assert!(left.is_subset(&both));
            return;
        }
    }
    panic!("the old connection stays");
}

#[tokio::test]
async fn a_successor_knows_the_stores_that_were_last_asked_for() {
    let world = World::new().await;
    let stores = desk::stores(&world, 6).await;
    let pool = PoolConfig { schemas_max: Some(32), ..PoolConfig::default() };
    let pool = PoolConfig { age_max: Duration::from_secs(4), ..pool };
    let desk = Desk::over(&world, 1, pool);
    for store in &stores {
        assert_eq!(desk.get(store, "/products", "select=name").await.0, 200);
    }
    assert_eq!((desk.figures().cold, desk.figures().warm), (6, 0));
    tokio::time::sleep(Duration::from_secs(4)).await;
    // Finds the connection old; an eighth of what a connection may know is warmed.
    desk.get(&stores[5], "/products", "select=name").await;
    while desk.figures().retired == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(desk.figures().schemas, 4, "{:?}", desk.figures());
    for store in &stores[2..] {
        assert_eq!(desk.get(store, "/products", "select=name").await.0, 200);
    }
    assert_eq!(desk.figures().cold, 6, "the last four are known");
    desk.get(&stores[0], "/products", "select=name").await;
    assert_eq!(desk.figures().cold, 7);
    assert_eq!(desk.left().await.0.split('|').next_back(), Some("0"), "no statement is left");
}

#[tokio::test]
async fn one_connection_of_a_pool_retires_at_a_time() {
    let world = World::new().await;
    let stores = desk::stores(&world, 8).await;
    let owner = world.database.owner().await;
    let pool = PoolConfig { age_max: Duration::ZERO, ..PoolConfig::default() };
    let desk = Desk::over(&world, 4, pool);
    let asking = async {
        while desk.figures().retired < 4 {
            let asked = stores.iter().map(|store| desk.get(store, "/products", "select=name"));
            assert!(join_all(asked).await.iter().all(|answer| answer.0 == 200));
        }
    };
    let mut most = 0;
    let watch = async {
        loop {
            most = most.max(backends(&owner).await.len());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! { () = asking => {} () = watch => {} }
    // One more is the successor, another an old one that is taking its leave.
    assert!((4..=6).contains(&most), "{most} connections at once");
    // Those that wait for their turn still retire: nothing is left half-done.
    let mut seen = desk.figures().retired;
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = desk.figures().retired;
        if now == std::mem::replace(&mut seen, now) {
            break;
        }
    }
    wait_for_wires(&owner).await;
}

#[tokio::test]
async fn where_the_server_has_no_connection_to_spare_the_old_one_goes_first() {
    let world = World::new().await;
    let stores = desk::stores(&world, 3).await;
    let owner = world.database.owner().await;
    let pool = PoolConfig { schemas_max: Some(1), ..PoolConfig::default() };
    let desk = Desk::over(&world, 1, pool);
    assert_eq!(desk.get(&stores[0], "/products", "select=name").await.0, 200);
    let all: i64 = owner
        .query_one("select count(*) from pg_stat_activity where datname = current_database()", &[])
        .await
        .unwrap()
        .get(0);
    let database = &world.database.config.database;
    let limit = format!("alter database {database} connection limit {all}");
    owner.batch_execute(&limit).await.unwrap();
    for turn in 0..6 {
        let store = &stores[turn % 3];
        for _ in 0..50 {
            let (status, body) = desk.get(store, "/products", "select=name").await;
            if status == 200 {
                assert!(body.contains(store.slug.as_str()));
                break;
            }
            // The server has not seen the old one go.
            assert_eq!(status, 503, "{body}");
        }
    }
    assert!(desk.figures().retired >= 4, "{:?}", desk.figures());
    assert!(desk.figures().schemas <= 1);
}
