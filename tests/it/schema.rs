//! The rules of the catalog, on a store and on what stores share. Each is broken in a store's own
//! schema and seen to be noticed.

mod everywhere;
mod grants;
mod of_a_store;
mod of_shared;
pub(crate) mod rename;

use crate::support::World;
use crate::support::rule::{assert_clean, assert_each_is_seen_to_fail};

#[tokio::test]
async fn a_store_keeps_every_rule() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let owner = world.database.owner().await;
    for rules in [everywhere::RULES, of_a_store::RULES] {
        assert_clean(rules, &owner, store.schema.as_str()).await;
    }
}

#[tokio::test]
async fn what_stores_share_keeps_every_rule() {
    let world = World::new().await;
    world.store("acme").await;
    let owner = world.database.owner().await;
    for rules in [everywhere::RULES, of_shared::RULES] {
        assert_clean(rules, &owner, "shared").await;
    }
}

#[tokio::test]
async fn each_rule_is_seen_to_fail() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let owner = world.database.owner().await;
    for rules in [everywhere::RULES, of_a_store::RULES, of_shared::RULES] {
        assert_each_is_seen_to_fail(rules, &owner, store.schema.as_str()).await;
    }
}
