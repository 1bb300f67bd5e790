//! The table of limits in ARCHITECTURE.md is what the catalog holds: no more, no less.

mod edges;

use std::collections::BTreeSet;

use tokio_postgres::Client;

use crate::support::World;

#[tokio::test]
async fn the_table_of_limits_names_every_constraint_of_a_store() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let owner = world.database.owner().await;
    let held = constraints(&owner, store.schema.as_str()).await;

    let page = include_str!("../../ARCHITECTURE.md");
    let table = page.split("## Limits of a store's tables").nth(1).expect("the table is there");
    let named: BTreeSet<String> = table
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter_map(|line| line.rsplit('|').nth(1)?.trim().strip_prefix('`'))
        .map(|name| name.trim_end_matches('`').to_owned())
        .collect();

    let missing: Vec<&String> = held.difference(&named).collect();
    let gone: Vec<&String> = named.difference(&held).filter(|n| !n.ends_with("_idx")).collect();
    assert!(missing.is_empty(), "not in ARCHITECTURE.md: {missing:?}");
    assert!(gone.is_empty(), "in ARCHITECTURE.md only: {gone:?}");
}

/// The constraints of a store's tables, but for keys that others refer to.
async fn constraints(owner: &Client, schema: &str) -> BTreeSet<String> {
    let rows = owner
        .query(
            "select c.conname from pg_constraint c
               join pg_class r on r.oid = c.conrelid
              where c.connamespace = $1::text::regnamespace and c.contype in ('c', 'u')
                and r.relname <> 'refinery_schema_history'",
            &[&schema],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}
