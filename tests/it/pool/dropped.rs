//! A request whose client went away: its statement ends, and its connection is kept, but given to
//! nobody before it is idle and out of the transaction.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use souk::db::{Cluster, ClusterConfig, PoolConfig};
use tokio::time::timeout;

use crate::support::desk::{self, Desk, get};
use crate::support::{World, database, pair};

/// Cases of a run; `SOUK_CASES` asks for more.
const CASES: usize = 150;

fn cases() -> (usize, u64) {
    let cases = std::env::var("SOUK_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(CASES);
    let seed = std::env::var("SOUK_SEED").ok().and_then(|n| n.parse().ok());
    let seed = seed.unwrap_or_else(|| rand::rng().random());
    println!("SOUK_SEED={seed}");
    (cases, seed)
}

#[tokio::test]
async fn dropped_at_any_moment_a_request_leaves_nothing_and_its_connection_is_kept() {
    let world = World::new().await;
    let stores = desk::stores(&world, 2).await;
    let desk = Desk::over(&world, 1, PoolConfig::default());
    let (cases, seed) = cases();
    let mut random = StdRng::seed_from_u64(seed);
    desk.get(&stores[0], "/products", "select=name").await;
    let before = desk.left().await;
    let mut dropped = 0;
    for case in 0..cases {
        let (store, other) = (&stores[case % 2], &stores[(case + 1) % 2]);
        let nap = get("/rpc/nap", &format!("seconds={}", random.random_range(0.0..0.02)));
        let patience = Duration::from_micros(random.random_range(0..25_000));
        let given_up = timeout(patience, desk.send(store, &nap)).await.is_err();
        dropped += usize::from(given_up);
        // Nobody waits in between: the next request finds the connection in whatever state it is.
        let answer = desk.get(other, "/products", "select=name").await;
        assert_eq!(answer, (200, format!("[{{\"name\":\"{}\"}}]", other.slug)), "case {case}");
        assert_eq!(desk.left().await, before, "case {case}");
    }
    assert!(dropped > cases / 10 && dropped < cases, "{dropped} of {cases} were dropped");
    let figures = desk.figures();
    assert!(figures.drained > 0, "{figures:?}");
    assert_eq!(figures.closed, 0, "{figures:?}");
}

souk::queries! {
    /// A verb that takes its time.
    WRITE = "dropped.write":
        "insert into pages (title, slug) values ($1, $1)";
    NAP = "dropped.nap": "select pg_sleep(20)";
    COUNT = "dropped.count": "select count(*) as pages from pages";
}

#[tokio::test]
async fn a_dropped_verb_is_rolled_back_and_its_connection_kept() {
    let world = World::new().await;
    let stores = desk::stores(&world, 2).await;
    let config = ClusterConfig { slots: 1, ..world.database.config.clone() };
    let cluster = Cluster::new(config);
    let count = async |store: &souk::stores::Store| -> i64 {
        let count = cluster.store_tx(store.reference(), "{}", async |tx| {
            tx.row(&COUNT, &[]).await?.get::<i64>("pages")
        });
        count.await.unwrap()
    };
    let before = count(&stores[1]).await;
    for nth in 0..5 {
        let verb = cluster.store_tx(stores[0].reference(), "{}", async |tx| {
            tx.run(&WRITE, souk::args![format!("page-{nth}")]).await?;
            tx.rows(&NAP, &[]).await
        });
        assert!(timeout(Duration::from_millis(40), verb).await.is_err());
        let begun = Instant::now();
        assert_eq!(count(&stores[1]).await, before);
        assert_eq!(count(&stores[0]).await, before, "what was dropped is not there");
        assert!(begun.elapsed() < Duration::from_secs(3), "nobody waits for a dropped statement");
    }
    let engine = cluster.figures()[1].1;
    assert_eq!((engine.drained, engine.closed), (5, 0));
}

#[tokio::test]
async fn a_connection_that_can_not_be_drained_is_closed() {
    let world = World::new().await;
    let stores = desk::stores(&world, 1).await;
    let desk = Desk::over(&world, 1, PoolConfig::default());
    let (_, first) = desk.left().await;
    let nap = get("/rpc/nap", "seconds=20");
    assert!(timeout(Duration::from_millis(100), desk.send(&stores[0], &nap)).await.is_err());
    // The backend is held still, so that it hears of no cancellation.
    std::process::Command::new("kill").args(["-STOP", &first]).status().unwrap();
    let answer =
        timeout(Duration::from_secs(9), desk.get(&stores[0], "/products", "select=id")).await;
    std::process::Command::new("kill").args(["-CONT", &first]).status().unwrap();
    assert_eq!(answer.expect("nobody waits for it").0, 200);
    assert_eq!(desk.figures().closed, 1);
    assert_ne!(desk.left().await.1, first);
}

/// The controls: without the rollback something is left, and a cancellation that nobody waits for
/// hits the next statement.
#[tokio::test]
async fn without_draining_the_next_request_would_meet_the_one_that_was_dropped() {
    let world = World::new().await;
    let stores = desk::stores(&world, 1).await;
    let rest = database::login(&world.database.config, |logins| &logins.rest).await;
    let role = async || -> String {
        rest.query_one("select current_user::text", &[]).await.unwrap().get(0)
    };
    rest.batch_execute("begin").await.unwrap();
    pair::enter(&rest, &stores[0], "anon", None).await.unwrap();
    assert_eq!(role().await, "anon", "the transaction is still there");
    rest.batch_execute("rollback").await.unwrap();
    assert_eq!(role().await, "souk_rest");

    let mut hit = 0;
    for _ in 0..50 {
        let _ =
            timeout(Duration::from_millis(3), rest.batch_execute("select pg_sleep(0.003)")).await;
        let cancel = rest.cancel_token();
        tokio::spawn(async move { cancel.cancel_query(tokio_postgres::NoTls).await });
        rest.batch_execute("rollback").await.ok();
        hit += u32::from(rest.batch_execute("select pg_sleep(0.01)").await.is_err());
    }
    assert!(hit > 0, "no cancellation came late");
}
