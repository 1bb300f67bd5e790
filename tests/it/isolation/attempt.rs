//! Trying every verb on every table as every persona, and what came of it.

use std::collections::BTreeMap;

use souk::stores::Store;
use tokio_postgres::Client;

use super::expected;
use crate::support::Pair;
use crate::support::classes::{self, Table};

/// What a try came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// So many rows seen or touched.
    Rows(u64),
    /// The right was there: a constraint came after it.
    Allowed,
    /// 42501.
    Refused,
    /// The table is in no list of ours.
    Unlisted,
    /// Rows of another store's table were seen.
    Leak,
    /// Anything else.
    Failed(String),
}

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Select,
    Insert,
    Update,
    Delete,
}

/// Where it is tried.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// By its bare name, in the store that was entered.
    Here,
    /// By its qualified name, in another schema.
    There(String),
}

/// A table as the catalog has it.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) rules: Option<&'static Table>,
    pub(crate) total: u64,
    oid: u32,
    pub(crate) columns: String,
    pub(crate) first: String,
    /// Its rows as the owner sees them, to be inserted once more.
    pub(crate) rows: Vec<String>,
}

/// What all tries came to.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) tried: usize,
    pub(crate) mismatches: Vec<String>,
}

impl Verb {
    pub(crate) const ALL: [Self; 4] = [Self::Select, Self::Insert, Self::Update, Self::Delete];

    /// The statement; `row` is which of the table's rows is inserted again.
    pub(crate) fn text(self, table: &Found, place: &Place, row: usize) -> String {
        let (name, first, columns) = (&table.name, &table.first, &table.columns);
        let target = match place {
            Place::Here => name.clone(),
            Place::There(schema) => format!("{schema}.{name}"),
        };
        match (self, place) {
            (Self::Select, Place::Here) => format!(
                "select count(*), count(*) filter (where tableoid <> {}) from {target}",
                table.oid
            ),
            (Self::Select, Place::There(_)) => {
                format!("select count(*), 0::bigint from {target}")
            }
            (Self::Insert, _) => {
                let row = table.rows.get(row).map_or("{}", String::as_str).replace('\'', "''");
                format!(
                    "insert into {target} ({columns}) overriding system value
                     select {columns} from jsonb_populate_record(null::{target}, '{row}')"
                )
            }
            (Self::Update, _) => format!("update {target} set {first} = {first}"),
            (Self::Delete, _) => format!("delete from {target}"),
        }
    }
}

/// Runs everything and compares.
pub(crate) async fn all(pair: &Pair, tables: &[Found]) -> Report {
    let mut report = Report::default();
    for persona in &pair.personas {
        pair.begin(persona).await;
        let client = pair.client(persona);
        let bare = persona.here == super::Standing::Nobody;
        let here = if bare { Place::There(pair.a.schema.to_string()) } else { Place::Here };
        let there = Place::There(pair.b.schema.to_string());
        let places = [Some((here, &persona.here)), persona.there.as_ref().map(|at| (there, at))];
        for (place, standing) in places.into_iter().flatten() {
            for (table, verb) in tables.iter().flat_map(|t| Verb::ALL.map(|verb| (t, verb))) {
                let wanted = expected(pair, persona, table, verb, standing);
                let got = one(client, table, verb, &place).await;
                report.tried += 1;
                if got != wanted {
                    let (who, name) = (&persona.name, &table.name);
                    let verb = format!("{verb:?}").to_lowercase();
                    report
                        .mismatches
                        .push(format!("{who}: {verb} {name} {place:?}: {got:?}, not {wanted:?}"));
                }
            }
        }
        client.batch_execute("rollback").await.unwrap();
    }
    report
}

/// One verb on one table. An insert is tried with every row of the table: it is allowed if one of
/// them is, and refused if all of them are.
async fn one(client: &Client, table: &Found, verb: Verb, place: &Place) -> Outcome {
    if verb != Verb::Insert {
        return attempt(client, verb, &verb.text(table, place, 0)).await;
    }
    let mut last = Outcome::Refused;
    for row in 0..table.rows.len() {
        last = attempt(client, verb, &verb.text(table, place, row)).await;
        if last != Outcome::Refused {
            break;
        }
    }
    last
}

/// Runs a statement and takes it back.
pub(crate) async fn attempt(client: &Client, verb: Verb, text: &str) -> Outcome {
    client.batch_execute("savepoint one").await.unwrap();
    let outcome = if verb == Verb::Select {
        client.query_one(text, &[]).await.map(|row| {
            let (seen, foreign): (i64, i64) = (row.get(0), row.get(1));
            if foreign > 0 { Outcome::Leak } else { Outcome::Rows(seen.unsigned_abs()) }
        })
    } else {
        client.execute(text, &[]).await.map(Outcome::Rows)
    };
    client.batch_execute("rollback to savepoint one; release savepoint one").await.unwrap();
    outcome.unwrap_or_else(|error| failed(&error))
}

/// Runs a statement and keeps what it did.
pub(crate) async fn attempt_and_keep(client: &Client, text: &str) {
    client.batch_execute("savepoint one").await.unwrap();
    let end = match client.execute(text, &[]).await {
        Ok(_) => "release savepoint one",
        Err(_) => "rollback to savepoint one; release savepoint one",
    };
    client.batch_execute(end).await.unwrap();
}

fn failed(error: &tokio_postgres::Error) -> Outcome {
    match error.as_db_error().map(|db| db.code().code()) {
        Some("42501") => Outcome::Refused,
        Some(code) if code.starts_with("23") => Outcome::Allowed,
        _ => Outcome::Failed(format!("{error:?}")),
    }
}

/// Every table of store `a`.
pub(crate) async fn tables(pair: &Pair) -> Vec<Found> {
    tables_of(pair, &[pair.a.schema.as_str()]).await
}

/// Every table, view and partition of some schemas.
pub(crate) async fn tables_of(pair: &Pair, schemas: &[&str]) -> Vec<Found> {
    let text = "
        select c.oid, n.nspname::text, c.relname::text,
               string_agg(quote_ident(a.attname), ', ' order by a.attnum)
                   filter (where a.attgenerated = ''),
               (array_agg(quote_ident(a.attname) order by a.attnum))[1]
          from pg_class c
          join pg_namespace n on n.oid = c.relnamespace
          join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where n.nspname = any ($1) and c.relkind in ('r', 'p', 'v', 'm', 'f')
         group by 1, 2, 3 order by 2, 3";
    let mut found = Vec::new();
    for row in pair.owner.query(text, &[&schemas]).await.unwrap() {
        let (schema, name): (String, String) = (row.get(1), row.get(2));
        let rows = format!("select to_jsonb(t)::text from {schema}.{name} t order by t.ctid");
        let rows = pair.owner.query(&rows, &[]).await.unwrap_or_default();
        let rules = classes::find(&name).filter(|_| schema.starts_with("tenant_"));
        found.push(Found {
            oid: row.get(0),
            columns: row.get(3),
            first: row.get(4),
            total: rows.len() as u64,
            rows: rows.iter().map(|row| row.get(0)).collect(),
            schema,
            name,
            rules,
        });
    }
    found
}

/// A hash of all rows of each table of a store, as the owner sees them; none where it is empty.
pub(crate) async fn content(pair: &Pair, store: &Store) -> BTreeMap<String, Option<String>> {
    let mut content = BTreeMap::new();
    for table in tables(pair).await {
        let (schema, name) = (&store.schema, &table.name);
        let text =
            format!("select md5(string_agg(t::text, ';' order by t::text)) from {schema}.{name} t");
        content.insert(name.clone(), pair.owner.query_one(&text, &[]).await.unwrap().get(0));
    }
    content
}
