//! What must hold for any request to the REST plane: Postgres accepts the statement, or the caller
//! is told what is wrong; never a 5xx, and never SQL that the caller wrote.

mod corpus;
mod queries;

use proptest::prelude::*;
use proptest::test_runner::{Config as RunnerConfig, TestRunner};
use souk::rest::standalone::settings::Given;
use souk::rest::standalone::{Source, Standalone};
use souk::rest::{Request, Response};

use crate::support::rest::RestDatabase;
use corpus::{NASTY, everywhere};
use queries::{query, relation};

/// Cases of a run; `SOUK_CASES` asks for more.
const CASES: u32 = 400;

async fn plane() -> (RestDatabase, Standalone) {
    let database = crate::support::rest_database().await;
    let given = Given::from([
        ("db-uri", database.uri.as_str()),
        ("db-schemas", "shop,other"),
        ("db-extra-search-path", "private"),
        ("db-anon-role", "service_role"),
        ("db-aggregates-enabled", "true"),
        ("db-tx-end", "rollback"),
        ("db-pool", "2"),
    ]);
    let plane = Standalone::open(Source::fixed(given)).unwrap();
    (database, plane)
}

fn get(path: &str, query: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        ..Request::default()
    }
}

/// Percent-encodes all of a text.
fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Why an answer must not be, if it must not.
fn fault(response: &Response) -> Option<String> {
    let body = String::from_utf8_lossy(&response.body);
    let is_told = response.status < 500
        // Postgres' own limits, which PostgREST answers with 500 too.
        || ["54001", "54011", "54023", "55000"].iter().any(|code| body.contains(code));
    let is_ours = !body.contains("syntax error at or near") && !body.contains("unterminated");
    (!is_told || !is_ours).then(|| format!("{} {body:.300}", response.status))
}

#[test]
fn any_query_is_answered_or_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_database, plane) = runtime.block_on(plane());
    let cases = std::env::var("SOUK_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(CASES);
    let mut runner = TestRunner::new(RunnerConfig {
        cases,
        failure_persistence: None,
        ..RunnerConfig::default()
    });
    let result = runner.run(&(relation(), query()), |(relation, query)| {
        let request = get(&format!("/{relation}"), &query);
        let response = runtime.block_on(plane.answer(&request, 0));
        prop_assert!(fault(&response).is_none(), "{query}: {:?}", fault(&response));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[tokio::test]
async fn text_never_becomes_sql() {
    let (_database, plane) = plane().await;
    let mut faults = Vec::new();
    for nasty in NASTY {
        for request in everywhere(nasty) {
            let response = plane.answer(&request, 0).await;
            if let Some(fault) = fault(&response) {
                faults.push(format!(
                    "{} {}?{}: {fault}",
                    request.method, request.path, request.query
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let left = plane.answer(&get("/widgets", "select=id"), 0).await;
    assert_eq!(left.status, 200, "the table that the corpus drops is still there");
}
