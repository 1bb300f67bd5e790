//! `order`: by columns of the relation, or of an embedded one.

use super::cursor::{Cursor, Parsed, commas, name};
use super::field::{Field, field};

/// One term of `order`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderTerm {
    /// The embedded relation that has the column.
    pub relation: Option<String>,
    /// The column.
    pub field: Field,
    /// Whether the greatest comes first, where it is said.
    pub is_descending: Option<bool>,
    /// Whether nulls come first, where it is said.
    pub are_nulls_first: Option<bool>,
}

/// The whole parameter.
pub(super) fn order(cursor: &mut Cursor<'_>) -> Parsed<Vec<OrderTerm>> {
    commas(cursor, term)
}

fn term(cursor: &mut Cursor<'_>) -> Parsed<OrderTerm> {
    let related = cursor.attempt(|cursor| {
        let relation = name(cursor)?;
        cursor.need("(", "\"(\"")?;
        let field = field(cursor)?;
        cursor.need(")", "\")\"")?;
        Ok((relation, field))
    });
    let (relation, field) = match related {
        Some((relation, field)) => (Some(relation), field),
        None => (None, field(cursor)?),
    };
    let is_descending = if cursor.eat(".asc") {
        Some(false)
    } else if cursor.eat(".desc") {
        Some(true)
    } else {
        None
    };
    let are_nulls_first = if cursor.eat(".nullsfirst") {
        Some(true)
    } else if cursor.eat(".nullslast") {
        Some(false)
    } else {
        None
    };
    if !cursor.is_at_end() && cursor.peek() != Some(',') {
        let mut stopped = cursor.clone();
        stopped.eat(".");
        return Err(stopped.fault(match (is_descending, are_nulls_first) {
            (_, Some(_)) => "\",\" or end of input",
            (Some(_), None) => "\"nullsfirst\" or \"nullslast\"",
            (None, None) => "\"asc\", \"desc\", \"nullsfirst\" or \"nullslast\"",
        }));
    }
    Ok(OrderTerm { relation, field, is_descending, are_nulls_first })
}
