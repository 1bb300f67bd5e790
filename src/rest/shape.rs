//! The shape of a schema: its relations, how they hang together, and its functions.
//!
//! A shape names no schema: all stores of one fingerprint share it. It is read from the catalog by
//! the schema's dependencies, never by a scan over the fleet's relations.

pub(super) mod cache;
mod default;
pub(super) mod find;
mod function;
pub(super) mod guess;
pub(crate) mod load;
mod origin;
pub(crate) mod queries;
mod relationship;
mod source;

use std::collections::HashMap;

pub use cache::ShapeCache;
pub(super) use default::{near_names, own_names, told_names};
pub use function::{Argument, Function, Returns, Volatility};
pub use relationship::{Cardinality, Junction, Relationship};
pub use source::{Finding, ShapeSource, StoreSource, Witness};

/// A name with, where it is not the schema's own, the schema it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// In the schema that the shape is of.
    Own(String),
    /// Written out, quoted where need be.
    Fixed(String),
}

/// What kinds of values need care when they are read, tested or searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// `json` or `jsonb`.
    Json,
    /// `tsvector`.
    TsVector,
    /// Anything else.
    Other,
}

/// How values of a domain look outside: functions of its casts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Representation {
    /// From the domain to JSON.
    pub to_json: Option<Name>,
    /// From text to the domain.
    pub from_text: Option<Name>,
    /// From JSON to the domain.
    pub from_json: Option<Name>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub type_name: Name,
    /// Its type as it is told: a domain of a built-in type as that type, without a length.
    pub type_text: String,
    /// Most letters of a value, where the type says so.
    pub length: Option<i32>,
    /// What kind of value it is.
    pub kind: ValueKind,
    /// Whether it may be null.
    pub is_nullable: bool,
    /// Its default as an expression: its own, or that of its domain.
    pub default: Option<String>,
    /// Whether it is computed from others, or always an identity.
    pub is_generated: bool,
    /// Casts of its domain.
    pub representation: Option<Representation>,
    /// What the owner says of it.
    pub comment: Option<String>,
    /// Values of its enum type.
    pub values: Vec<String>,
}

/// A table or a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its name.
    pub name: String,
    /// What the owner says of it.
    pub comment: Option<String>,
    /// Its columns in their order.
    pub columns: Vec<Column>,
    /// Names of the primary key's columns.
    pub primary_key: Vec<String>,
    /// Whether rows can be added.
    pub is_insertable: bool,
    /// Whether rows can be changed.
    pub is_updatable: bool,
    /// Whether rows can be taken away.
    pub is_deletable: bool,
    /// Functions of one row that read as columns, and the kind of what they answer.
    pub computed: Vec<(String, ValueKind)>,
    /// Ways to other relations.
    pub relationships: Vec<Relationship>,
}

/// An aggregate that writes rows as a media type of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The aggregate.
    pub function: String,
    /// The media type, which is the name of the domain that it answers.
    pub media: String,
    /// The relation whose rows it takes; none for any.
    pub relation: Option<String>,
    /// Whether it answers bytes and no text.
    pub is_bytes: bool,
}

/// A schema's shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    relations: HashMap<String, Relation>,
    functions: HashMap<String, Vec<Function>>,
    handlers: Vec<Handler>,
    types: Vec<String>,
    comment: Option<String>,
}

impl Relation {
    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The kind of a column's or computed field's values, where it is known.
    pub fn kind(&self, name: &str) -> Option<ValueKind> {
        let computed = || self.computed.iter().find(|(n, _)| n == name).map(|(_, kind)| *kind);
        self.column(name).map(|column| column.kind).or_else(computed)
    }

    /// Whether some column looks different outside.
    pub fn has_representations(&self) -> bool {
        self.columns.iter().any(|column| column.representation.is_some())
    }
}

impl Shape {
    /// The shape of a schema that has these relations and nothing else.
    pub fn of(relations: impl IntoIterator<Item = Relation>) -> Self {
        let named = relations.into_iter().map(|relation| (relation.name.clone(), relation));
        Self { relations: named.collect(), ..Self::default() }
    }

    /// A relation by its name.
    pub fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.get(name)
    }

    /// All relations, in no order.
    pub fn relations(&self) -> impl Iterator<Item = &Relation> {
        self.relations.values()
    }

    /// Functions of this name.
    pub fn functions(&self, name: &str) -> &[Function] {
        self.functions.get(name).map_or(&[], Vec::as_slice)
    }

    /// Names of all functions, in no order.
    pub fn function_names(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }

    /// Aggregates that write rows as media types: those of a relation, or those for any.
    pub fn handlers(&self, relation: Option<&str>) -> impl Iterator<Item = &Handler> {
        self.handlers.iter().filter(move |handler| handler.relation.as_deref() == relation)
    }

    /// Whether the schema has a type of this name.
    pub fn has_type(&self, name: &str) -> bool {
        self.types.iter().any(|own| own == name)
    }

    /// What the owner says of the schema.
    pub fn comment(&self) -> Option<&str> {
        self.comment.as_deref()
    }
}
