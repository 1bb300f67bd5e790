//! Filters: what a row must be to be in the answer.

mod read;

use super::field::Field;
pub(super) use read::{logic_value, operation, single_value};

/// A test of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// What is tested.
    pub field: Field,
    /// Whether the test must fail.
    pub is_negated: bool,
    /// The test.
    pub test: Test,
}

/// The test of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// An operator that takes one value.
    Plain(Plain, String),
    /// An operator that takes one value, or any or all of an array.
    Quantified(Quantified, Option<Quantifier>, String),
    /// One of a list.
    In(Vec<String>),
    /// `null`, `true` and the like.
    Is(IsValue),
    /// Distinct from a value, null included.
    IsDistinct(String),
    /// Full-text search, and its language.
    Search(Search, Option<String>, String),
}

/// Operators that take one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {
    /// `<>`
    Neq,
    /// `@>`
    Contains,
    /// `<@`
    Contained,
    /// `&&`
    Overlaps,
    /// `<<`
    StrictlyLeft,
    /// `>>`
    StrictlyRight,
    /// `&<`
    NotRight,
    /// `&>`
    NotLeft,
    /// `-|-`
    Adjacent,
}

/// Operators that may be followed by `(any)` or `(all)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantified {
    /// `=`
    Eq,
    /// `>=`
    Gte,
    /// `>`
    Gt,
    /// `<=`
    Lte,
    /// `<`
    Lt,
    /// `like`
    Like,
    /// `ilike`
    ILike,
    /// `~`
    Match,
    /// `~*`
    IMatch,
}

/// How many of an array's elements must fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// One.
    Any,
    /// Each.
    All,
}

/// What `is` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsValue {
    /// `null`
    Null,
    /// `not null`
    NotNull,
    /// `true`
    True,
    /// `false`
    False,
    /// `unknown`
    Unknown,
}

/// How the words of a search are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// `to_tsquery`
    Query,
    /// `plainto_tsquery`
    Plain,
    /// `phraseto_tsquery`
    Phrase,
    /// `websearch_to_tsquery`
    Web,
}
