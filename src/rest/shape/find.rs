//! Looking up what a request names.

use super::super::error::Error;
use super::{Relation, Shape, guess};

/// A table is suggested if its name is at least this near.
const TABLE_GUESS_LEAST: f64 = 0.75;

/// A relation of the shape.
///
/// # Errors
/// PGRST205, with the name that may have been meant.
pub(in crate::rest) fn relation<'s>(
    shape: &'s Shape,
    schema: &str,
    name: &str,
) -> Result<&'s Relation, Error> {
    if let Some(relation) = shape.relation(name) {
        return Ok(relation);
    }
    let names = shape.relations().map(|relation| relation.name.as_str());
    let hint = guess::nearest(names, name, TABLE_GUESS_LEAST)
        .map(|(_, near)| format!("Perhaps you meant the table '{schema}.{near}'"));
    let message = format!("Could not find the table '{schema}.{name}' in the schema cache");
    Err(Error::new(404, "PGRST205", message).hint(hint))
}
