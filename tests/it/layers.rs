//! Who may import whom: the table of layers, written once as data and compared with every
//! `crate::…` path in `src`. A module that is not in the table is a failure.

use std::collections::BTreeSet;

use crate::support::source::{self, File};

/// What each module of the crate may use. `main` and the binary's files use the library by name.
const MAY_USE: &[(&str, &[&[&str]])] = &[
    // Layer 0: values.
    ("base", &[&[]]),
    // Layer 1: the outside world.
    ("db", &[&["base"]]),
    ("supabase", &[&["base", "outside"]]),
    ("supabase::embedded", &[&["base", "outside", "db"]]),
    ("outside", &[&["base"]]),
    ("render", &[&["base"]]),
    // Layer 2: the domain.
    ("template", &[VALUES_AND_DB]),
    ("stores", &[VALUES_AND_DB, &["template"]]),
    ("fleet", &[VALUES_AND_DB, &["template", "stores"]]),
    ("commerce", &[VALUES_AND_DB, &["stores"]]),
    ("notify", &[VALUES_AND_DB, &["supabase"]]),
    ("rest", &[VALUES_AND_DB]),
    // Layer 3: the doors. They may use everything below, and not each other.
    ("http", &[BELOW]),
    ("cli", &[BELOW, CLI]),
    ("demo", &[BELOW]),
    // Layer 4: puts it together.
    ("app", &[BELOW, TOP]),
    ("config", &[BELOW, TOP]),
    ("telemetry", &[BELOW, TOP]),
    ("main", &[BELOW, TOP]),
    ("lib", &[BELOW, TOP]),
];

const VALUES_AND_DB: &[&str] = &["base", "db"];
const BELOW: &[&str] = &[
    "base",
    "db",
    "supabase",
    "outside",
    "render",
    "template",
    "stores",
    "fleet",
    "commerce",
    "notify",
    "rest",
    "app",
    "config",
    "telemetry",
];
/// `souk serve` starts the doors, `souk dev` the demo.
const CLI: &[&str] = &["http", "demo"];
const TOP: &[&str] = &["http", "demo", "cli"];

/// Crates that only some modules may name.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("axum", &["http"]),
    ("tower_http", &["http"]),
    ("tokio_postgres", &["db"]),
    ("tokio_postgres_rustls", &["db"]),
    ("postgres_protocol", &["db"]),
    ("rustls", &["db"]),
    ("reqwest", &["outside"]),
    ("clap", &["cli", "main"]),
    ("anyhow", &["cli", "main"]),
    ("indicatif", &["cli"]),
    ("refinery", &["template"]),
    ("refinery_core", &["template", "db"]),
];

/// Macros that stand at the crate's root, whichever module they are of.
const MACROS: &[&str] = &["args", "queries", "store_columns", "ensure", "statements"];

#[test]
fn each_module_uses_what_its_layer_may() {
    let wrong: Vec<String> = source::files("src", &["rs"]).iter().flat_map(wrong_uses).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_use_against_the_layers_is_noticed() {
    for (path, code) in [
        ("src/base/money.rs", "use crate::db::Tx;"),
        ("src/db/pool.rs", "use crate::{args, stores};"),
        (
            "src/db/pool.rs",
            "use crate::{\n    base::id::StoreId,\n    template::{self, Filler},\n};",
        ),
        ("src/template.rs", "fn f() { crate::stores::provision() }"),
        ("src/stores/model.rs", "use crate::fleet::drift;"),
        ("src/stores.rs", "use crate::http::problem::Problem;"),
        ("src/rest/plan.rs", "use crate::stores::Store;"),
        ("src/commerce/handle.rs", "use crate::render;"),
        ("src/demo.rs", "use crate::http;"),
        ("src/app.rs", "use axum::Router;"),
        ("src/supabase/client.rs", "use crate::db;"),
        ("src/http/v1.rs", "use crate::cli;"),
        ("src/novelty.rs", "use crate::base;"),
        ("src/db/tx.rs", "use crate::novelty;"),
        ("src/stores/model.rs", "use axum::Json;"),
        ("src/stores/model.rs", "fn f(client: &tokio_postgres::Client) {}"),
        ("src/template/build.rs", "use {reqwest as web};"),
        ("src/stores/actor.rs", "use anyhow::Result;"),
        ("src/stores/actor.rs", "use super::super::fleet;"),
    ] {
        let file = File { path: path.to_owned(), code: code.to_owned() };
        assert!(!wrong_uses(&file).is_empty(), "not noticed: {path}: {code}");
    }
    for (path, code) in [
        ("src/supabase/embedded/auth.rs", "use crate::db::AuthTx; use crate::supabase::Error;"),
        ("src/stores/model.rs", "use crate::{args, base::id::StoreId, db::{Error, Row}};"),
        ("src/http/log.rs", "use axum::Json; use super::problem;"),
        ("src/rest/sql/count.rs", "use super::super::plan::Read;"),
    ] {
        let file = File { path: path.to_owned(), code: code.to_owned() };
        assert_eq!(wrong_uses(&file), Vec::<String>::new(), "{path}: {code}");
    }
}

/// Extractors of the framework's that refuse in its own words, and where ours stand in front of them.
const ONLY_EXTRACTED_IN: &[(&str, &str)] = &[
    ("Path", "src/http/extract/path.rs"),
    ("RawPathParams", "src/http/extract/path.rs"),
    ("Query", "src/http/extract/query.rs"),
];

#[test]
fn requests_are_taken_apart_by_extractors_that_refuse_in_our_words() {
    let files = source::files("src", &["rs"]);
    let wrong: Vec<String> = files.iter().flat_map(wrong_extractors).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for code in [
        "use axum::extract::{Path, State};",
        "use axum::extract::Query;",
        "async fn f(path: axum::extract::Path<String>) {}",
        "use axum::{extract::{Query as Question}, Json};",
        "use axum::extract;",
        "use axum::extract::*;",
    ] {
        let file = File { path: "src/http/v1.rs".to_owned(), code: code.to_owned() };
        assert!(!wrong_extractors(&file).is_empty(), "not noticed: {code}");
    }
}

fn wrong_extractors(file: &File) -> Vec<String> {
    let mut named = BTreeSet::new();
    for (at, _) in file.code.match_indices("extract") {
        let rest = &file.code[at + "extract".len()..];
        let before = &file.code[..at];
        let line = &before[before.rfind(';').map_or(0, |at| at + 1)..];
        if !line.contains("axum::") {
            continue;
        }
        match rest.strip_prefix("::") {
            Some(rest) if rest.starts_with('{') => named.extend(first_names(&rest[1..])),
            Some(rest) if rest.starts_with('*') => _ = named.insert("*".to_owned()),
            Some(rest) => named.extend(first_name(rest)),
            None if rest.starts_with([';', ',', '}']) => _ = named.insert("*".to_owned()),
            None => {}
        }
    }
    let is_wrong = |name: &str| {
        let known = ONLY_EXTRACTED_IN.iter().find(|(known, _)| *known == name);
        name == "*" || known.is_some_and(|(_, only_in)| file.path != *only_in)
    };
    let wrong = named.iter().filter(|name| is_wrong(name));
    wrong.map(|name| format!("{}: takes axum's own {name}", file.path)).collect()
}

#[test]
fn clippy_refuses_the_ways_around() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/clippy.toml")).unwrap();
    for ban in [
        "tokio_postgres::Client::query",
        "tokio_postgres::Client::query_one",
        "tokio_postgres::Client::query_opt",
        "tokio_postgres::Client::query_typed",
        "tokio_postgres::Client::query_raw",
        "tokio_postgres::Client::execute",
        "tokio_postgres::Client::execute_typed",
        "tokio_postgres::Client::simple_query",
        "tokio_postgres::Client::batch_execute",
        "tokio_postgres::Client::prepare",
        "tokio_postgres::Client::transaction",
        "tokio_postgres::Transaction::query",
        "tokio_postgres::Transaction::query_typed",
        "tokio_postgres::Transaction::execute",
        "tokio_postgres::Transaction::execute_typed",
        "tokio_postgres::Transaction::batch_execute",
        "tokio::time::sleep",
        "std::time::SystemTime::now",
        "jiff::Timestamp::now",
    ] {
        assert!(text.contains(&format!("path = \"{ban}\"")), "clippy.toml no longer bans {ban}");
    }
    let wide = |file: &File| file.code.contains("allow(clippy::disallowed_methods");
    let wide: Vec<String> =
        source::files("src", &["rs"]).into_iter().filter(wide).map(|file| file.path).collect();
    assert_eq!(wide, Vec::<String>::new(), "expect() with a reason, on the one function");
}

/// What a file uses and may not.
fn wrong_uses(file: &File) -> Vec<String> {
    let module = module_of(&file.path);
    let Some(allowed) = may_use(&module) else {
        return vec![format!("{}: the module is in no layer", file.path)];
    };
    let top = module.split("::").next().unwrap_or_default();
    let mut wrong = Vec::new();
    for used in used_modules(&file.code) {
        if used != top && !MACROS.contains(&used.as_str()) && !allowed.contains(&used.as_str()) {
            wrong.push(format!("{}: {top} may not use {used}", file.path));
        }
    }
    for (name, only_in) in ONLY_IN {
        if !only_in.contains(&top) && names_crate(&file.code, name) {
            wrong.push(format!("{}: {name} is named only in {only_in:?}", file.path));
        }
    }
    // `super` as often as the module is deep is the crate itself.
    if file.code.contains(&vec!["super"; module.split("::").count()].join("::")) && module != top {
        wrong.push(format!("{}: write crate::, so that it can be read", file.path));
    }
    wrong
}

fn may_use(module: &str) -> Option<Vec<&'static str>> {
    let fits = |name: &str| module == name || module.starts_with(&format!("{name}::"));
    let entries = MAY_USE.iter().filter(|(name, _)| fits(name));
    entries.max_by_key(|(name, _)| name.len()).map(|(_, allowed)| allowed.concat())
}

/// `src/supabase/embedded/auth.rs` → `supabase::embedded::auth`.
fn module_of(path: &str) -> String {
    path.trim_start_matches("src/").trim_end_matches(".rs").replace('/', "::")
}

/// The first name after every `crate::`, groups taken apart.
fn used_modules(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let is_path = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let rest = &code[at + "crate::".len()..];
        if !is_path {
            continue;
        }
        match rest.strip_prefix('{') {
            Some(group) => used.extend(first_names(group)),
            None => used.extend(first_name(rest)),
        }
    }
    used
}

fn first_name(text: &str) -> Option<String> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// The first name of each member of a group, up to its closing brace.
fn first_names(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut names = Vec::new();
    let mut member = String::new();
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.extend(first_name(member.trim()));
                member.clear();
                continue;
            }
            _ => {}
        }
        member.push(c);
    }
    names.extend(first_name(member.trim()));
    names
}

fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + name.len()..].trim_start();
        let is_start =
            before.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == '"' || c == '/'));
        is_start && (after.starts_with("::") || after.starts_with("as ") || after.starts_with(';'))
    })
}
