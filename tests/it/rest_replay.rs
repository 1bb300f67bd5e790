//! The REST plane against recordings of a real PostgREST: every exchange is sent again, and the
//! answer and what it left in the tables are compared. Those that are not equal stand in a list,
//! each with its reason.

mod exchange;
mod rows;
mod server;
pub(crate) mod tokens;

use std::collections::{BTreeMap, BTreeSet};

use exchange::Exchange;
use rows::Rows;
use server::Server;

const PAGE: &str = include_str!("../../docs/postgrest-compatibility.md");

const CONFIGS: [&str; 7] =
    ["defaults", "aggregates", "max-rows", "tx-override", "pre-request", "no-anon", "aud"];

/// What differs, and why it is to stay so.
const DIFFERENT: &[(&str, &str)] = &[
    ("read-embed-spread-005", "a spread embed is ordered before it is limited, not after"),
    ("read-encoding-008", "a filter value that is no UTF-8 is a 400, not a 500"),
    ("read-encoding-028", "a filter value that is no UTF-8 is a 400, not a 500"),
    ("read-errors-088", "what follows a `#` in the request's target never reaches the plane"),
    ("rpc-results-006", "filters of an embed are not asked of the function's own rows"),
    ("rpc-results-041", "CSV has its header in the order of its rows"),
    ("write-csv-013", "a byte order mark before CSV is not part of the first column's name"),
    ("write-insert-return-034", "CSV has its header in the order of its rows"),
    ("write-update-035", "CSV has its header in the order of its rows"),
    ("write-update-042", "PATCH and DELETE can be filtered by embedded rows, as GET can"),
];

#[tokio::test]
async fn every_recorded_exchange_is_answered_as_it_was() {
    let database = crate::support::rest_database().await;
    let uri = database.uri.clone();
    let exchanges = exchange::all();
    let mut rows = Rows::open(&uri).await;
    let mut groups: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut unequal: BTreeSet<String> = BTreeSet::new();
    let mut surprises = Vec::new();
    for config in CONFIGS {
        let server = Server::start(&uri, config);
        let mut is_dirty = true;
        for exchange in exchanges.iter().filter(|exchange| exchange.config == config) {
            let differences = replay(exchange, &server, &mut rows, is_dirty).await;
            is_dirty = exchange.writes();
            let group = groups.entry(exchange.group.clone()).or_default();
            if differences.is_empty() {
                group.0 += 1;
                continue;
            }
            group.1 += 1;
            unequal.insert(exchange.id.clone());
            if DIFFERENT.iter().all(|(id, _)| *id != exchange.id) {
                surprises.push(format!("{}: {}", exchange.id, differences.join("; ")));
            }
        }
        server.stop();
    }
    for (group, (equal, different)) in &groups {
        println!("{group:32} {equal:4} equal {different:4} different");
    }
    for (id, reason) in DIFFERENT {
        if !unequal.contains(*id) {
            surprises.push(format!("{id} is equal now, though it was not to be: {reason}"));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
    for (group, (equal, different)) in &groups {
        let line = format!("| {group} | {equal} | {different} |");
        assert!(PAGE.contains(&line), "the page is to say: {line}");
    }
    let equal: usize = groups.values().map(|(equal, _)| equal).sum();
    let said = format!("1,{:03} are equal", equal - 1_000);
    assert!(PAGE.contains(&said), "the page is to say: {said}");
}

#[test]
fn the_compatibility_page_names_what_differs() {
    for (id, reason) in DIFFERENT {
        assert!(PAGE.contains(&format!("`{id}`")), "{id} is missing");
        assert!(PAGE.contains(reason), "{id}: {reason}");
    }
    let recorded: BTreeSet<String> = exchange::all().into_iter().map(|one| one.id).collect();
    let named = PAGE.split('`').filter(|word| recorded.contains(*word));
    let listed: BTreeSet<&str> = DIFFERENT.iter().map(|(id, _)| *id).collect();
    assert_eq!(named.collect::<BTreeSet<_>>(), listed);
}

/// Sends an exchange again; what differs.
async fn replay(
    exchange: &Exchange,
    server: &Server,
    rows: &mut Rows,
    is_dirty: bool,
) -> Vec<String> {
    if is_dirty || exchange.writes() {
        rows.reset().await;
    }
    let answer = server.send(exchange).await;
    let mut differences = exchange.compare(&answer);
    if exchange.writes() {
        let effects = rows.effects().await;
        if effects != exchange.effects() {
            differences.push(format!("it left {effects:?}"));
        }
    }
    differences
}
