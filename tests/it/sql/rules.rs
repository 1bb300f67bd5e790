//! Rules of the house for SQL text: what the program sends, and what the two folders hold.

use crate::support::source::{self, normal};

/// Catalog columns and views that are read by a scan of the whole fleet's catalog.
const FLEET_SCANS: &[&str] = &[
    "relnamespace",
    "pronamespace",
    "typnamespace",
    "connamespace",
    "information_schema",
    "pg_tables",
    "pg_indexes",
    "pg_policies",
    "pg_views",
];

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
    assert!(fleet_scan("where c.relnamespace = 'x'::regnamespace").is_some());
    assert!(fleet_scan("select from information_schema.tables").is_some());
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
fn no_statement_is_built_over_stores_outside_fleet() {
    let text = source::files("src", &["rs"]);
    for file in text.iter().filter(|file| !file.path.starts_with("src/fleet")) {
        let code = normal(&file.code);
        let is_name = file.path == "src/base/schema.rs";
        for sign in ["tenant_{", "tenant_%", "like 'tenant", "pg_namespace where nspname ~"] {
            assert!(is_name || !code.contains(sign), "{}: {sign}", file.path);
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

fn fleet_scan(code: &str) -> Option<&'static str> {
    FLEET_SCANS.iter().copied().find(|scan| {
        // Reading the column, or going from an object to the name of its schema, is no scan.
        code.match_indices(scan).any(|(at, _)| {
            let before = code[..at].rsplit_once(|c: char| c.is_whitespace() || c == '(');
            let word = before.and_then(|(words, _)| words.split_whitespace().last());
            !scan.ends_with("namespace") || matches!(word, Some("where" | "and" | "or" | "on"))
        })
    })
}

/// Reads or writes `shared.stores` without one store's key, a person's, or a limit.
fn walks_all_stores(text: &str) -> bool {
    let touches = ["from shared.stores", "join shared.stores", "update shared.stores"];
    if !touches.iter().any(|touch| text.contains(touch)) {
        return false;
    }
    let keys = ["id", "slug", "schema_name", "user_id", "store_id"];
    let by_key = keys.iter().any(|key| {
        text.contains(&format!(".{key} = $")) || text.contains(&format!("where {key} = $"))
    });
    !by_key && !text.contains(" limit ")
}
