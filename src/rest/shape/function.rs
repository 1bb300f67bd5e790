//! Functions of a schema, as they can be called.

use super::Name;

/// A function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// What the owner says of it.
    pub comment: Option<String>,
    /// What it takes.
    pub arguments: Vec<Argument>,
    /// Whether its last argument takes what is left.
    pub is_variadic: bool,
    /// What it answers.
    pub returns: Returns,
    /// Whether it answers any number of rows.
    pub returns_set: bool,
    /// Whether it was made with `rows 1`: of a set it then answers at most one row, and is a way to
    /// one.
    pub returns_one: bool,
    /// Whether it may write.
    pub volatility: Volatility,
    /// Whether its answer is `bytea`, or a domain of it.
    pub returns_bytes: bool,
    /// Whether its answer has named columns.
    pub has_columns: bool,
    /// Settings that hold while it runs.
    pub settings: Vec<(String, String)>,
}

/// An argument that is given by the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name; empty where it has none.
    pub name: String,
    /// Its type.
    pub type_name: Name,
    /// Its type as it is told, and for what fits a body; the schema's own name is left open.
    pub type_text: String,
    /// Whether it may be left out.
    pub has_default: bool,
}

/// What a function answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Returns {
    /// Nothing.
    Void,
    /// One value; the name of its domain or type.
    Scalar(String),
    /// Rows of a relation of the schema.
    Relation(String),
    /// Rows of another make: the name of their type.
    Record(String),
}

/// Whether a function may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Volatility {
    /// It may.
    Volatile,
    /// It only reads.
    Stable,
    /// It doesn't even read.
    Immutable,
}
