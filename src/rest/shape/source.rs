//! What a shape is asked for by.

use crate::db::{Sql, StoreRef};

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
    /// Takes the fingerprint of the schema that is `$1`; without one the row is believed.
    pub fingerprint: Option<&'static Sql>,
}
