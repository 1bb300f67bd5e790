//! The rules of the catalog, on a store and on what stores share. Each is broken in a store's own
//! schema and seen to be noticed.

mod grants;
pub(crate) mod rename;
mod rules;

use crate::support::World;
use crate::support::rule::{assert_clean, assert_each_is_seen_to_fail};

#[tokio::test]
async fn a_store_keeps_every_rule() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let owner = world.database.owner().await;
    for rules in [rules::EVERYWHERE, rules::OF_A_STORE] {
        assert_clean(rules, &owner, store.schema.as_str()).await;
    }
}

#[tokio::test]
async fn what_stores_share_keeps_every_rule() {
    let world = World::new().await;
    world.store("acme").await;
    let owner = world.database.owner().await;
    for rules in [rules::EVERYWHERE, rules::OF_SHARED] {
        assert_clean(rules, &owner, "shared").await;
    }
}

#[tokio::test]
async fn each_rule_is_seen_to_fail() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let owner = world.database.owner().await;
    for rules in [rules::EVERYWHERE, rules::OF_A_STORE, rules::OF_SHARED] {
        assert_each_is_seen_to_fail(rules, &owner, store.schema.as_str()).await;
    }
}
