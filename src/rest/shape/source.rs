//! What a shape is asked for by.

use std::fmt::Debug;
use std::pin::Pin;

use crate::db::{Sql, StoreRef};

/// The name of a schema, where there is one.
pub type Finding<'a> = Pin<Box<dyn Future<Output = Option<String>> + Send + 'a>>;

/// Somebody who knows schemas that are what their fingerprint says, because nobody has had them in
/// hand.
pub trait Witness: Debug + Send + Sync {
    /// A schema that has the fingerprint for certain.
    fn find<'a>(&'a self, fingerprint: &'a str) -> Finding<'a>;
}

/// Where a shape is read from, and what it goes by.
#[derive(Clone, Copy, Debug)]
pub struct ShapeSource<'a> {
    /// The key. It says all that a shape depends on.
    pub key: &'a str,
    /// The schema.
    pub schema: &'a str,
    /// The store whose schema it is.
    pub store: Option<StoreSource<'a>>,
}

/// A store whose schema is to have the fingerprint that is the key: who asks only knows what its
/// row says.
#[derive(Clone, Copy, Debug)]
pub struct StoreSource<'a> {
    /// The store as it was read.
    pub store: StoreRef,
    /// A role that may use its schema.
    pub role: &'a str,
    /// Who is asked first for a schema to read the shape from.
    pub witness: Option<&'a dyn Witness>,
    /// Takes the fingerprint of the schema that is `$1`, where there is no witness: it costs the
    /// more, the more stores there are. Without one the row is believed.
    pub fingerprint: Option<&'static Sql>,
}
