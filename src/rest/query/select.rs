//! `select`: which columns, which embedded relations.

use super::cursor::{Cursor, Parsed, commas, name};
use super::field::{Field, cast, field};

/// One item of `select`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectItem {
    /// A column.
    Field(SelectField),
    /// Rows of a related table.
    Embed(Embed),
}

/// A column of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectField {
    /// The column; `*` for all.
    pub field: Field,
    /// Its name in the answer.
    pub alias: Option<String>,
    /// Type it is cast to.
    pub cast: Option<String>,
    /// Function over the rows of a group.
    pub aggregate: Option<Aggregate>,
    /// Type that the function's answer is cast to.
    pub aggregate_cast: Option<String>,
}

/// A function over the rows of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// `sum`.
    Sum,
    /// `avg`.
    Avg,
    /// `count`.
    Count,
    /// `max`.
    Max,
    /// `min`.
    Min,
}

/// Rows of a related table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embed {
    /// Table, foreign key, column or function that leads there.
    pub name: String,
    /// Its name in the answer.
    pub alias: Option<String>,
    /// Which of several ways is meant.
    pub hint: Option<String>,
    /// Whether rows without a partner stay.
    pub is_inner: bool,
    /// Whether its columns become columns of the parent.
    pub is_spread: bool,
    /// What of it is selected.
    pub items: Vec<SelectItem>,
}

const ITEM: &str = "\"...\", field name (* or [a..z0..9_$]), \"*\" or \"count()\"";

const AFTER: &str =
    "letter, digit, \"-\", \"->>\", \"->\", \"::\", \".\", \")\", \",\" or end of input";

/// `*`.
pub(super) fn all() -> SelectField {
    let field = Field { name: "*".to_owned(), path: Vec::new() };
    SelectField { field, alias: None, cast: None, aggregate: None, aggregate_cast: None }
}

/// The whole parameter. Stops without a fault where a first item can't begin, and after the last.
pub(super) fn select(cursor: &mut Cursor<'_>) -> Parsed<Vec<SelectItem>> {
    let begins = cursor.rest();
    cursor.spaces();
    let is_star = |cursor: &mut Cursor<'_>| cursor.eat("*") && ends(cursor, ITEM).is_ok();
    let can_begin = cursor.rest().starts_with("...")
        || cursor.rest().starts_with('"')
        || is_star(&mut cursor.clone())
        || cursor
            .peek()
            .is_some_and(|c| c.is_alphabetic() || c.is_ascii_digit() || "_ $".contains(c));
    match can_begin {
        true => commas(cursor, item),
        false if begins == cursor.rest() => Ok(Vec::new()),
        false => Err(cursor.fault(ITEM)),
    }
}

fn item(cursor: &mut Cursor<'_>) -> Parsed<SelectItem> {
    let begin = cursor.clone();
    if cursor.rest().starts_with("...") {
        let Some(mut embed) = cursor.attempt(spread) else { return Err(begin.fault(ITEM)) };
        embed.items = items(cursor)?;
        return Ok(SelectItem::Embed(embed));
    }
    if let Some(mut embed) = cursor.attempt(relation)
        && let Some(items) = cursor.attempt(items)
    {
        embed.items = items;
        return Ok(SelectItem::Embed(embed));
    }
    *cursor = begin;
    column(cursor).map(SelectItem::Field)
}

/// `(a,b)`.
fn items(cursor: &mut Cursor<'_>) -> Parsed<Vec<SelectItem>> {
    cursor.nested(select)
}

fn spread(cursor: &mut Cursor<'_>) -> Parsed<Embed> {
    cursor.need("...", "\"...\"")?;
    let name = name(cursor)?;
    embed(cursor, name, None, true)
}

fn relation(cursor: &mut Cursor<'_>) -> Parsed<Embed> {
    let alias = alias(cursor);
    let name = name(cursor)?;
    if name == "count" {
        return Err(cursor.fault("a relation"));
    }
    embed(cursor, name, alias, false)
}

/// `!hint!inner(`, in any order; of two hints, or two words for the join, the first counts.
fn embed(
    cursor: &mut Cursor<'_>,
    relation: String,
    alias: Option<String>,
    is_spread: bool,
) -> Parsed<Embed> {
    let mut embed =
        Embed { name: relation, alias, hint: None, is_inner: false, is_spread, items: Vec::new() };
    let mut joins = None;
    for _ in 0..2 {
        if !cursor.eat("!") {
            break;
        }
        match name(cursor)?.as_str() {
            word @ ("inner" | "left") => {
                embed.is_inner = *joins.get_or_insert(word == "inner");
            }
            hint => {
                embed.hint.get_or_insert_with(|| hint.to_owned());
            }
        }
    }
    if cursor.rest().starts_with('(') { Ok(embed) } else { Err(cursor.fault("\"(\"")) }
}

/// `alias:`, but not the beginning of `column::type`.
fn alias(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.attempt(|cursor| {
        let alias = name(cursor)?;
        if cursor.rest().starts_with("::") {
            return Err(cursor.fault("\":\""));
        }
        cursor.need(":", "\":\"")?;
        Ok(alias)
    })
}

fn column(cursor: &mut Cursor<'_>) -> Parsed<SelectField> {
    if cursor.eat("*") {
        ends(cursor, "\")\", \",\" or end of input")?;
        return Ok(all());
    }
    let alias = alias(cursor);
    if cursor.eat("count()") {
        let aggregate_cast = cast(cursor)?;
        ends(cursor, AFTER)?;
        let aggregate = Some(Aggregate::Count);
        return Ok(SelectField { alias, aggregate, aggregate_cast, ..all() });
    }
    if alias.is_none() && cursor.peek().is_none_or(|c| c == ',' || c == ')') {
        return Err(cursor.fault(ITEM));
    }
    let field = field(cursor)?;
    let cast_to = cast(cursor)?;
    let aggregate = aggregate(cursor)?;
    let aggregate_cast = if aggregate.is_some() { cast(cursor)? } else { None };
    ends(cursor, AFTER)?;
    Ok(SelectField { field, alias, cast: cast_to, aggregate, aggregate_cast })
}

/// The end of an item, and the blanks before it.
fn ends(cursor: &mut Cursor<'_>, expecting: &'static str) -> Parsed<()> {
    cursor.spaces();
    match cursor.peek() {
        None | Some(',' | ')') => Ok(()),
        Some(_) => Err(cursor.fault(expecting)),
    }
}

/// `.sum()`.
fn aggregate(cursor: &mut Cursor<'_>) -> Parsed<Option<Aggregate>> {
    const EXPECTING: &str = "\"sum\", \"avg\", \"count\", \"max\" or \"min\"";
    if !cursor.eat(".") {
        return Ok(None);
    }
    let names = [
        ("sum", Aggregate::Sum),
        ("avg", Aggregate::Avg),
        ("count", Aggregate::Count),
        ("max", Aggregate::Max),
        ("min", Aggregate::Min),
    ];
    let Some((_, aggregate)) = names.into_iter().find(|(name, _)| cursor.eat(name)) else {
        return Err(cursor.fault(EXPECTING));
    };
    cursor.need("()", "\"()\"")?;
    Ok(Some(aggregate))
}
