//! Many births at once.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use souk::base::id::UserId;
use souk::db::Cluster;
use souk::stores::Error;
use souk::template::{self, Filler};

use super::Request;
use crate::support::World;
use crate::support::whole::{assert_whole, counts, empty_pool};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_creations_for_fifty_slugs_make_fifty_stores() {
    let world = World::new().await;
    let slug = |n: usize| format!("slug-{}", n % 50);

    let results = join_all((0..200).map(|n| {
        let request = Request::new(&slug(n));
        let world = &world;
        async move { request.send_through(&world.cluster, &world.filler).await }
    }))
    .await;

    let mut made: BTreeMap<String, usize> = BTreeMap::new();
    for result in results {
        match result {
            Ok(store) => *made.entry(store.slug.to_string()).or_default() += 1,
            Err(Error::SlugTaken { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((made.len(), made.values().sum::<usize>()), (50, 50));
    let owner = world.database.owner().await;
    assert_whole(&owner, "after 200 creations").await;
    let (stores, schemas, ready) = counts(&owner).await;
    assert_eq!((stores, schemas), (50, 50));
    assert!(ready <= 2, "{ready} schemas were built for nobody");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_sent_many_times_at_once_makes_one_store() {
    let world = World::new().await;
    let request = Request::new("acme");

    let results = join_all((0..12).map(|_| request.send(&world.cluster))).await;

    let ids: Vec<_> = results.into_iter().map(|result| result.unwrap().id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let owner = world.database.owner().await;
    assert_eq!(counts(&owner).await.0, 1);

    // The same key for something else is refused, also while the first is under way.
    let mut other = Request::new("other");
    other.repeatable = request.repeatable.clone();
    other.repeatable.request_hash = "another".to_owned();
    let refused = other.send(&world.cluster).await;
    assert!(matches!(refused, Err(Error::IdempotencyMismatch)), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_for_several_slugs_at_once_makes_one_store() {
    let world = World::new().await;
    let first = Request::new("acme");
    let requests = (0..8).map(|n| {
        let mut request = Request::new(&format!("acme-{n}"));
        (request.owner, request.repeatable) = (first.owner, first.repeatable.clone());
        request.repeatable.request_hash = n.to_string();
        let cluster = world.cluster.clone();
        async move { request.send(&cluster).await }
    });

    let results = join_all(requests).await;

    let made = results.iter().filter(|result| result.is_ok()).count();
    let refused = |r: &&Result<_, Error>| matches!(r, Err(Error::IdempotencyMismatch));
    assert_eq!((made, results.iter().filter(refused).count()), (1, 7), "{results:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_allows_three_stores_however_many_are_asked_for_at_once() {
    let world = World::with_slots(8).await;
    // Enough of them: a build on the spot would give a late one time to count again.
    Filler::new(world.cluster.clone(), 12, 2).fill().await.unwrap();
    let owner = UserId::new();

    let results = join_all((0..12).map(|n| {
        let world = &world;
        async move { world.provision(&format!("shop-{n}"), owner).await }
    }))
    .await;

    let made = results.iter().filter(|result| result.is_ok()).count();
    let refused = |r: &&Result<_, Error>| matches!(r, Err(Error::PlanLimit { stores_max: 3 }));
    assert_eq!((made, results.iter().filter(refused).count()), (3, 9), "{results:?}");
    let client = world.database.owner().await;
    assert_whole(&client, "after 12 creations").await;
    assert_eq!(counts(&client).await.0, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_fillers_at_once_build_at_most_one_too_many_for_each_builder() {
    let world = World::new().await;
    let owner = world.database.owner().await;
    empty_pool(&owner).await;
    let (target, fillers, builders) = (4, 3, 2);

    let results = join_all((0..fillers).map(|_| {
        let cluster = Cluster::new(world.database.config.clone());
        async move { Filler::new(cluster, target, builders).fill().await }
    }))
    .await;

    for result in results {
        result.unwrap();
    }
    let ready = world.filler.ready().await.unwrap();
    assert!(ready >= target, "{ready} are ready");
    assert!(ready <= target + fillers * builders, "{ready} are ready");
    assert_whole(&owner, "after three fillers").await;
}

#[tokio::test]
async fn a_sweep_removes_what_nobody_will_claim_and_nothing_else() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let owner = world.database.owner().await;
    let fresh = template::build_ready(&world.cluster).await.unwrap();
    let names = "select schema_name from shared.ready_schemas order by created_at";
    let ready: Vec<String> =
        owner.query(names, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    let (old, claimed) = (&ready[0], &ready[1]);
    let make = format!(
        "create schema ready_lost; create table ready_lost.t (id integer);
         create schema other; create schema tenant_kept;
         update shared.ready_schemas set template_version = 0 where schema_name in ('{old}', '{claimed}');
         insert into shared.ready_schemas values ('ready_{}', 1, 'x')",
        "0".repeat(32)
    );
    owner.batch_execute(&make).await.unwrap();
    let claiming = world.database.owner().await;
    let lock = format!(
        "begin; select from shared.ready_schemas where schema_name = '{claimed}' for update"
    );
    claiming.batch_execute(&lock).await.unwrap();

    let removed = template::sweep::sweep(&world.cluster).await.unwrap();

    assert_eq!(removed, 3, "one of an old version, one without a row, one row without a schema");
    let there = "select array_agg(nspname::text) from pg_namespace where nspname !~ '^pg_'";
    let there: Vec<String> = owner.query_one(there, &[]).await.unwrap().get(0);
    for kept in [fresh.as_str(), store.schema.as_str(), claimed, "other", "tenant_kept", "shared"] {
        assert!(there.iter().any(|name| name == kept), "{kept} is gone");
    }
    assert!(!there.iter().any(|name| name == old || name == "ready_lost"));
    claiming.batch_execute("rollback").await.unwrap();
    assert_eq!(template::sweep::sweep(&world.cluster).await.unwrap(), 1);
    assert_eq!(template::sweep::sweep(&world.cluster).await.unwrap(), 0);
}

#[tokio::test]
async fn the_first_schemas_of_a_version_may_be_built_at_once() {
    let world = World::new().await;
    let owner = world.database.owner().await;
    for _ in 0..4 {
        empty_pool(&owner).await;
        owner.batch_execute("delete from shared.template_versions").await.unwrap();
        let builds = [&world.cluster; 2].map(template::build_ready);
        for built in join_all(builds).await {
            built.unwrap();
        }
    }
}

#[tokio::test]
async fn a_process_compares_its_first_schema_and_one_in_eight() {
    let world = World::new().await;
    let owner = world.database.owner().await;
    let filler = Filler::new(world.cluster.clone(), 0, 1);
    filler.build().await.unwrap();
    // As if the template had been changed without a new version.
    let change = "update shared.template_versions set fingerprint = repeat('a', 64)";
    owner.batch_execute(change).await.unwrap();
    for _ in 0..7 {
        filler.build().await.unwrap();
    }
    for _ in 0..2 {
        assert!(matches!(filler.build().await, Err(template::Error::Fingerprint { .. })));
    }
    let late = Filler::new(world.cluster.clone(), 0, 1);
    assert!(matches!(late.build().await, Err(template::Error::Fingerprint { .. })));
}
