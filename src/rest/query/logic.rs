//! Trees of `and` and `or`.

use super::cursor::{Cursor, Parsed, commas, name};
use super::field::field;
use super::filter::{Filter, logic_value, operation};

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Logic {
    /// One test.
    Filter(Filter),
    /// Several conditions.
    Group {
        /// Whether the whole must fail.
        is_negated: bool,
        /// Whether all must hold, or one.
        is_and: bool,
        /// The conditions.
        members: Vec<Logic>,
    },
}

/// `embed.embed.not.or`: the embeds, and the beginning of the tree.
pub(super) fn logic_path(cursor: &mut Cursor<'_>) -> Parsed<(Vec<String>, String)> {
    let mut path = vec![name(cursor)?];
    while cursor.eat(".") {
        path.push(name(cursor)?);
    }
    let word = path.pop().unwrap_or_default();
    let is_negated = path.iter().any(|step| step == "not");
    path.retain(|step| step != "not");
    let word = if is_negated { format!("not.{word}") } else { word };
    Ok((path, word))
}

/// `or(a.eq.1,not.and(b.gt.2,c.is.null))`.
pub(super) fn logic_tree(cursor: &mut Cursor<'_>) -> Parsed<Logic> {
    if let Some(filter) = cursor.attempt(member) {
        return Ok(Logic::Filter(filter));
    }
    let is_negated = cursor.eat("not.");
    let is_and = cursor.eat("and");
    if !is_and && !cursor.eat("or") {
        // A member that is neither: say where its test went wrong, if it has one.
        return match member(&mut cursor.clone()) {
            Err(fault) if !is_negated => Err(fault),
            _ => Err(cursor.fault("logic operator (and, or)")),
        };
    }
    cursor.spaces();
    let members = cursor.nested(|cursor| commas(cursor, logic_tree))?;
    Ok(Logic::Group { is_negated, is_and, members })
}

fn member(cursor: &mut Cursor<'_>) -> Parsed<Filter> {
    let field = field(cursor)?;
    cursor.spaces();
    cursor.need(".", "delimiter (.)")?;
    let (is_negated, test) = operation(cursor, logic_value)?;
    Ok(Filter { field, is_negated, test })
}
