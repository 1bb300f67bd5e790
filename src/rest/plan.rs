//! What a request comes to, once its names have been found in a shape.
//!
//! A [`Read`] is a tree: the relation that is asked for, and below it the embedded ones, each with
//! its way to the parent. Nothing here is text of a statement yet.

mod aggregate;
mod attach;
mod build;
mod needs;
mod node;
pub(super) mod routine;
mod way;

use super::query::{Aggregate, Field, Logic, OrderTerm};
use super::range::Range;
use super::shape::{Relation, Relationship};

pub(super) use build::{Rules, read};
pub(super) use needs::Needs;

/// Rows of one relation, and of those embedded in it.
#[derive(Debug)]
pub(super) struct Read<'s> {
    /// The relation.
    pub(super) relation: &'s Relation,
    /// Where its rows come from.
    pub(super) source: Source,
    /// What its columns are qualified with.
    pub(super) alias: String,
    /// Its columns in the answer.
    pub(super) columns: Vec<Output>,
    /// Which rows.
    pub(super) conditions: Vec<Condition>,
    /// In which order.
    pub(super) order: Vec<Order>,
    /// How many.
    pub(super) range: Range,
    /// Embedded relations, in the order of the answer.
    pub(super) embeds: Vec<EmbeddedRead<'s>>,
}

/// Where rows come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The relation itself.
    Relation,
    /// What a write or a function has answered before, in the same statement.
    Given,
}

/// A relation that is embedded in another.
#[derive(Debug)]
pub(super) struct EmbeddedRead<'s> {
    /// Its rows.
    pub(super) read: Read<'s>,
    /// The way from the parent to it.
    pub(super) way: &'s Relationship,
    /// Its key in the parent's answer.
    pub(super) key: String,
    /// What the parent knows its rows by.
    pub(super) lateral: String,
    /// Whether parents without a partner are left out.
    pub(super) is_inner: bool,
    /// Whether its columns are columns of the parent.
    pub(super) is_spread: bool,
    /// Whether nothing of it is in the answer.
    pub(super) is_silent: bool,
    /// Aggregates over its rows that the parent computes: a column of it, and how it is named.
    pub(super) hoisted: Vec<Hoisted>,
}

/// A column of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output {
    /// The column; `*` for all.
    pub(super) field: Field,
    /// Its name in the answer; none for `*`.
    pub(super) name: Option<String>,
    /// Type it is cast to.
    pub(super) cast: Option<String>,
    /// Function over the rows of a group.
    pub(super) aggregate: Option<Aggregate>,
    /// Type that the function's answer is cast to.
    pub(super) aggregate_cast: Option<String>,
}

impl Output {
    /// A column under its own name.
    pub(super) fn of(name: &str) -> Self {
        Self {
            field: Field { name: name.to_owned(), path: Vec::new() },
            name: Some(name.to_owned()),
            cast: None,
            aggregate: None,
            aggregate_cast: None,
        }
    }
}

/// An aggregate of the parent over a column of a spread relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hoisted {
    /// The column's name in the spread relation.
    pub(super) column: String,
    /// The function.
    pub(super) aggregate: Aggregate,
    /// Type that the function's answer is cast to.
    pub(super) cast: Option<String>,
    /// Its name in the answer.
    pub(super) name: String,
}

/// Which rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// A test, or a tree of them.
    Logic(Logic),
    /// Several of these.
    Group {
        /// Whether the whole must fail.
        is_negated: bool,
        /// Whether all must hold, or one.
        is_and: bool,
        /// The conditions.
        members: Vec<Condition>,
    },
    /// Whether an embedded relation has no row.
    EmbedIsNull {
        /// Key of the embed among its parent's.
        key: String,
        /// Whether it must have one.
        is_negated: bool,
    },
}

/// A term of the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Order {
    /// The column and the direction.
    pub(super) term: OrderTerm,
    /// The embedded relation that has the column.
    pub(super) lateral: Option<String>,
}

impl Read<'_> {
    /// Whether rows are grouped.
    pub(super) fn is_grouped(&self) -> bool {
        self.columns.iter().any(|column| column.aggregate.is_some())
            || self.embeds.iter().any(|embed| !embed.hoisted.is_empty())
    }

    /// Names of the columns of the answer; `*` written out.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for column in &self.columns {
            match &column.name {
                Some(name) => names.push(name.clone()),
                None => names.extend(self.relation.columns.iter().map(|c| c.name.clone())),
            }
        }
        for embed in &self.embeds {
            if embed.is_spread {
                names.extend(embed.shown_names());
                names.extend(embed.hoisted.iter().map(|hoisted| hoisted.name.clone()));
            } else if !embed.is_silent {
                names.push(embed.key.clone());
            }
        }
        names
    }
}

impl EmbeddedRead<'_> {
    /// Names that a spread relation gives to its parent.
    pub(super) fn shown_names(&self) -> Vec<String> {
        let mut names = self.read.names();
        names.retain(|name| self.hoisted.iter().all(|hoisted| hoisted.column != *name));
        names
    }
}
