//! Names of the schemas that stores live in.

use std::fmt;

use uuid::Uuid;

use crate::base::slug::Slug;

/// A schema's name: an identity, never given twice. Small letters, digits and `_` only, so that it
/// reads the same quoted and unquoted.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaName(String);

/// The text is no name this program gives to a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a schema's name has only small letters, digits and _, and begins with a letter")]
pub struct SchemaNameError;

impl SchemaName {
    /// The schema that all stores share.
    pub fn shared() -> Self {
        Self("shared".to_owned())
    }

    /// A name for a schema that waits for its store; never used again.
    pub fn ready() -> Self {
        Self(format!("ready_{}", Uuid::now_v7().simple()))
    }

    /// The name a store is born with: `tenant_acme_shoes`, or `tenant_acme_shoes__2` for the second
    /// store that ever had the slug.
    pub fn of_store(slug: &Slug, nth: u32) -> Self {
        let base = slug.as_str().replace('-', "_");
        match nth {
            0 | 1 => Self(format!("tenant_{base}")),
            nth => Self(format!("tenant_{base}__{nth}")),
        }
    }

    /// Reads a name from the database.
    ///
    /// # Errors
    /// When the text is no such name.
    pub fn parse(text: &str) -> Result<Self, SchemaNameError> {
        let fits = text.len() <= 63
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if fits { Ok(Self(text.to_owned())) } else { Err(SchemaNameError) }
    }

    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SchemaName({})", self.0)
    }
}
