//! Statements that write, and answer with what they have written.

use super::super::plan::{Condition, Needs, Read};
use super::condition::Asked;
use super::embed::ROW;
use super::read::{GIVEN, ROWS};
use super::{Form, Sql, refusal};
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
    sql.push(", current_setting('souk.inserted', true)").named("inserted");
    sql.location(location);
    sql.settings(true);
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
    fn insert(
        &mut self,
        read: &Read<'_>,
        rows: &Rows<'_>,
        conflict: Option<&Conflict>,
        key: &[Condition],
    ) {
        self.push("insert into ").own(&read.relation.name);
        if !rows.columns.is_empty() {
            self.push(" (");
            self.list(&rows.columns, ", ", |sql, column| {
                sql.ident(&column.name);
            });
            self.push(")");
        }
        self.push(" select ");
        self.list(&rows.columns, ", ", |sql, column| sql.given_value(column));
        self.push(" from ");
        self.payload(read, rows);
        let mut word = " where ";
        if conflict.is_some() {
            // Counted up for each row that comes, and down again for each that was there.
            self.push(" where set_config('souk.inserted', (coalesce(nullif(current_setting('souk.inserted', \
                 true), '')::int4, 0) + 1)::text, true) <> '0'");
            word = " and ";
        }
        if !key.is_empty() {
            self.push(word);
            self.list(key, " and ", |sql, condition| {
                if let Condition::Logic(logic) = condition {
                    sql.logic("pgrst_body", read.relation, logic);
                }
            });
        }
        let Some(conflict) = conflict else { return };
        self.push(" on conflict (");
        self.list(&conflict.columns, ", ", |sql, column| {
            sql.ident(column);
        });
        if !conflict.merges || rows.columns.is_empty() {
            self.push(") do nothing");
            return;
        }
        self.push(") do update set ");
        self.list(&rows.columns, ", ", |sql, column| {
            sql.ident(&column.name).push(" = excluded.").ident(&column.name);
        });
        self.push(
            " where set_config('souk.inserted', (coalesce(nullif(current_setting('souk.inserted', \
             true), '')::int4, 0) - 1)::text, true) <> '-1'",
        );
    }

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
            self.conditions(read, conditions, Asked::Apart);
        }
    }

    /// A column's value from the body, read by the cast of its domain where it has one.
    fn given_value(&mut self, column: &Column) {
        match column.representation.as_ref().and_then(|r| r.from_json.as_ref()) {
            Some(function) => {
                self.name(function).push("(").column("pgrst_body", &column.name).push(")");
            }
            None => {
                self.column("pgrst_body", &column.name);
            }
        }
    }

    /// The body as rows.
    fn payload(&mut self, read: &Read<'_>, rows: &Rows<'_>) {
        match (rows.columns.is_empty(), rows.is_array) {
            (true, false) => {
                self.push("(values (1)) as \"pgrst_body\"");
                return;
            }
            (true, true) => {
                self.push("json_array_elements(").param(rows.json);
                self.push("::json) as \"pgrst_body\"");
                return;
            }
            (false, false) => self.push("json_to_record("),
            (false, true) => self.push("json_to_recordset("),
        };
        if rows.with_defaults {
            self.with_defaults(read, rows);
        } else {
            self.param(rows.json).push("::json");
        }
        self.push(") as \"pgrst_body\" (");
        self.list(&rows.columns, ", ", |sql, column| {
            sql.ident(&column.name).push(" ");
            match column.representation.as_ref().and_then(|r| r.from_json.as_ref()) {
                Some(_) => sql.push("json"),
                None => sql.name(&column.type_name),
            };
        });
        self.push(")");
    }

    /// The body, with the defaults of columns under each of its objects.
    fn with_defaults(&mut self, read: &Read<'_>, rows: &Rows<'_>) {
        let schema = self.schema.to_owned();
        let defaults = |sql: &mut Self| {
            let with_default = rows.columns.iter().filter_map(|c| Some((c, c.default.as_ref()?)));
            sql.push("jsonb_build_object(");
            sql.list(with_default, ", ", |sql, (column, default)| {
                sql.param(column.name.as_str()).push("::text, ");
                if default.is_empty() {
                    let mut table = Sql::new(sql.shape, &schema);
                    table.own(&read.relation.name);
                    sql.push("nextval(pg_get_serial_sequence(").param(table.text);
                    sql.push(", ").param(column.name.as_str()).push("))");
                } else {
                    sql.push(&crate::rest::shape::own_names(default, &schema));
                }
            });
            sql.push(")");
        };
        if rows.is_array {
            self.push("(select json_agg(");
            defaults(self);
            self.push(" || e.value) from jsonb_array_elements(").param(rows.json);
            self.push("::jsonb) as e)");
        } else {
            self.push("(");
            defaults(self);
            self.push(" || ").param(rows.json).push("::jsonb)::json");
        }
    }

    /// The columns that are given on.
    pub(super) fn given(&mut self, relation: &str, alias: &str, needs: &Needs) {
        let mut comma = false;
        let mut next = |sql: &mut Self| {
            if std::mem::replace(&mut comma, true) {
                sql.push(", ");
            }
        };
        if needs.all {
            next(self);
            self.ident(alias).push(".*");
        }
        for name in &needs.names {
            next(self);
            self.column(alias, name);
        }
        if needs.row {
            next(self);
            self.ident(alias).push(".*::").own(relation).push(" as ").push(ROW);
        }
        if !comma {
            self.push("1 as \"_souk_one\"");
        }
    }

    fn location(&mut self, columns: &[String]) {
        if columns.is_empty() {
            return;
        }
        self.push(", (select json_build_array(");
        self.list(columns, ", ", |sql, column| {
            sql.column("_souk_given", column).push("::text");
        });
        self.push(")::text from ").push(GIVEN).push(" limit 1)").named("location");
    }

    /// What fails if it does not hold.
    pub(super) fn checks(&mut self, checks: Checks) {
        if checks.single {
            self.push(", case when count(*) <> 1 then ");
            self.push(refusal::sql(refusal::SINGLE)).push(" end").named("single");
        }
        if checks.key {
            self.push(", case when count(*) <> 1 then ");
            self.push(refusal::sql(refusal::KEY)).push(" end").named("key");
        }
        if let Some(most) = checks.affected_max {
            self.push(", case when count(*) > ").param(most.to_string()).push("::int8 then ");
            self.push(refusal::sql(refusal::AFFECTED)).push(" end").named("affected");
        }
    }
}
