//! More requests than a slot can serve: the store that floods it is turned away, the others are not.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use souk::db::PoolConfig;
use souk::stores::Store;

use crate::support::{Platform, World, desk};

/// Requests of the store that floods, and of the other one.
const FLOOD: usize = 150;
const OTHERS: usize = 10;

/// How many requests ended with each status.
type Ends = BTreeMap<u16, usize>;

/// One slot, a flood for one store, and some requests for another.
async fn flood(pool: PoolConfig) -> (Ends, Ends) {
    let mut world = World::with_slots(1).await;
    world.database.config.pool = pool;
    let stores = desk::stores(&world, 2).await;
    let platform = Platform::serve(&world).await;
    for store in &stores {
        assert_eq!(read(&platform, store).await, 200);
    }
    // While the table is locked, nothing of the store moves.
    let owner = world.database.owner().await;
    let schema = &stores[0].schema;
    let lock = format!("begin; lock table {schema}.products in access exclusive mode");
    owner.batch_execute(&lock).await.unwrap();
    let many = join_all((0..FLOOD).map(|_| read(&platform, &stores[0])));
    let few = async {
        while platform.app.cluster.figures()[0].1.shed < (FLOOD / 2) as u64 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let few = join_all((0..OTHERS).map(|_| read(&platform, &stores[1])));
        let unlock = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            owner.batch_execute("rollback").await.unwrap();
        };
        tokio::join!(few, unlock).0
    };
    let (many, few) = tokio::join!(many, few);
    (count(&many), count(&few))
}

async fn read(platform: &Platform, store: &Store) -> u16 {
    let path = format!("/s/{}/rest/v1/products?select=name", store.slug);
    let request = platform.http.get(format!("{}{path}", platform.url));
    let answer = request.header("apikey", platform.publishable()).send().await.unwrap();
    let status = answer.status().as_u16();
    let retry = answer.headers().get("retry-after").cloned();
    let body = answer.text().await.unwrap();
    if status == 503 {
        assert_eq!(retry.unwrap(), "1");
        assert!(body.contains("PGRST003"), "{body}");
    } else {
        assert_eq!(body, format!("[{{\"name\":\"{}\"}}]", store.slug));
    }
    status
}

fn count(statuses: &[u16]) -> Ends {
    let mut ends = Ends::new();
    for status in statuses {
        *ends.entry(*status).or_default() += 1;
    }
    ends
}

#[tokio::test]
async fn the_store_that_floods_a_slot_is_shed_and_the_other_is_served() {
    let (many, few) = flood(PoolConfig::default()).await;
    assert_eq!(few, Ends::from([(200, OTHERS)]), "the small store is served");
    assert_eq!(
        many,
        Ends::from([(200, 32), (503, FLOOD - 32)]),
        "half of the queue is one store's"
    );
}

/// The control: where one store may have all of the queue, it has, and the other is turned away.
#[tokio::test]
async fn without_a_share_for_each_store_the_small_one_is_shed() {
    let pool = PoolConfig { queue_max_of_store: 64, ..PoolConfig::default() };
    let (many, few) = flood(pool).await;
    assert_eq!(few, Ends::from([(503, OTHERS)]));
    assert_eq!(many, Ends::from([(200, 64), (503, FLOOD - 64)]));
}
