//! Statements that write, and answer with what they have written.

mod insert;
mod payload;

use super::super::plan::{Condition, Needs, Read};
use super::body::ROWS;
use super::condition::EmbedTest;
use super::given::GIVEN;
use super::{Form, Sql};
use crate::db::Generated;
use crate::rest::error::Error;
use crate::rest::shape::{Column, Shape};

/// What is done to a relation.
#[derive(Clone, Debug)]
pub(in crate::rest) enum Write<'a> {
    /// Rows are added.
    Insert {
        /// The rows.
        rows: Rows<'a>,
        /// What to do with those that are there.
        conflict: Option<Conflict>,
        /// Whether the conditions are the row's key, as with PUT.
        is_keyed: bool,
    },
    /// Rows are changed.
    Update(Rows<'a>),
    /// Rows are taken away.
    Delete,
}

/// Values of rows.
#[derive(Clone, Debug)]
pub(in crate::rest) struct Rows<'a> {
    /// An object, or an array of objects.
    pub(in crate::rest) json: &'a str,
    /// Whether it is an array.
    pub(in crate::rest) is_array: bool,
    /// The columns that are written.
    pub(in crate::rest) columns: Vec<&'a Column>,
    /// Whether what is missing has its default.
    pub(in crate::rest) with_defaults: bool,
}

/// What to do with rows that are there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rest) struct Conflict {
    /// Columns by which a row is known.
    pub(in crate::rest) columns: Vec<String>,
    /// Whether they are changed, or stay.
    pub(in crate::rest) merges: bool,
}

/// What must hold for the write to stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::rest) struct Checks {
    /// There is one row.
    pub(in crate::rest) single: bool,
    /// There are no more rows than these.
    pub(in crate::rest) affected_max: Option<i64>,
    /// The one row is the one of the URL.
    pub(in crate::rest) key: bool,
}

/// Writes to the relation of the plan; `conditions` say to which rows. The answer has the rows
/// where `form` is given, and the values of `location`'s columns of the first.
pub(in crate::rest) fn write(
    (shape, schema): (&Shape, &str),
    read: &Read<'_>,
    conditions: &[Condition],
    write: &Write<'_>,
    (form, location): (Option<&Form<'_>>, &[String]),
    checks: Checks,
) -> Result<Generated, Error> {
    let mut sql = Sql::new(shape, schema);
    let mut needs = form.map_or_else(Needs::default, |_| Needs::of_answer(read).and_tests(read));
    for column in location {
        needs.add(read.relation, column);
    }
    sql.push("with ").push(GIVEN).push(" as (");
    match write {
        Write::Insert { rows, conflict, is_keyed } => {
            let key = if *is_keyed { conditions } else { &[] };
            sql.insert(read, rows, conflict.as_ref(), key);
        }
        Write::Update(rows) => sql.update(read, rows, conditions),
        Write::Delete => {
            sql.push("delete from ").own(&read.relation.name);
            sql.only(read, conditions, " where ");
        }
    }
    sql.push(" returning ");
    sql.given(&read.relation.name, &read.relation.name, &needs);
    sql.push(") ").begin_answer();
    sql.push("select count(*)").named("page").push(", ");
    match form {
        Some(form) => sql.answer(read, form),
        None => {
            sql.push("'' as body");
        }
    }
    sql.push(", ").push(insert::INSERTED).named("inserted");
    sql.location(location);
    sql.wanted(true);
    sql.checks(checks);
    sql.push(" from (");
    match form {
        Some(_) => sql.rows(read, None)?,
        None => {
            sql.push("select 1 from ").push(GIVEN);
        }
    }
    sql.push(") as ").push(ROWS);
    Ok(match form {
        Some(form) => sql.finish_within(form.bytes_max),
        None => sql.finish(),
    })
}

impl Sql<'_> {
    fn update(&mut self, read: &Read<'_>, rows: &Rows<'_>, conditions: &[Condition]) {
        let relation = read.relation;
        if rows.columns.is_empty() {
            // Nothing to change: no row, but the shape of the answer.
            self.push("update ").own(&relation.name).push(" set ");
            let first = relation.columns.first().map_or("", |column| column.name.as_str());
            self.ident(first).push(" = ").column(&relation.name, first).push(" where false");
            return;
        }
        self.push("update ").own(&relation.name).push(" set ");
        self.list(&rows.columns, ", ", |sql, column| {
            sql.ident(&column.name).push(" = ");
            sql.given_value(column);
        });
        self.push(" from (select ");
        self.list(&rows.columns, ", ", |sql, column| {
            sql.column("pgrst_body", &column.name);
        });
        self.push(" from ");
        self.payload(read, rows);
        self.push(" limit 1) as \"pgrst_body\"");
        self.only(read, conditions, " where ");
    }

    fn only(&mut self, read: &Read<'_>, conditions: &[Condition], word: &str) {
        if !conditions.is_empty() {
            self.push(word);
            self.conditions(read, conditions, EmbedTest::Apart);
        }
    }
}
