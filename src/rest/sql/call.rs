//! Statements that call a function.

use super::super::plan::{Needs, Read};
use super::body::ROWS;
use super::given::GIVEN;
use super::{Checks, Form, Sql};
use crate::db::Generated;
use crate::rest::error::Error;
use crate::rest::media::{Media, Writer};
use crate::rest::shape::{Argument, Function, Name, Shape};

/// A function and what it is given.
#[derive(Clone, Debug)]
pub(in crate::rest) struct Call<'a> {
    /// The function.
    pub(in crate::rest) function: &'a Function,
    /// What it is given.
    pub(in crate::rest) arguments: Arguments<'a>,
    /// Whether its answer is one value in each row.
    pub(in crate::rest) is_scalar: bool,
}

/// What a function is given.
#[derive(Clone, Debug)]
pub(in crate::rest) enum Arguments<'a> {
    /// Texts by name; of a variadic one, several.
    Texts(Vec<(&'a Argument, Vec<String>)>),
    /// Members of a JSON object.
    Json {
        /// The object, or an array whose first element it is.
        json: &'a str,
        /// Whether it is an array.
        is_array: bool,
        /// Those that are given.
        arguments: Vec<&'a Argument>,
    },
    /// The whole body as the one argument, which has no name.
    Whole(String),
}

/// Calls a function and answers with what it answers.
pub(in crate::rest) fn call(
    (shape, schema): (&Shape, &str),
    read: &Read<'_>,
    call: &Call<'_>,
    form: &Form<'_>,
    (writes, checks): (bool, Checks),
) -> Result<Generated, Error> {
    let mut sql = Sql::new(shape, schema);
    sql.push("with ").push(GIVEN).push(" as (select ");
    if call.is_scalar {
        sql.invocation(call);
        sql.push(" as \"pgrst_scalar\"");
        sql.arguments_source(call, " from ", "");
    } else {
        let needs = Needs::of_answer(read).and_tests(read);
        sql.given(&read.relation.name, "pgrst_call", &needs);
        sql.push(" from ");
        sql.arguments_source(call, "", ", lateral ");
        sql.invocation(call);
        sql.push(" as \"pgrst_call\"");
    }
    sql.push(") ").begin_answer();
    sql.push("select ");
    sql.total(read, form.counting);
    sql.push("::int8").named("total").push(", count(*)").named("page").push(", ");
    sql.result(read, call, form);
    sql.wanted(writes);
    sql.checks(checks);
    sql.push(" from (");
    sql.rows(read, None)?;
    sql.push(") as ").push(ROWS);
    Ok(sql.finish_within(form.bytes_max))
}

/// The call of a function without arguments, for its effects.
pub(in crate::rest) fn before(schema: Option<&str>, function: &str) -> Generated {
    let shape = Shape::default();
    let mut sql = Sql::new(&shape, schema.unwrap_or_default());
    sql.push("select ");
    if schema.is_some() {
        sql.own(function);
    } else {
        sql.ident(function);
    }
    sql.push("()::text");
    sql.finish()
}

impl Sql<'_> {
    fn invocation(&mut self, call: &Call<'_>) {
        self.own(&call.function.name).push("(");
        let variadic = call.function.arguments.last().filter(|_| call.function.is_variadic);
        let name = |sql: &mut Self, argument: &Argument| {
            if variadic == Some(argument) {
                sql.push("variadic ");
            }
            sql.ident(&argument.name).push(" => ");
        };
        match &call.arguments {
            Arguments::Texts(given) => {
                self.list(given, ", ", |sql, (argument, values)| {
                    name(sql, argument);
                    let text = if variadic == Some(argument) {
                        super::condition::array_literal(values)
                    } else {
                        values.last().cloned().unwrap_or_default()
                    };
                    sql.push("cast(").param(text).push(" as ").argument_type(argument).push(")");
                });
            }
            Arguments::Json { arguments, .. } => {
                self.list(arguments, ", ", |sql, argument| {
                    name(sql, argument);
                    sql.column("pgrst_body", &argument.name);
                });
            }
            Arguments::Whole(body) => {
                self.push("cast(").param(body.as_str()).push(" as ");
                if let Some(argument) = call.function.arguments.first() {
                    self.argument_type(argument);
                }
                self.push(")");
            }
        }
        self.push(")");
    }

    /// The JSON of the arguments as a row, with something before and after it.
    fn arguments_source(&mut self, call: &Call<'_>, before: &str, after: &str) {
        let Arguments::Json { json, is_array, arguments } = &call.arguments else { return };
        if arguments.is_empty() {
            return;
        }
        self.push(before).push("(select ");
        self.list(arguments, ", ", |sql, argument| {
            sql.ident(&argument.name);
        });
        self.push(if *is_array { " from json_to_recordset(" } else { " from json_to_record(" });
        self.param(*json).push("::json) as _ (");
        self.list(arguments, ", ", |sql, argument| {
            sql.ident(&argument.name).push(" ").argument_type(argument);
        });
        self.push(") limit 1) as \"pgrst_body\"").push(after);
    }

    /// An argument's type; those that would cut their values to one letter have another name.
    fn argument_type(&mut self, argument: &Argument) -> &mut Self {
        match &argument.type_name {
            Name::Fixed(text) if text == "character" => self.push("bpchar"),
            Name::Fixed(text) if text == "bit" => self.push("varbit"),
            name => self.name(name),
        }
    }

    /// The answer of the function as the body.
    fn result(&mut self, read: &Read<'_>, call: &Call<'_>, form: &Form<'_>) {
        if form.is_head {
            self.push("'' as body");
            return;
        }
        let rows =
            if call.is_scalar { "\"_souk_rows\".\"pgrst_scalar\"" } else { "\"_souk_rows\".*" };
        match form.writer {
            Writer::Aggregate(handler) => {
                let is_one = call.is_scalar && !call.function.returns_set;
                return self.handled(if is_one { rows } else { ROWS }, read, handler);
            }
            Writer::Value => {
                self.push("(array_agg(").push(rows).push("))[1]");
                return self.as_body(call.function.returns_bytes);
            }
            Writer::Plane => {}
        }
        match form.media {
            Media::Json | Media::Any | Media::OpenApi | Media::Plan(_) | Media::ArrayStripped => {
                let strips = *form.media == Media::ArrayStripped;
                let (open, close) = if strips { ("json_strip_nulls(", ")") } else { ("", "") };
                let (pick, none) =
                    if call.function.returns_set { ("", "'[]'") } else { ("->0", "'null'") };
                self.push("coalesce(").push(open).push("json_agg(").push(rows).push(")");
                self.push(pick).push(close).push(", ").push(none).push(")::text as body");
            }
            Media::Object { stripped } => {
                let (open, close) = if *stripped { ("json_strip_nulls(", ")") } else { ("", "") };
                self.push("coalesce(").push(open).push("json_agg(").push(rows).push(")->0");
                self.push(close).push(", 'null')::text as body");
            }
            Media::Csv | Media::Other(_) => self.answer(read, form),
        }
    }
}
