//! Generated statements.

/// A statement made for one request. Only `rest::sql` may make one: its text has identifiers from
/// a shape, quoted, and every value is a parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generated {
    text: String,
    params: Vec<Option<String>>,
}

impl Generated {
    /// A statement of `rest::sql`, and its parameters in order.
    pub fn new(text: String, params: Vec<Option<String>>) -> Self {
        Self { text, params }
    }

    /// What is sent.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The values of its parameters, in order.
    pub fn params(&self) -> &[Option<String>] {
        &self.params
    }

    /// As [`Generated::params`], borrowed.
    pub(super) fn values(&self) -> impl Iterator<Item = Option<&str>> {
        self.params.iter().map(Option::as_deref)
    }
}
