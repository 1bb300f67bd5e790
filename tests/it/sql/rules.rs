//! Rules of the house for SQL text: what the program sends, and what the two folders hold.

use crate::support::source::{self, normal};

/// Views that read the whole fleet's catalog.
const FLEET_SCANS: &[&str] =
    &["information_schema", "pg_tables", "pg_indexes", "pg_policies", "pg_views"];

#[test]
fn columns_are_always_listed() {
    for (name, text) in texts() {
        assert!(!has_star(&text), "{name} asks for every column");
    }
    for bad in
        ["select * from t", "SELECT\n  * from t", "delete from t returning *", "select t.* from t"]
    {
        assert!(has_star(&normal(bad)), "not noticed: {bad}");
    }
    assert!(!has_star("select count(*) from t"));
}

#[test]
fn the_catalog_is_walked_from_a_schema_and_never_scanned() {
    let folders = [
        ("src", &["rs", "sql"][..]),
        ("shared_schema_sql", &["sql"]),
        ("tenant_template_sql", &["sql"]),
    ];
    let mut found = Vec::new();
    for file in folders.iter().flat_map(|(folder, extensions)| source::files(folder, extensions)) {
        found.extend(fleet_scan(&file.code).map(|scan| format!("{}: {scan}", file.path)));
    }
    assert_eq!(found, Vec::<String>::new());
    for bad in [
        "where c.relnamespace = 'x'::regnamespace",
        "where c.relkind = 'r' and relnamespace=$1",
        "where (p.pronamespace = $1)",
        "join pg_class c on c.relnamespace = n.oid",
        "select from information_schema.tables",
    ] {
        assert!(fleet_scan(bad).is_some(), "not noticed: {bad}");
    }
    assert!(fleet_scan("join pg_namespace n on n.oid = c.relnamespace").is_none());
}

#[test]
fn outside_fleet_stores_are_read_by_key_or_by_the_page() {
    for sql in souk::app::statements() {
        let is_fleet = ["drift.", "health."].iter().any(|module| sql.name().starts_with(module));
        assert!(is_fleet || !walks_all_stores(&normal(sql.text())), "{}", sql.name());
    }
    for bad in [
        "select id from shared.stores",
        "select s.id from shared.stores s where s.status = 'active'",
        "select s.id from shared.fleet f join shared.stores s on s.template_version = f.birth_version",
        "update shared.stores set status = 'active'",
    ] {
        assert!(walks_all_stores(bad), "not noticed: {bad}");
    }
}

#[test]
fn no_statement_outside_fleet_looks_for_stores_by_their_schemas() {
    let text = source::files("src", &["rs"]);
    for file in text.iter().filter(|file| !file.path.starts_with("src/fleet")) {
        let code = normal(&file.code);
        for sign in ["tenant_%", "like 'tenant", "~ '^tenant"] {
            assert!(!code.contains(sign), "{}: {sign}", file.path);
        }
    }
    for sql in souk::app::statements() {
        assert!(!sql.text().contains("tenant_"), "{} names a store's schema", sql.name());
    }
}

/// The statements and the files of the two folders, in small letters and with single blanks.
fn texts() -> Vec<(String, String)> {
    let statements = souk::app::statements()
        .into_iter()
        .map(|sql| (sql.name().to_owned(), normal(&source::without_comments(sql.text(), "--"))));
    let folders = ["shared_schema_sql", "tenant_template_sql", "supabase"];
    let files = folders.iter().flat_map(|folder| source::files(folder, &["sql"]));
    statements.chain(files.map(|file| (file.path, normal(&file.code)))).collect()
}

fn has_star(text: &str) -> bool {
    ["select *", "returning *", "select distinct *"].iter().any(|star| text.contains(star))
        || text.match_indices(".*").any(|(at, _)| {
            let before = text[..at].bytes().next_back();
            let after = text[at + 2..].bytes().next();
            before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b')')
                && after.is_none_or(|b| matches!(b, b' ' | b',' | b';' | b')'))
        })
}

/// A view of the whole catalog, or a condition like `where c.relnamespace = …`: only the way from a
/// schema to its objects through `pg_depend` does not grow with the fleet.
fn fleet_scan(code: &str) -> Option<String> {
    let code = normal(code);
    if let Some(view) = FLEET_SCANS.iter().find(|view| code.contains(**view)) {
        return Some((*view).to_owned());
    }
    for column in ["relnamespace", "pronamespace", "typnamespace", "connamespace"] {
        for (at, _) in code.match_indices(column) {
            let before = code[..at].rsplit(|c: char| c.is_whitespace() || c == '(').nth(1);
            let after = code[at + column.len()..].trim_start();
            let is_condition = matches!(before, Some("where" | "and" | "or" | "on" | "not" | ""));
            if is_condition && (after.starts_with('=') || after.starts_with("in (")) {
                return Some(column.to_owned());
            }
        }
    }
    None
}

/// Reads or writes `shared.stores` without one store's key, a person's, or a limit.
fn walks_all_stores(text: &str) -> bool {
    let touches = ["from shared.stores", "join shared.stores", "update shared.stores"];
    if !touches.iter().any(|touch| text.contains(touch)) {
        return false;
    }
    let keys = ["id", "slug", "schema_name", "user_id", "store_id", "token_hash"];
    let by_key = keys.iter().any(|key| {
        text.contains(&format!(".{key} = $")) || text.contains(&format!("where {key} = $"))
    });
    !by_key && !text.contains(" limit ")
}
