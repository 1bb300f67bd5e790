//! Supabase's database linter (splinter), rule by rule in our own words, on a store and on what
//! stores share. What Supabase would show the owner of the project, a test shows first.

mod rules;

use std::collections::BTreeSet;

use crate::support::World;
use crate::support::rule::{assert_clean, assert_each_is_seen_to_fail};

/// Rules that are not asked here, and why.
const NOT_ASKED: &[(&str, &str)] = &[
    ("0005", "unused_index: a question to a database with traffic"),
    ("0012", "auth_allow_anonymous_sign_ins: a page of the manual, not a query"),
    ("0017", "foreign_table_in_api: making one takes a superuser; `schema.rs` refuses the kind"),
    ("0019", "insecure_queue_exposed_in_api: about pgmq; ours are tables, held by 0013"),
    ("0020", "table_bloat: a question to a database with traffic"),
    ("0022", "extension_versions_outdated: the operator's, not the template's"),
    ("0025", "public_bucket_allows_listing: about rows of storage.buckets"),
    ("0026", "pg_graphql exposed to anon: not installed, and stores are in none of its paths"),
    ("0027", "pg_graphql exposed to authenticated: as 0026"),
];

#[tokio::test]
async fn a_store_and_what_stores_share_are_clean() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let owner = world.database.owner().await;
    assert_clean(rules::ALL, &owner, store.schema.as_str()).await;
    assert_clean(rules::ALL, &owner, "shared").await;
}

#[tokio::test]
async fn each_linter_rule_is_seen_to_fail() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let owner = world.database.owner().await;
    assert_each_is_seen_to_fail(rules::ALL, &owner, store.schema.as_str()).await;
}

#[test]
fn each_rule_of_the_linter_is_asked_or_has_a_reason() {
    let asked = rules::ALL.iter().map(|rule| &rule.name[..4]);
    let listed: Vec<&str> = asked.chain(NOT_ASKED.iter().map(|(number, _)| *number)).collect();
    let all: BTreeSet<String> = (1..=29).map(|number| format!("{number:04}")).collect();
    assert_eq!(listed.iter().map(|&n| n.to_owned()).collect::<BTreeSet<_>>(), all);
    assert_eq!(listed.len(), all.len(), "a rule is listed twice");
}
