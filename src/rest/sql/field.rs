//! Fields and columns of the answer.

use super::super::plan::{Output, Read};
use super::super::query::{Field, JsonKey};
use super::super::shape::{Relation, ValueKind};
use super::Sql;
use crate::rest::error::Error;

impl Sql<'_> {
    /// A field of a row, with the way into its JSON. A name that the shape has not is sent as a
    /// column all the same, quoted: Postgres then says what is wrong with it.
    pub(super) fn field(&mut self, qualifier: &str, relation: &Relation, field: &Field) {
        if field.path.is_empty() {
            self.column(qualifier, &field.name);
            return;
        }
        // What the shape does not know may be of any type: a function of the row, a column that a
        // function answers.
        let is_json = relation.column(&field.name).is_some_and(|c| c.kind == ValueKind::Json);
        if is_json {
            self.column(qualifier, &field.name);
        } else {
            self.push("to_jsonb(").column(qualifier, &field.name).push(")");
        }
        for step in &field.path {
            self.push(if step.is_text { "->>" } else { "->" });
            match &step.key {
                JsonKey::Key(key) => self.param(key.as_str()),
                JsonKey::Index(index) => self.param(index.as_str()).push("::int4"),
            };
        }
    }

    /// A column of the answer, without its name.
    fn value(&mut self, read: &Read<'_>, output: &Output) -> Result<(), Error> {
        let represented = read
            .relation
            .column(&output.field.name)
            .and_then(|column| column.representation.as_ref()?.to_json.clone());
        let cast = output.cast.as_deref().map(|name| self.cast(name)).transpose()?;
        if cast.is_some() {
            self.push("cast(");
        }
        match represented {
            Some(function) if output.field.path.is_empty() => {
                self.name(&function).push("(").column(&read.alias, &output.field.name).push(")");
            }
            _ => self.field(&read.alias, read.relation, &output.field),
        }
        if let Some(cast) = cast {
            self.push(" as ").push(&cast).push(")");
        }
        Ok(())
    }

    /// A column of the answer: its aggregate, and its name.
    pub(super) fn output(&mut self, read: &Read<'_>, output: &Output) -> Result<(), Error> {
        let Some(name) = &output.name else {
            self.all_columns(read);
            return Ok(());
        };
        let cast = output.aggregate_cast.as_deref().map(|name| self.cast(name)).transpose()?;
        if cast.is_some() {
            self.push("cast(");
        }
        match output.aggregate {
            Some(aggregate) if output.field.name == "*" => {
                self.push(aggregate.name()).push("(*)");
            }
            Some(aggregate) => {
                self.push(aggregate.name()).push("(");
                self.value(read, output)?;
                self.push(")");
            }
            None => self.value(read, output)?,
        }
        if let Some(cast) = cast {
            self.push(" as ").push(&cast).push(")");
        }
        self.push(" as ").ident(name);
        Ok(())
    }

    /// What a column is grouped by.
    pub(super) fn group(&mut self, read: &Read<'_>, output: &Output) -> Result<(), Error> {
        if output.name.is_none() {
            self.list(&read.relation.columns, ", ", |sql, column| {
                sql.column(&read.alias, &column.name);
            });
            return Ok(());
        }
        self.value(read, output)
    }

    fn all_columns(&mut self, read: &Read<'_>) {
        if !read.relation.has_representations() && !read.is_grouped() {
            self.ident(&read.alias).push(".*");
            return;
        }
        self.list(&read.relation.columns, ", ", |sql, column| {
            match column.representation.as_ref().and_then(|r| r.to_json.as_ref()) {
                Some(function) => {
                    sql.name(function).push("(").column(&read.alias, &column.name).push(") as ");
                    sql.ident(&column.name);
                }
                None => {
                    sql.column(&read.alias, &column.name);
                }
            }
        });
    }
}
