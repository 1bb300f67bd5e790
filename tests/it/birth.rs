//! A store is born whole or not at all: killed at every statement, and many at once.

mod fleet;
mod many;

use souk::base::id::UserId;
use souk::db::Cluster;
use souk::stores::idempotency::Repeatable;
use souk::stores::members::Owner;
use souk::stores::{Actor, Error, NewStore, Store, provision};
use souk::template::{self, Filler};

use crate::support::World;
use crate::support::cut::{Side, Wire};
use crate::support::database::{self, left_behind};
use crate::support::whole::{assert_whole, counts, empty_pool, wait_until_alone};

/// One request for a store, which may be sent again.
#[derive(Clone, Debug)]
struct Request {
    new: NewStore,
    owner: UserId,
    repeatable: Repeatable,
}

impl Request {
    fn new(slug: &str) -> Self {
        let owner = UserId::new();
        let (key, request_hash) = (format!("key of {slug}"), slug.to_owned());
        let new = NewStore::parse(slug, slug, Some("EUR"), None, None).unwrap();
        Self { new, owner, repeatable: Repeatable { user: owner, key, request_hash } }
    }

    async fn send(&self, cluster: &Cluster) -> Result<Store, Error> {
        self.send_through(cluster, &Filler::new(cluster.clone(), 0, 1)).await
    }

    async fn send_through(&self, cluster: &Cluster, filler: &Filler) -> Result<Store, Error> {
        let owner = Owner::User(self.owner);
        let repeatable = Some(&self.repeatable);
        provision(cluster, filler, &self.new, &owner, &Actor::cli(), repeatable).await
    }
}

/// Sends a request through a wire that is cut at each statement in turn, until it is not cut any
/// more; looks at what is left each time, and sends the request again. Answers how many there were.
async fn cut_at_every_statement(world: &World, side: Side, is_pool_empty: bool) -> usize {
    let owner = world.database.owner().await;
    for at in 1.. {
        if is_pool_empty {
            empty_pool(&owner).await;
        } else if counts(&owner).await.2 == 0 {
            template::build_ready(&world.cluster).await.unwrap();
        }
        let before = counts(&owner).await;
        let request = Request::new(&format!("cut-{at}"));
        let wire = Wire::new(&world.database.config, side, at).await;
        let sent = {
            let cluster = Cluster::new(wire.config.clone());
            request.send(&cluster).await
        };
        if !wire.is_cut() {
            sent.unwrap();
            return at - 1;
        }
        let when = format!("cut {side:?} statement {at}");
        assert!(sent.is_err(), "{when}");
        drop(wire);
        crate::support::whole::wait_for_wires(&owner).await;
        assert_whole(&owner, &when).await;
        let after = counts(&owner).await;
        assert_eq!(after.0, after.1, "{when}");
        assert!(after.0 - before.0 <= i64::from(side == Side::After), "{when}: {after:?}");

        if is_pool_empty && at % 6 != 1 {
            // Each building takes a while; what is sent again is looked at now and then.
            continue;
        }
        let store = request.send(&world.cluster).await.unwrap_or_else(|e| panic!("{when}: {e:?}"));
        assert_eq!(store.slug.as_str(), format!("cut-{at}"));
        assert_eq!(counts(&owner).await.0, before.0 + 1, "{when}: not one store");
        assert_whole(&owner, &when).await;
    }
    unreachable!("it ends when nothing is cut")
}

#[tokio::test]
async fn killed_before_any_statement_of_a_claim_and_a_build_nothing_is_half_made() {
    let world = World::new().await;
    let statements = cut_at_every_statement(&world, Side::Before, true).await;
    assert!(statements >= 30, "{statements} statements were cut");
}

#[tokio::test]
async fn killed_after_any_statement_of_a_claim_the_request_can_be_sent_again() {
    let world = World::new().await;
    let statements = cut_at_every_statement(&world, Side::After, false).await;
    assert!(statements >= 12, "{statements} statements were cut");
}

#[tokio::test]
async fn what_is_half_made_would_be_seen() {
    let world = World::new().await;
    world.store("acme").await;
    let owner = world.database.owner().await;
    assert_whole(&owner, "a store").await;
    for broken in [
        "drop schema tenant_acme cascade",
        "create schema tenant_other",
        "create schema ready_other",
        "delete from shared.ready_schemas",
        "delete from shared.members",
        "delete from tenant_acme.settings",
        "update shared.stores set fingerprint = 'x'",
        "create table public.lost (id integer)",
    ] {
        owner.batch_execute(&format!("begin; {broken}")).await.unwrap();
        let seen = std::panic::AssertUnwindSafe(assert_whole(&owner, broken));
        let seen = futures_util::FutureExt::catch_unwind(seen).await;
        owner.batch_execute("rollback").await.unwrap();
        assert!(seen.is_err(), "not noticed: {broken}");
    }
}

#[tokio::test]
async fn a_connection_that_was_cut_is_not_used_again() {
    let world = World::new().await;
    world.store("one").await;
    let owner = world.database.owner().await;
    let text = "select pg_terminate_backend(pid, 5000) from pg_stat_activity
                 where datname = current_database() and application_name like 'souk %'";
    owner.query(text, &[]).await.unwrap();
    wait_until_alone(&owner).await;
    world.store("two").await;
    assert_eq!(counts(&owner).await.0, 2);
}

#[tokio::test]
async fn what_a_test_leaves_behind_would_be_seen() {
    let world = World::new().await;
    let owner = world.database.owner().await;
    let rest = database::login(&world.database.config, |logins| &logins.rest).await;
    rest.batch_execute("set application_name = 'souk rest'; begin").await.unwrap();
    owner.batch_execute("create table public.lost (id integer)").await.unwrap();
    let left = left_behind(&owner).await;
    rest.batch_execute("rollback").await.unwrap();
    owner.batch_execute("drop table public.lost").await.unwrap();
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(left_behind(&owner).await, Vec::<String>::new());
}
