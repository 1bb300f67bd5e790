//! The body of a request as rows, and their values.

use super::super::super::plan::Read;
use super::super::Sql;
use super::Rows;
use crate::rest::shape::{Column, own_names};

impl Sql<'_> {
    /// A column's value from the body, read by the cast of its domain where it has one.
    pub(super) fn given_value(&mut self, column: &Column) {
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
    pub(super) fn payload(&mut self, read: &Read<'_>, rows: &Rows<'_>) {
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
                    sql.push(&own_names(default, &schema));
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
}
