//! What must hold for any request to the REST plane: Postgres accepts the statement, or the caller
//! is told what is wrong; never a 5xx, and never SQL that the caller wrote.

mod injection;
mod queries;
mod writes;

use proptest::prelude::*;
use proptest::test_runner::{Config as RunnerConfig, TestRunner};
use souk::rest::standalone::Standalone;
use souk::rest::{Request, Response};

use crate::support::rest::RestDatabase;
use queries::{column, operation, query, relation, select};

/// Cases of a run; `SOUK_CASES` asks for more.
const CASES: u32 = 400;
const SECRET: &str = "a-secret-of-more-than-thirty-two-letters";

async fn plane() -> (RestDatabase, Standalone) {
    let database = crate::support::rest_database().await;
    let settings = [
        ("db-schemas", "shop,other"),
        ("db-extra-search-path", "private"),
        ("jwt-secret", SECRET),
        ("db-aggregates-enabled", "true"),
        ("db-plan-enabled", "true"),
        ("db-tx-end", "rollback"),
        ("db-pool", "2"),
    ];
    let plane = database.plane("service_role", &settings);
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

/// Sends what a strategy makes, and fails on the first that is a fault.
fn try_all(requests: impl Strategy<Value = Request>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_database, plane) = runtime.block_on(plane());
    let cases = std::env::var("SOUK_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(CASES);
    let mut runner = TestRunner::new(RunnerConfig {
        cases,
        failure_persistence: None,
        ..RunnerConfig::default()
    });
    let result = runner.run(&requests, |request| {
        let response = runtime.block_on(plane.answer(&request, 0));
        prop_assert!(fault(&response).is_none(), "{request:?}: {:?}", fault(&response));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn any_query_is_answered_or_refused() {
    try_all(
        (relation(), query()).prop_map(|(relation, query)| get(&format!("/{relation}"), &query)),
    );
}
