//! The tables of the stand-in against those the real Auth leaves after its migrations, so that it
//! can take the database over.
#![expect(clippy::disallowed_methods, reason = "tests look at the catalog as a superuser")]

use std::collections::BTreeMap;

use tokio_postgres::Client;

use crate::support;

/// What the real Auth's migrations add later, and stop at if it is there before them.
const ADDED_LATER: [&str; 2] = [
    "ck sessions_scopes_length ((char_length(scopes) <= 4096))",
    "fk sessions_oauth_client_id_fkey (oauth_client_id) -> oauth_clients(id) on delete cascade",
];

/// Columns of a table in one line, in order.
const COLUMNS: &str = "
    select c.relname::text, string_agg(
        a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        || case when a.attnotnull then '!' else '' end
        || coalesce(case a.attgenerated when 's' then ' := ' else ' = ' end
                    || pg_get_expr(d.adbin, d.adrelid), ''),
        ', ' order by a.attnum)
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = 'auth'::regnamespace and c.relkind = 'r'
    group by c.relname";

/// Constraints and further indexes, a line each.
const RULES: &str = "
    select conrelid::regclass::text,
        case contype when 'p' then 'pk ' when 'u' then 'uq ' when 'f' then 'fk ' else 'ck ' end
        || conname || regexp_replace(pg_get_constraintdef(oid),
            '^(PRIMARY KEY|UNIQUE|FOREIGN KEY|CHECK)', '')
    from pg_constraint where connamespace = 'auth'::regnamespace and contype <> 'n'
    union all
    select x.indrelid::regclass::text, 'ix ' || i.relname
        || case when x.indisunique then ' unique ' else ' ' end
        || regexp_replace(pg_get_indexdef(i.oid), '^.* USING ', '')
    from pg_index x join pg_class i on i.oid = x.indexrelid
    where i.relnamespace = 'auth'::regnamespace
        and not exists (select from pg_constraint c where c.conindid = i.oid)";

/// Lines by table.
type Tables = BTreeMap<String, Vec<String>>;

#[tokio::test]
async fn the_tables_are_those_of_the_real_auth() {
    let database = support::auth_database().await;
    let recorded = recorded();
    for (table, lines) in ours(&database.admin).await {
        let wanted: Vec<&String> =
            recorded[&table].iter().filter(|line| !ADDED_LATER.contains(&line.as_str())).collect();
        assert_eq!(lines.iter().collect::<Vec<_>>(), wanted, "table {table}");
    }
}

fn recorded() -> Tables {
    let text = include_str!("../data/auth/schema.txt");
    let (_, tables) = text.split_once("## tables").expect("the list has tables");
    let mut out = Tables::new();
    let mut table = String::new();
    for line in tables.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("  ") {
            Some(line) => out.entry(table.clone()).or_default().push(line.to_owned()),
            None => line.split(' ').next().unwrap_or_default().clone_into(&mut table),
        }
    }
    out.values_mut().for_each(|lines| lines[1..].sort());
    out
}

async fn ours(admin: &Client) -> Tables {
    let mut out = Tables::new();
    for sql in [COLUMNS, RULES] {
        let mut rows: Vec<(String, String)> = admin
            .query(sql, &[])
            .await
            .expect("the catalog answers")
            .iter()
            .map(|row| (short(row.get(0)), short(row.get(1))))
            .collect();
        rows.sort();
        for (table, line) in rows {
            out.entry(table).or_default().push(line);
        }
    }
    out
}

/// The notation of the list: short names of types, no schema.
fn short(text: &str) -> String {
    [
        ("auth.", ""),
        ("character varying", "varchar"),
        ("timestamp with time zone", "timestamptz"),
        ("timestamp without time zone", "timestamp"),
        ("boolean", "bool"),
        ("REFERENCES", "->"),
        ("ON DELETE CASCADE", "on delete cascade"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (long, short)| text.replace(long, short))
}
