//! The query of a request's URL: PostgREST's grammar, read into values.
//!
//! A grammar stops where it has what it wants: what follows a complete `select` or `in.(…)` is not
//! looked at, as PostgREST does it.

pub(super) mod cursor;
pub(super) mod field;
pub(super) mod filter;
pub(super) mod logic;
pub(super) mod order;
pub(super) mod select;

pub use field::{Field, JsonKey, JsonStep};
pub use filter::{Filter, IsValue, Plain, Quantified, Quantifier, Search, Test};
pub use logic::Logic;
pub use order::OrderTerm;
pub use select::{Aggregate, Embed, SelectField, SelectItem};

use self::cursor::{Cursor, Parsed};
use super::error::Error;
pub use super::range::Range;

/// Something said of one relation of the tree: the embeds that lead there, and what.
pub type At<T> = (Vec<String>, T);

/// The query of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// `select`.
    pub select: Vec<SelectItem>,
    /// Whether `select` is there, and selects nothing.
    pub selects_nothing: bool,
    /// `columns`.
    pub columns: Option<Vec<String>>,
    /// `on_conflict`.
    pub on_conflict: Option<Vec<String>>,
    /// Filters, in their order.
    pub filters: Vec<At<Filter>>,
    /// Logic trees, in their order.
    pub logic: Vec<At<Logic>>,
    /// `order`, of the relation and of embeds.
    pub orders: Vec<At<Vec<OrderTerm>>>,
    /// `limit` and `offset`, of the relation and of embeds.
    pub ranges: Vec<At<Range>>,
    /// Parameters that are no filter: arguments of a function that is called by GET.
    pub arguments: Vec<(String, String)>,
}

impl Query {
    /// Reads a query string. `is_call` says that a parameter without an operator is an argument.
    ///
    /// # Errors
    /// PGRST100 for what does not fit the grammar.
    pub fn parse(text: &str, is_call: bool) -> Result<Self, Error> {
        let pairs = super::uri::pairs(text)?;
        let mut query = Self::default();
        let first = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        if let Some(value) = first("select") {
            query.select = read("select parameter", "", value, select::select)?;
            query.selects_nothing = query.select.is_empty();
        }
        if query.select.is_empty() {
            query.select = vec![SelectItem::Field(select::all())];
        }
        let names = |cursor: &mut Cursor<'_>| cursor::commas(cursor, cursor::name);
        if let Some(value) = first("columns") {
            query.columns = Some(read("columns parameter", "", value, names)?);
        }
        if let Some(value) = first("on_conflict") {
            query.on_conflict = Some(read("on_conflict parameter", "", value, names)?);
        }
        for (key, value) in &pairs {
            query.parameter(key, value, is_call)?;
        }
        Ok(query)
    }

    /// `limit` and `offset` of the relation itself.
    pub(super) fn range(&self) -> Range {
        let own = self.ranges.iter().find(|(path, _)| path.is_empty());
        own.map_or(Range::ALL, |(_, range)| *range)
    }

    fn parameter(&mut self, key: &str, value: &str, is_call: bool) -> Result<(), Error> {
        match key.rsplit('.').next().unwrap_or(key) {
            "order" => {
                let path = read("tree path", "", key, field::tree_path)?.embeds;
                let terms = read("order", "", value, order::order)?;
                if self.orders.iter().all(|(other, _)| *other != path) {
                    self.orders.push((path, terms));
                }
            }
            "limit" | "offset" => {
                let path = read("tree path", "", key, field::tree_path)?.embeds;
                let limits = match self.ranges.iter_mut().find(|(other, _)| *other == path) {
                    Some((_, limits)) => limits,
                    None => {
                        self.ranges.push((path, Range::ALL));
                        &mut self.ranges.last_mut().expect("one was just pushed").1
                    }
                };
                let Ok(number) = super::range::number(value) else { return Ok(()) };
                if key.ends_with("limit") {
                    limits.limit = Some(number);
                } else {
                    limits.offset = number;
                }
            }
            "and" | "or" => {
                let (path, word) = read("logic path", "", key, logic::logic_path)?;
                self.logic.push((path, read("logic tree", &word, value, logic::logic_tree)?));
            }
            _ if matches!(key, "select" | "columns" | "on_conflict") => {}
            _ => self.filter(key, value, is_call)?,
        }
        Ok(())
    }

    fn filter(&mut self, key: &str, value: &str, is_call: bool) -> Result<(), Error> {
        let path = read("tree path", "", key, field::tree_path)?;
        let single = |cursor: &mut Cursor<'_>| filter::operation(cursor, filter::single_value);
        match read("filter", "", value, single) {
            Ok((is_negated, test)) => {
                let filter = Filter { field: path.field, is_negated, test };
                self.filters.push((path.embeds, filter));
            }
            Err(_) if is_call => self.arguments.push((path.field.name, value.to_owned())),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Reads `prefix` and `text` by a grammar; `what` names it in the error.
fn read<T>(
    what: &str,
    prefix: &str,
    text: &str,
    grammar: impl FnOnce(&mut Cursor<'_>) -> Parsed<T>,
) -> Result<T, Error> {
    let whole = if prefix.is_empty() { text.to_owned() } else { format!("{prefix}{text}") };
    grammar(&mut Cursor::new(&whole)).map_err(|fault| {
        let (column, details) = fault.explain(&whole, "");
        Error::unreadable(what, text, column, details)
    })
}

#[cfg(test)]
mod tests;
