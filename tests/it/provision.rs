//! A store is born whole or not at all.

use souk::base::id::UserId;
use souk::fleet::drift;
use souk::stores::Error;

use crate::support::World;

#[tokio::test]
async fn a_store_is_a_schema_that_bears_its_name() {
    let world = World::new().await;

    let store = world.store("acme-shoes").await;

    assert_eq!(store.schema.as_str(), "tenant_acme_shoes");
    let owner = world.database.owner().await;
    let row = owner
        .query_one(
            "select (select count(*) from tenant_acme_shoes.settings) as settings,
                    (select count(*) from shared.members where store_id = $1) as members,
                    (select count(*) from shared.audit_log where store_id = $1) as entries",
            &[&store.id.uuid()],
        )
        .await
        .unwrap();
    assert_eq!((row.get(0), row.get(1), row.get(2)), (2_i64, 1_i64, 1_i64));
}

#[tokio::test]
async fn a_taken_slug_is_refused_and_leaves_nothing() {
    let world = World::new().await;
    world.store("acme").await;

    let refused = world.provision("acme", UserId::new()).await;

    assert!(matches!(refused, Err(Error::SlugTaken { .. })), "{refused:?}");
    let owner = world.database.owner().await;
    let stores: i64 =
        owner.query_one("select count(*) from shared.stores", &[]).await.unwrap().get(0);
    assert_eq!(stores, 1);
}

#[tokio::test]
async fn an_empty_pool_is_filled_on_the_spot() {
    let world = World::new().await;
    for slug in ["one", "two", "three", "four", "five"] {
        world.store(slug).await;
    }
    // All are listed, whether the last page is full or not.
    for page in [1, 2, 5, 10] {
        let listed = souk::stores::access::all(&world.cluster, page).await.unwrap();
        let slugs: Vec<&str> = listed.iter().map(|store| store.slug.as_str()).collect();
        assert_eq!(slugs, ["one", "two", "three", "four", "five"], "{page} a page");
    }
}

#[tokio::test]
async fn a_schema_that_stands_in_the_way_is_passed_by() {
    let world = World::new().await;
    world.database.owner().await.batch_execute("create schema tenant_acme").await.unwrap();

    let store = world.store("acme").await;

    assert_eq!(store.schema.as_str(), "tenant_acme__2");
}

#[tokio::test]
async fn after_an_upgrade_of_the_server_stores_are_made_and_none_looks_changed() {
    let world = World::new().await;
    let before = world.store("before").await;
    souk::template::build_ready(&world.cluster).await.unwrap();
    let upgrade = "update shared.template_versions set server_major = server_major - 1";
    world.database.owner().await.batch_execute(upgrade).await.unwrap();
    // As a filler does when it starts.
    assert_ne!(souk::template::sweep::sweep(&world.cluster).await.unwrap(), 0);
    let after = world.store("after").await;
    assert_eq!(after.fingerprint, before.fingerprint);
    assert_eq!(drift::find(&world.cluster, || ()).await.unwrap(), []);
    assert_eq!(drift::on_record(&world.cluster).await.unwrap(), Vec::<String>::new());
}
