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
pub use super::range::{Paging, Range};

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
    pub ranges: Vec<At<Paging>>,
    /// Parameters that are no filter: arguments of a function that is called by GET.
    pub arguments: Vec<(String, String)>,
}

impl Query {
    /// Reads a query string. `is_call` says that a parameter without an operator is an argument.
    ///
    /// # Errors
    /// PGRST100 for what does not fit the grammar.
    pub fn parse(text: &str, is_call: bool) -> Result<Self, Error> {
        let mut pairs = super::uri::pairs(text)?;
        pairs.sort_by_key(|(key, _)| Kind::of(key));
        let mut query = Self::default();
        for (key, value) in &pairs {
            query.parameter(key, value, is_call)?;
        }
        if query.select.is_empty() {
            query.select = vec![SelectItem::Field(select::all())];
        }
        Ok(query)
    }

    /// `limit` and `offset` of the relation itself.
    pub(super) fn range(&self) -> Range {
        let own = self.ranges.iter().find(|(path, _)| path.is_empty());
        own.map_or(Range::ALL, |(_, paging)| paging.range())
    }

    /// Takes a parameter; of `select` and its like the first counts.
    fn parameter(&mut self, key: &str, value: &str, is_call: bool) -> Result<(), Error> {
        let names = |cursor: &mut Cursor<'_>| cursor::commas(cursor, cursor::name);
        match Kind::of(key) {
            Kind::Order => {
                let path = read("tree path", "", key, field::tree_path)?.embeds;
                let terms = read("order", "", value, order::order)?;
                if self.orders.iter().all(|(other, _)| *other != path) {
                    self.orders.push((path, terms));
                }
            }
            Kind::Logic => {
                let (path, word) = read("logic path", "", key, logic::logic_path)?;
                self.logic.push((path, read("logic tree", &word, value, logic::logic_tree)?));
            }
            Kind::Columns if self.columns.is_none() => {
                self.columns = Some(read("columns parameter", "", value, names)?);
            }
            Kind::Select if self.select.is_empty() && !self.selects_nothing => {
                self.select = read("select parameter", "", value, select::select)?;
                self.selects_nothing = self.select.is_empty();
            }
            Kind::Filter => self.filter(key, value, is_call)?,
            Kind::Conflict if self.on_conflict.is_none() => {
                self.on_conflict = Some(read("on_conflict parameter", "", value, names)?);
            }
            Kind::Page => self.page(key, value)?,
            Kind::Columns | Kind::Select | Kind::Conflict => {}
        }
        Ok(())
    }

    fn page(&mut self, key: &str, value: &str) -> Result<(), Error> {
        let path = read("tree path", "", key, field::tree_path)?.embeds;
        let place = self.ranges.iter().position(|(other, _)| *other == path);
        let place = place.unwrap_or_else(|| {
            self.ranges.push((path, Paging::default()));
            self.ranges.len() - 1
        });
        let (paging, number) = (&mut self.ranges[place].1, super::range::number(value).ok());
        if key.ends_with("limit") {
            paging.limit = Some(number);
        } else {
            paging.offset = Some(number);
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

/// What a parameter is, by its name, in the order in which PostgREST reads them: of several faults
/// it tells the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Order,
    Logic,
    Columns,
    Select,
    Filter,
    Conflict,
    Page,
}

impl Kind {
    fn of(key: &str) -> Self {
        match (key, key.rsplit('.').next().unwrap_or(key)) {
            ("columns", _) => Self::Columns,
            ("select", _) => Self::Select,
            ("on_conflict", _) => Self::Conflict,
            (_, "order") => Self::Order,
            (_, "and" | "or") => Self::Logic,
            (_, "limit" | "offset") => Self::Page,
            _ => Self::Filter,
        }
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
