//! No store sees another, by any table, role or verb. Everything is enumerated from the catalog and
//! compared with one table of data (`support/classes.rs`), so that a new table enters by itself.

use crate::support::Pair;
use crate::support::classes::{self, Class, Table};
use crate::support::pair::{Entry, Persona, Standing};

pub(crate) mod attempt;

use attempt::{Found, Outcome, Place, Verb};

#[tokio::test]
async fn two_stores_with_the_same_keys_do_not_see_each_other() {
    let pair = Pair::new().await;
    let tables = attempt::tables(&pair).await;
    assert!(tables.iter().all(|table| table.total > 0), "a table has no row in goods.sql");
    let before = attempt::content(&pair, &pair.b).await;

    let report = attempt::all(&pair, &tables).await;

    assert_eq!(report.mismatches, Vec::<String>::new());
    assert_eq!(attempt::content(&pair, &pair.b).await, before);
    let verbs = Verb::ALL.len();
    assert!(report.tried >= tables.len() * pair.personas.len() * verbs, "{}", report.tried);
    println!("{} tables x {} personas: {} tries", tables.len(), pair.personas.len(), report.tried);
}

#[tokio::test]
async fn what_is_written_in_one_store_is_not_written_in_the_other() {
    let pair = Pair::new().await;
    let before = attempt::content(&pair, &pair.b).await;
    let tables = attempt::tables(&pair).await;

    for persona in pair.personas.iter().filter(|persona| persona.entry != Entry::Bare("")) {
        pair.begin(persona).await;
        let client = pair.client(persona);
        let b = Place::There(pair.b.schema.to_string());
        let is_stranger_to_b = persona.there.as_ref().is_some_and(|at| !is_member(at));
        for (found, verb) in tables.iter().flat_map(|t| Verb::ALL.map(|verb| (t, verb))) {
            attempt::attempt_and_keep(client, &verb.text(found, &Place::Here, 0)).await;
            if is_stranger_to_b {
                attempt::attempt_and_keep(client, &verb.text(found, &b, 0)).await;
            }
        }
        client.batch_execute("commit").await.unwrap();
    }

    assert_eq!(attempt::content(&pair, &pair.b).await, before);
    for (table, rows) in attempt::content(&pair, &pair.a).await {
        let is_closed = classes::find(&table).is_none_or(|table| table.class == Class::Closed);
        assert!(is_closed || rows.is_none(), "{table} was not emptied in its own store");
    }
}

#[tokio::test]
async fn what_stores_share_is_closed_to_everyone_who_entered_one() {
    let pair = Pair::new().await;
    let tables = attempt::tables_of(&pair, &["shared", "auth"]).await;
    assert!(tables.len() > 20);

    for persona in pair.personas.iter().filter(|persona| persona.name != "souk_core") {
        pair.begin(persona).await;
        for (found, verb) in tables.iter().flat_map(|t| Verb::ALL.map(|verb| (t, verb))) {
            let text = verb.text(found, &Place::There(found.schema.clone()), 0);
            let got = attempt::attempt(pair.client(persona), verb, &text).await;
            assert_eq!(got, Outcome::Refused, "{}: {text}", persona.name);
        }
        pair.client(persona).batch_execute("rollback").await.unwrap();
    }
}

#[tokio::test]
async fn each_table_without_row_security_is_found() {
    let pair = Pair::new().await;
    for found in attempt::tables(&pair).await {
        let table = format!("{}.{}", pair.a.schema, found.name);
        let patch = |verb: &str| format!("alter table {table} {verb} row level security");
        pair.owner.batch_execute(&patch("disable")).await.unwrap();
        let report = attempt::all(&pair, std::slice::from_ref(&found)).await;
        pair.owner.batch_execute(&patch("enable")).await.unwrap();
        let is_closed = found.rules.is_some_and(|rules| rules.class == Class::Closed);
        assert!(is_closed || !report.mismatches.is_empty(), "{table}: nothing was noticed");
    }
}

#[tokio::test]
async fn a_new_table_and_a_wide_policy_or_grant_are_found() {
    let pair = Pair::new().await;
    for (patch, sign) in [
        ("create table surprise (id integer)", "surprise"),
        ("alter policy products_update on products using (true)", "stranger: update products"),
        ("alter policy discounts_read on discounts using (true)", "stranger: select discounts"),
        ("alter policy pages_public on pages using (true)", "anon: select pages"),
        (
            "grant insert on reviews to authenticated; create policy wide on reviews for insert
          to authenticated with check (true)",
            "shopper of a: insert reviews",
        ),
        (
            "grant update on settings to anon; create policy wide on settings to anon using (true)",
            "anon: update settings",
        ),
        (
            "grant select on refinery_schema_history to service_role",
            "verb: select refinery_schema_history",
        ),
    ] {
        let text = format!("set search_path = {}; {patch}; reset search_path", pair.a.schema);
        pair.owner.batch_execute(&text).await.unwrap();
        let report = attempt::all(&pair, &attempt::tables(&pair).await).await;
        let found = report.mismatches.iter().any(|line| line.contains(sign));
        assert!(found, "{patch}: {:?}", report.mismatches);
    }
}

#[tokio::test]
async fn search_finds_what_the_caller_may_read_of_this_store() {
    let pair = Pair::new().await;
    for persona in pair.personas.iter().filter(|persona| persona.here != Standing::Nobody) {
        let handles_customers = matches!(&persona.here, Standing::Member(role)
            if pair.permissions[role].contains("customers"));
        let found = |count| if count == 0 { Outcome::Rows(0) } else { Outcome::Rows(1) };
        let customers = match persona.here {
            Standing::Anon | Standing::Service => Outcome::Refused,
            _ => found(u64::from(handles_customers)),
        };
        pair.begin(persona).await;
        for (text, expected) in [
            ("select tableoid from search_products('shoe')", Outcome::Rows(1)),
            ("select tableoid from search_products('fly')", Outcome::Rows(0)),
            ("select tableoid from search_customers('sam')", customers),
        ] {
            let text = text.replace("select tableoid", "select count(*), 0::bigint");
            let got = attempt::attempt(pair.client(persona), Verb::Select, &text).await;
            assert_eq!(got, expected, "{}: {text}", persona.name);
        }
        pair.client(persona).batch_execute("rollback").await.unwrap();
    }
}

fn is_member(standing: &Standing) -> bool {
    matches!(standing, Standing::Member(_))
}

/// What the rules say of one try.
pub(crate) fn expected(
    pair: &Pair,
    persona: &Persona,
    table: &Found,
    verb: Verb,
    at: &Standing,
) -> Outcome {
    let Some(rules) = table.rules else { return Outcome::Unlisted };
    if rules.class == Class::Closed {
        return Outcome::Refused;
    }
    match at {
        Standing::Nobody => Outcome::Refused,
        Standing::Service if verb == Verb::Insert => Outcome::Allowed,
        Standing::Service => Outcome::Rows(table.total),
        Standing::Anon if verb == Verb::Select && rules.public > 0 => Outcome::Rows(rules.public),
        Standing::Anon => Outcome::Refused,
        Standing::Stranger | Standing::Shopper | Standing::Member(_) => {
            signed_in(pair, persona, table, rules, verb, at)
        }
    }
}

fn signed_in(
    pair: &Pair,
    persona: &Persona,
    table: &Found,
    rules: &Table,
    verb: Verb,
    at: &Standing,
) -> Outcome {
    let may = |permission: &str| match at {
        Standing::Member(role) => pair.permissions[role].contains(permission),
        _ => false,
    };
    debug_assert!(!persona.is_engine, "members come through the REST login");
    match (verb, rules.class) {
        (Verb::Select, _) if may("read") => Outcome::Rows(table.total),
        (Verb::Select, _) if *at == Standing::Shopper => Outcome::Rows(rules.public + rules.own),
        (Verb::Select, _) => Outcome::Rows(rules.public),
        (Verb::Insert, Class::Content(permission)) if may(permission) => Outcome::Allowed,
        (Verb::Insert, _) | (_, Class::State | Class::Closed) => Outcome::Refused,
        (_, Class::Content(permission)) if may(permission) => {
            Outcome::Rows(table.total - rules.frozen)
        }
        (_, Class::Content(_)) => Outcome::Rows(0),
    }
}
