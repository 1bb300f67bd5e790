//! Every limit at its edge: what is just outside is refused by the constraint's name, and what is
//! just inside is taken.

use std::collections::BTreeSet;

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::support::Pair;

const EDGES: &str = include_str!("edges.txt");

#[tokio::test]
async fn every_limit_refuses_by_its_name_and_allows_what_is_within() {
    let pair = Pair::new().await;
    let (owner, schema) = (&pair.owner, pair.a.schema.as_str());
    owner.batch_execute(&format!("set search_path = {schema}")).await.unwrap();
    // A second row, so that there is something to be unique among.
    let other =
        "insert into discounts (code, name, kind) values ('OTHER', 'Other', 'free_delivery')";
    owner.batch_execute(other).await.unwrap();

    let mut seen = BTreeSet::new();
    for line in EDGES.lines().filter(|line| !line.starts_with('#')) {
        let [constraint, refused, allowed] =
            line.splitn(3, ';').map(str::trim).collect::<Vec<_>>().try_into().expect(line);
        let answer = update(owner, constraint, refused).await;
        assert_eq!(answer, Err(constraint.to_owned()), "{line}");
        if !allowed.is_empty() {
            assert_eq!(update(owner, constraint, allowed).await, Ok(1), "{line}");
        }
        seen.insert(constraint.to_owned());
    }
    let held = super::constraints(owner, schema).await;
    assert_eq!(held.difference(&seen).collect::<Vec<_>>(), Vec::<&String>::new(), "no edge");
}

/// Sets something in the table a constraint is of, and takes it back. Answers how many rows took it,
/// or which constraint refused.
async fn update(owner: &Client, constraint: &str, set: &str) -> Result<u64, String> {
    let text = "select conrelid::regclass::text, contype = 'u' from pg_constraint
                 where conname = $1 and connamespace = current_schema()::regnamespace";
    let row = owner.query_one(text, &[&constraint]).await.expect(constraint);
    let (table, is_unique): (String, bool) = (row.get(0), row.get(1));
    let which = match is_unique {
        true => String::new(),
        false => format!("where ctid = (select min(ctid) from {table})"),
    };
    owner.batch_execute("begin").await.unwrap();
    let result = owner.execute(&format!("update {table} set {set} {which}"), &[]).await;
    owner.batch_execute("rollback").await.unwrap();
    result.map_err(|error| {
        let refused = error.as_db_error().unwrap_or_else(|| panic!("{set}: {error}"));
        let is_limit =
            [SqlState::CHECK_VIOLATION, SqlState::UNIQUE_VIOLATION].contains(refused.code());
        assert!(is_limit, "{constraint}: {set}: {}", refused.message());
        refused.constraint().unwrap_or_default().to_owned()
    })
}
