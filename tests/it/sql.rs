//! Every statement of the program against a real database: it can be prepared, whoever runs it may
//! run it, and it keeps to the rules of the house.

mod migrations;
mod rules;

use std::collections::BTreeSet;

use tokio_postgres::Client;

use crate::support::{Pair, World, database, pair, source};

/// Who runs a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runner {
    /// A verb, in a store's schema.
    Store,
    /// A verb's shared part.
    Shared,
    /// The owner, who makes and drops objects.
    Owner,
    /// A login that has entered nothing.
    Login,
    /// The stand-in Auth.
    Auth,
}

/// By the beginning of the statement's name; the longest that fits.
const RUNNERS: &[(&str, Runner)] = &[
    ("accept.", Runner::Shared),
    ("audit.", Runner::Shared),
    ("auth.", Runner::Auth),
    ("build.", Runner::Owner),
    ("catalog.", Runner::Store),
    ("customers.", Runner::Store),
    ("drift.", Runner::Owner),
    ("edit.", Runner::Shared),
    ("edit.has_prices", Runner::Store),
    ("edit.settle", Runner::Store),
    ("filler.", Runner::Shared),
    ("fingerprint.", Runner::Owner),
    ("forget.", Runner::Shared),
    ("health.", Runner::Owner),
    ("idempotency.", Runner::Shared),
    ("import.", Runner::Store),
    ("invitations.", Runner::Shared),
    ("language.", Runner::Store),
    ("lifecycle.", Runner::Shared),
    ("listen.", Runner::Shared),
    ("members.", Runner::Shared),
    ("notify.", Runner::Shared),
    ("ownership.", Runner::Shared),
    ("people.", Runner::Shared),
    ("platform.", Runner::Shared),
    ("preset.", Runner::Store),
    ("provision.", Runner::Shared),
    ("purge.", Runner::Shared),
    ("purge.tables", Runner::Owner),
    ("provision.settings", Runner::Store),
    ("rest.", Runner::Login),
    ("retire.", Runner::Shared),
    ("schema_session.", Runner::Owner),
    ("setup.", Runner::Owner),
    ("sessions.", Runner::Shared),
    ("shared.", Runner::Owner),
    ("storefront.", Runner::Store),
    ("stores.", Runner::Shared),
    ("sweep.", Runner::Owner),
    ("tx.", Runner::Login),
    ("witness.", Runner::Shared),
];

fn runner_of(name: &str) -> Option<Runner> {
    let fits = RUNNERS.iter().filter(|(start, _)| name.starts_with(start));
    fits.max_by_key(|(start, _)| start.len()).map(|(_, runner)| *runner)
}

#[tokio::test]
async fn every_statement_can_be_run_by_whoever_runs_it() {
    let pair = Pair::new().await;
    let auth = database::login(&pair.world.database.config, |logins| {
        logins.auth.as_ref().expect("the test cluster has one")
    })
    .await;
    let mut refused = Vec::new();
    for sql in souk::app::statements() {
        let Some(runner) = runner_of(sql.name()) else {
            panic!("{}: say in RUNNERS who runs it", sql.name());
        };
        let client = match runner {
            Runner::Owner => &pair.owner,
            Runner::Auth => &auth,
            Runner::Store | Runner::Shared | Runner::Login => &pair.engine,
        };
        begin(&pair, client, runner).await;
        if let Err(error) = explain(client, sql.text()).await {
            refused.push(format!("{}: {error}", sql.name()));
        }
        client.batch_execute("rollback; deallocate all").await.unwrap();
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[tokio::test]
async fn a_wrong_statement_is_noticed() {
    let pair = Pair::new().await;
    for (runner, text) in [
        (Runner::Shared, "select slag from shared.stores where id = $1"),
        (Runner::Shared, "delete from shared.stores where id = $1"),
        (Runner::Shared, "select key from settings"),
        (Runner::Store, "select id from shared.stores where id = $1"),
        (Runner::Store, "select no_such_column from products where id = $1"),
        (Runner::Login, "select key from tenant_anton.settings"),
    ] {
        begin(&pair, &pair.engine, runner).await;
        assert!(explain(&pair.engine, text).await.is_err(), "{runner:?}: {text}");
        pair.engine.batch_execute("rollback; deallocate all").await.unwrap();
    }
}

#[test]
fn every_statement_has_a_name_of_its_own_before_its_text() {
    let statements = souk::app::statements();
    let names: BTreeSet<&str> = statements.iter().map(|sql| sql.name()).collect();
    assert_eq!(names.len(), statements.len());
    for sql in statements {
        assert!(sql.text().starts_with(&format!("/* {} */", sql.name())), "{}", sql.name());
        let parts: Vec<&str> = sql.name().split('.').collect();
        let is_word = |part: &&str| part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(parts.len() >= 2 && parts.iter().all(is_word), "{}", sql.name());
    }
}

#[test]
fn every_statement_of_the_source_is_in_the_list() {
    let listed: BTreeSet<&str> = souk::app::statements().iter().map(|sql| sql.name()).collect();
    let mut found = 0;
    for file in source::files("src", &["rs"]) {
        for name in declared(&file.code) {
            assert!(listed.contains(name), "{}: {name} is not in app::statements()", file.path);
            found += 1;
        }
    }
    assert_eq!(found, listed.len(), "the source was not read as it is written");
    assert_eq!(declared("queries! { ONE = \"some.one\": \"select 1\"; }"), ["some.one"]);
}

/// The names that a file gives to statements: `NAME = "module.verb":`.
fn declared(code: &str) -> Vec<&str> {
    let start = code.find("queries! {").unwrap_or(code.len());
    let names = code[start..].split("= \"").skip(1).filter_map(|rest| rest.split_once("\":"));
    let is_name = |name: &str| {
        name.contains('.') && name.bytes().all(|b| b.is_ascii_lowercase() || b"._".contains(&b))
    };
    names.map(|(name, _)| name).filter(|name| is_name(name)).collect()
}

async fn begin(pair: &Pair, client: &Client, runner: Runner) {
    client.batch_execute("begin").await.unwrap();
    match runner {
        Runner::Store => pair::enter(client, &pair.a, "service_role", None).await.unwrap(),
        Runner::Shared => {
            let text = "set local search_path = pg_catalog; set local role souk_core";
            client.batch_execute(text).await.unwrap();
        }
        Runner::Owner => {
            let text = format!("set local search_path = {}, pg_temp", pair.a.schema);
            client.batch_execute(&text).await.unwrap();
        }
        Runner::Login | Runner::Auth => {}
    }
}

/// Prepares and plans a statement: names, types and rights are checked, nothing is run.
async fn explain(client: &Client, text: &str) -> Result<(), String> {
    let said = |error: tokio_postgres::Error| {
        error.as_db_error().map_or_else(|| error.to_string(), |db| db.message().to_owned())
    };
    client.batch_execute(&format!("prepare one as {text}")).await.map_err(said)?;
    let types =
        "select cardinality(parameter_types) from pg_prepared_statements where name = 'one'";
    let count: i32 = client.query_one(types, &[]).await.map_err(said)?.get(0);
    let nulls = vec!["null"; usize::try_from(count).unwrap_or_default()].join(", ");
    let arguments = if count == 0 { String::new() } else { format!("({nulls})") };
    client.batch_execute(&format!("explain execute one{arguments}")).await.map_err(said)
}

/// A limit that is written down and asked for by nobody is none.
#[tokio::test]
async fn every_limit_of_a_plan_is_read() {
    let world = World::new().await;
    let text = "select attname::text from pg_attribute
                 where attrelid = 'shared.plans'::regclass and attnum > 0 and not attisdropped
                   and attname like '%\\_max'";
    let owner = world.database.owner().await;
    let limits: Vec<String> =
        owner.query(text, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert!(limits.len() >= 2, "{limits:?}");
    for limit in limits {
        let is_read = souk::app::statements().iter().any(|sql| sql.text().contains(&limit));
        assert!(is_read, "no statement asks for plans.{limit}");
    }
}
