//! Statements. The only place that makes a [`Generated`]: identifiers are quoted, and every value
//! is a parameter, numbered as it is met.

mod body;
mod call;
mod cast;
mod condition;
mod configured;
mod count;
mod embed;
mod field;
mod given;
mod granted;
mod operator;
mod read;
pub(super) mod refusal;
mod wanted;
mod write;

use std::fmt::Write as _;

use super::media::Plan;
use super::shape::{Name, Shape};
use crate::db::Generated;

pub(super) use call::{Arguments, Call, before, call};
pub(super) use configured::configured;
pub(super) use count::{Counting, explain};
pub(super) use granted::granted;
pub(super) use read::{Form, read};
pub(super) use write::{Checks, Conflict, Rows, Write, write};

/// The column of a body that is no text.
const RAW: &str = "raw";

/// A statement in the making.
#[derive(Debug)]
struct Sql<'a> {
    text: String,
    params: Vec<Option<String>>,
    /// Columns of the answer besides its body.
    columns: Vec<&'static str>,
    /// Where the answer begins: a write stands before it, and can't stand inside of anything.
    answer_at: usize,
    shape: &'a Shape,
    schema: &'a str,
}

impl<'a> Sql<'a> {
    fn new(shape: &'a Shape, schema: &'a str) -> Self {
        Self {
            text: String::with_capacity(512),
            params: Vec::new(),
            columns: Vec::new(),
            answer_at: 0,
            shape,
            schema,
        }
    }

    fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// A quoted identifier.
    fn ident(&mut self, name: &str) -> &mut Self {
        self.text.push('"');
        // The protocol ends texts with a zero byte: so does a name.
        for letter in name.chars().take_while(|&letter| letter != '\0') {
            if letter == '"' {
                self.text.push('"');
            }
            self.text.push(letter);
        }
        self.text.push('"');
        self
    }

    /// `"qualifier"."name"`.
    fn column(&mut self, qualifier: &str, name: &str) -> &mut Self {
        self.ident(qualifier).push(".").ident(name)
    }

    /// `"schema"."name"`.
    fn own(&mut self, name: &str) -> &mut Self {
        let schema = self.schema;
        self.ident(schema).push(".").ident(name)
    }

    fn name(&mut self, name: &Name) -> &mut Self {
        match name {
            Name::Own(name) => self.own(name),
            Name::Fixed(text) => self.push(text),
        }
    }

    /// A parameter.
    fn param(&mut self, value: impl Into<String>) -> &mut Self {
        let mut value = value.into();
        if let Some(end) = value.find('\0') {
            value.truncate(end);
        }
        self.params.push(Some(value));
        // Writing to a String can't fail.
        let _ = write!(self.text, "${}", self.params.len());
        self
    }

    /// What `each` writes of every item, with `separator` between.
    fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        separator: &str,
        mut each: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (place, item) in items.into_iter().enumerate() {
            if place > 0 {
                self.push(separator);
            }
            each(self, item);
        }
        self
    }

    /// Begins an item of a list whose items are not written in one place: a comma, but before the
    /// first.
    fn item(&mut self, is_first: &mut bool) -> &mut Self {
        if !std::mem::take(is_first) {
            self.push(", ");
        }
        self
    }

    /// What follows is the answer.
    fn begin_answer(&mut self) {
        self.answer_at = self.text.len();
    }

    /// Names a column of the answer.
    fn named(&mut self, name: &'static str) -> &mut Self {
        self.columns.push(name);
        self.push(" as ").push(name)
    }

    /// Ends a statement that answers a body, as text or as bytes: it fails where the body is larger
    /// than it may be, so that what is read into memory is bounded.
    fn finish_within(mut self, bytes_max: usize) -> Generated {
        let inner = self.text.split_off(self.answer_at);
        let mut columns = std::mem::take(&mut self.columns);
        let is_raw = columns.contains(&RAW);
        columns.retain(|column| *column != RAW);
        self.push("select ");
        for column in columns {
            self.push(column).push(", ");
        }
        let (measured, cast) = if is_raw { (RAW, "::text::bytea") } else { ("body", "::text") };
        self.push("case when octet_length(").push(measured).push(") > ");
        self.param(bytes_max.to_string()).push("::int8 then ");
        self.push(refusal::too_large(is_raw)).push(cast).push(" else ").push(measured);
        self.push(" end as ").push(measured);
        self.push(" from (").push(&inner).push(") as \"_souk_answer\"");
        self.finish()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the module that makes statements")]
    fn finish(self) -> Generated {
        Generated::new(self.text, self.params)
    }
}

/// How Postgres runs a statement.
#[expect(clippy::disallowed_methods, reason = "this is the module that makes statements")]
pub(super) fn explained(statement: &Generated, plan: &Plan) -> Generated {
    Generated::new(plan.explain() + statement.text(), statement.params().to_vec())
}

/// Settings to make, as one statement.
pub(super) fn settings(settings: &[(&str, &str)]) -> Generated {
    let shape = Shape::default();
    let mut sql = Sql::new(&shape, "");
    sql.push("select ");
    sql.list(settings, ", ", |sql, (name, value)| {
        sql.push("set_config(").param(*name).push(", ").param(*value).push(", true)");
    });
    sql.finish()
}
