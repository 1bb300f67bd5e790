//! Two people change one store in the same moment, through two processes.

use std::time::Duration;

use souk::db::{Cluster, Error as DbError};
use souk::stores::edit::{Patch, Wish, edit};
use souk::stores::{self, Access, Actor, Address, Store};

use crate::support::World;

/// Both changes, each made by a process that has read the store before either has written to it.
async fn both(world: &World, changes: [Wish<'_>; 2]) -> [String; 2] {
    let holder = world.database.owner().await;
    holder.batch_execute("begin; select from shared.stores for update").await.unwrap();
    let watcher = world.database.owner().await;
    let let_go = async {
        let waiting = "select count(*) from pg_stat_activity a
                        where a.datname = current_database()
                          and cardinality(pg_blocking_pids(a.pid)) > 0";
        while watcher.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        holder.batch_execute("commit").await.unwrap();
    };
    let there = Cluster::new(world.database.config.clone());
    let store = find(&world.cluster).await;
    let [one, other] = changes;
    let both = async {
        tokio::join!(
            change(&world.cluster, store.clone(), one),
            change(&there, store.clone(), other),
            let_go
        )
    };
    let both = tokio::time::timeout(Duration::from_secs(60), both).await;
    let (one, other, ()) = both.expect("both wait for the row");
    [one, other]
}

async fn find(cluster: &Cluster) -> Store {
    let id = Address::parse("acme").unwrap();
    cluster.shared_tx(None, async |tx| stores::access::find(tx, &id).await).await.unwrap()
}

async fn change(cluster: &Cluster, store: Store, wish: Wish<'_>) -> String {
    let (patch, actor) = (Patch::parse(wish).unwrap(), Actor::cli());
    let access = Access::of_operator(store);
    let changed = cluster
        .store_tx(access.store.reference(), &actor.claims(), async |tx| {
            edit(tx, &access, &patch, &actor).await
        })
        .await;
    match changed {
        Ok(_) => "changed".to_owned(),
        Err(stores::Error::Db(DbError::StoreChanged)) => "try again".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

#[tokio::test]
async fn one_of_two_changes_holds_and_the_other_is_told_to_try_again() {
    let world = World::new().await;
    world.store("acme").await;
    let slug = |slug| Wish { slug: Some(slug), ..Wish::default() };
    let mut told = both(&world, [slug("bold"), slug("cosy")]).await;
    told.sort();
    assert_eq!(told, ["changed", "try again"]);
    let owner = world.database.owner().await;
    let slugs = "select string_agg(s.slug || ' was ' || o.slug, ', ')
                   from shared.stores s join shared.old_slugs o on o.store_id = s.id";
    let slugs: String = owner.query_one(slugs, &[]).await.unwrap().get(0);
    assert!(matches!(&*slugs, "bold was acme" | "cosy was acme"), "{slugs}");

    owner.batch_execute("update shared.stores set slug = 'acme'").await.unwrap();
    let name = |name| Wish { name: Some(name), ..Wish::default() };
    let mut told = both(&world, [name("One"), name("Other")]).await;
    told.sort();
    assert_eq!(told, ["changed", "try again"], "no change is lost under another");
}
