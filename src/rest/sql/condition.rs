//! Which rows: filters, trees of them, and embeds without a row.

use super::super::plan::{Condition, EmbeddedRead, Read};
use super::super::query::{Filter, Logic, Quantifier, Search, Test};
use super::super::shape::{Name, Relation, ValueKind};
use super::Sql;

/// How it is tested whether an embed has a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EmbedTest {
    /// They are joined.
    Joined,
    /// They are not, so they are looked up.
    Apart,
}

impl Sql<'_> {
    /// Conditions of a relation, with `and` between.
    pub(super) fn conditions(
        &mut self,
        read: &Read<'_>,
        conditions: &[Condition],
        test: EmbedTest,
    ) {
        self.list(conditions, " and ", |sql, condition| {
            sql.condition(read, condition, test);
        });
    }

    fn condition(&mut self, read: &Read<'_>, condition: &Condition, test: EmbedTest) {
        match condition {
            Condition::Logic(logic) => self.logic(&read.alias, read.relation, logic),
            Condition::Group { is_negated, is_and, members } => {
                self.push(if *is_negated { "not (" } else { "(" });
                self.list(members, if *is_and { " and " } else { " or " }, |sql, member| {
                    sql.condition(read, member, test);
                });
                self.push(")");
            }
            Condition::EmbedIsNull { key, is_negated } => {
                if let Some(embed) = read.embeds.iter().find(|embed| embed.key == *key) {
                    self.embed_is_null(read, embed, *is_negated, test);
                }
            }
        }
    }

    fn embed_is_null(
        &mut self,
        read: &Read<'_>,
        embed: &EmbeddedRead<'_>,
        is_negated: bool,
        test: EmbedTest,
    ) {
        match test {
            EmbedTest::Joined => {
                if embed.way.is_to_one() {
                    self.ident(&embed.lateral).push(".*");
                } else {
                    self.column(&embed.lateral, &embed.lateral);
                }
                self.push(if is_negated {
                    " is distinct from null"
                } else {
                    " is not distinct from null"
                });
            }
            EmbedTest::Apart => {
                self.push(if is_negated { "exists (" } else { "not exists (" });
                self.exists(read, embed);
                self.push(")");
            }
        }
    }

    pub(super) fn logic(&mut self, qualifier: &str, relation: &Relation, logic: &Logic) {
        match logic {
            Logic::Filter(filter) => self.filter(qualifier, relation, filter),
            Logic::Group { is_negated, is_and, members } => {
                self.push(if *is_negated { "not (" } else { "(" });
                self.list(members, if *is_and { " and " } else { " or " }, |sql, member| {
                    sql.logic(qualifier, relation, member);
                });
                self.push(")");
            }
        }
    }

    fn filter(&mut self, qualifier: &str, relation: &Relation, filter: &Filter) {
        if filter.is_negated {
            self.push("not ");
        }
        if let Test::Search(search, language, words) = &filter.test {
            self.search(qualifier, relation, filter, (*search, language.as_deref(), words));
            return;
        }
        let reader = relation
            .column(&filter.field.name)
            .filter(|_| filter.field.path.is_empty())
            .and_then(|column| column.representation.as_ref()?.from_text.as_ref());
        self.field(qualifier, relation, &filter.field);
        match &filter.test {
            Test::Plain(operator, value) => {
                self.push(operator.sql()).value_of(reader, value);
            }
            Test::Quantified(operator, quantifier, value) => {
                self.push(operator.sql());
                let stars = operator.reads_stars() && value.contains('*');
                let value = if stars { value.replace('*', "%") } else { value.clone() };
                match quantifier {
                    None => self.value_of(reader, &value),
                    Some(Quantifier::Any) => self.push("any (").param(value).push(")"),
                    Some(Quantifier::All) => self.push("all (").param(value).push(")"),
                };
            }
            Test::In(values) => self.one_of(reader, values),
            Test::Is(value) => {
                self.push(value.sql());
            }
            Test::IsDistinct(value) => {
                self.push(" is distinct from ").value_of(reader, value);
            }
            Test::Search(..) => {}
        }
    }

    /// A value, read by the cast of its domain where it has one.
    fn value_of(&mut self, reader: Option<&Name>, value: &str) -> &mut Self {
        match reader {
            Some(function) => self.name(function).push("(").param(value).push(")"),
            None => self.param(value),
        }
    }

    fn one_of(&mut self, reader: Option<&Name>, values: &[String]) {
        if let Some(function) = reader.filter(|_| values.len() != 1 || !values[0].is_empty()) {
            self.push(" = any (array[");
            self.list(values, ", ", |sql, value| {
                sql.name(function).push("(").param(value.as_str()).push(")");
            });
            self.push("])");
            return;
        }
        self.push(" = any (").param(array_literal(values)).push(")");
    }

    fn search(
        &mut self,
        qualifier: &str,
        relation: &Relation,
        filter: &Filter,
        (search, language, words): (Search, Option<&str>, &str),
    ) {
        let is_vector = filter.field.path.is_empty()
            && relation.kind(&filter.field.name) == Some(ValueKind::TsVector);
        if is_vector {
            self.field(qualifier, relation, &filter.field);
        } else {
            self.push("to_tsvector(");
            if let Some(language) = language {
                self.param(language).push(", ");
            }
            self.field(qualifier, relation, &filter.field);
            self.push(")");
        }
        self.push(" @@ ").push(search.sql()).push("(");
        if let Some(language) = language {
            self.param(language).push(", ");
        }
        self.param(words).push(")");
    }
}

/// `{"a","b"}`; no elements for a list that is empty.
pub(super) fn array_literal(values: &[String]) -> String {
    if let [value] = values
        && value.is_empty()
    {
        return "{}".to_owned();
    }
    let mut text = String::from("{");
    for (place, value) in values.iter().enumerate() {
        text.push_str(if place > 0 { ",\"" } else { "\"" });
        for letter in value.chars() {
            if letter == '"' || letter == '\\' {
                text.push('\\');
            }
            text.push(letter);
        }
        text.push('"');
    }
    text.push('}');
    text
}
