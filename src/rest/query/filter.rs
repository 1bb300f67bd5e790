//! Filters: what a row must be to be in the answer.

use super::cursor::{Cursor, Fault, Parsed, identifier, quoted};
use super::field::Field;

/// A test of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// What is tested.
    pub field: Field,
    /// Whether the test must fail.
    pub is_negated: bool,
    /// The test.
    pub test: Test,
}

/// The test of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// An operator that takes one value.
    Plain(Plain, String),
    /// An operator that takes one value, or any or all of an array.
    Quantified(Quantified, Option<Quantifier>, String),
    /// One of a list.
    In(Vec<String>),
    /// `null`, `true` and the like.
    Is(IsValue),
    /// Distinct from a value, null included.
    IsDistinct(String),
    /// Full-text search, and its language.
    Search(Search, Option<String>, String),
}

/// Operators that take one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {
    /// `<>`
    Neq,
    /// `@>`
    Contains,
    /// `<@`
    Contained,
    /// `&&`
    Overlaps,
    /// `<<`
    StrictlyLeft,
    /// `>>`
    StrictlyRight,
    /// `&<`
    NotRight,
    /// `&>`
    NotLeft,
    /// `-|-`
    Adjacent,
}

/// Operators that may be followed by `(any)` or `(all)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantified {
    /// `=`
    Eq,
    /// `>=`
    Gte,
    /// `>`
    Gt,
    /// `<=`
    Lte,
    /// `<`
    Lt,
    /// `like`
    Like,
    /// `ilike`
    ILike,
    /// `~`
    Match,
    /// `~*`
    IMatch,
}

/// How many of an array's elements must fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// One.
    Any,
    /// Each.
    All,
}

/// What `is` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsValue {
    /// `null`
    Null,
    /// `not null`
    NotNull,
    /// `true`
    True,
    /// `false`
    False,
    /// `unknown`
    Unknown,
}

/// How the words of a search are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// `to_tsquery`
    Query,
    /// `plainto_tsquery`
    Plain,
    /// `phraseto_tsquery`
    Phrase,
    /// `websearch_to_tsquery`
    Web,
}

const PLAIN: [(&str, Plain); 9] = [
    ("neq", Plain::Neq),
    ("cs", Plain::Contains),
    ("cd", Plain::Contained),
    ("ov", Plain::Overlaps),
    ("sl", Plain::StrictlyLeft),
    ("sr", Plain::StrictlyRight),
    ("nxr", Plain::NotRight),
    ("nxl", Plain::NotLeft),
    ("adj", Plain::Adjacent),
];

const QUANTIFIED: [(&str, Quantified); 9] = [
    ("eq", Quantified::Eq),
    ("gte", Quantified::Gte),
    ("gt", Quantified::Gt),
    ("lte", Quantified::Lte),
    ("lt", Quantified::Lt),
    ("like", Quantified::Like),
    ("ilike", Quantified::ILike),
    ("match", Quantified::Match),
    ("imatch", Quantified::IMatch),
];

const SEARCH: [(&str, Search); 4] = [
    ("fts", Search::Query),
    ("plfts", Search::Plain),
    ("phfts", Search::Phrase),
    ("wfts", Search::Web),
];

const IS: [(&str, IsValue); 5] = [
    ("null", IsValue::Null),
    ("not_null", IsValue::NotNull),
    ("true", IsValue::True),
    ("false", IsValue::False),
    ("unknown", IsValue::Unknown),
];

/// `not.op.value`, the value read by `value`.
pub(super) fn operation(
    cursor: &mut Cursor<'_>,
    value: fn(&mut Cursor<'_>) -> String,
) -> Parsed<(bool, Test)> {
    const FIRST: &str = "\"not\" or operator (eq, gt, ...)";
    const LATER: &str = "operator (eq, gt, ...)";
    let begin = cursor.clone();
    let is_negated = cursor.eat("not.");
    let word = {
        let mut ahead = cursor.clone();
        let word = ahead.take_while(|c| c.is_ascii_lowercase());
        if word.is_empty() {
            return Err(begin.fault(FIRST));
        }
        word
    };
    let unknown = |cursor: &Cursor<'_>| cursor.fault(if is_negated { LATER } else { FIRST });
    let after = |cursor: &mut Cursor<'_>| {
        cursor.eat(word);
        cursor.need(".", LATER)
    };
    let test = if word == "in" {
        after(cursor)?;
        Test::In(list(cursor)?)
    } else if word == "is" {
        after(cursor)?;
        Test::Is(is_value(cursor)?)
    } else if word == "isdistinct" {
        after(cursor)?;
        Test::IsDistinct(value(cursor))
    } else if let Some((_, search)) = SEARCH.iter().find(|(name, _)| *name == word) {
        cursor.eat(word);
        let language = cursor.attempt(language);
        cursor.need(".", LATER)?;
        Test::Search(*search, language, value(cursor))
    } else if let Some((_, plain)) = PLAIN.iter().find(|(name, _)| *name == word) {
        after(cursor)?;
        Test::Plain(*plain, value(cursor))
    } else if let Some((_, quantified)) = QUANTIFIED.iter().find(|(name, _)| *name == word) {
        cursor.eat(word);
        let quantifier = quantifier(cursor);
        cursor.need(".", LATER)?;
        Test::Quantified(*quantified, quantifier, value(cursor))
    } else {
        return Err(unknown(cursor));
    };
    Ok((is_negated, test))
}

fn quantifier(cursor: &mut Cursor<'_>) -> Option<Quantifier> {
    if cursor.eat("(any)") {
        Some(Quantifier::Any)
    } else if cursor.eat("(all)") {
        Some(Quantifier::All)
    } else {
        None
    }
}

fn language(cursor: &mut Cursor<'_>) -> Parsed<String> {
    cursor.need("(", "\"(\"")?;
    let language = identifier(cursor, "letter or digit")?;
    cursor.need(")", "\")\"")?;
    Ok(language)
}

fn is_value(cursor: &mut Cursor<'_>) -> Result<IsValue, Fault> {
    let found = IS.into_iter().find(|(name, _)| cursor.eat_in_any_case(name));
    found
        .map(|(_, value)| value)
        .ok_or_else(|| cursor.fault("isVal: (null, not_null, true, false, unknown)"))
}

/// `(a,"b,c",d)`.
fn list(cursor: &mut Cursor<'_>) -> Parsed<Vec<String>> {
    cursor.need("(", "\"(\"")?;
    cursor.spaces();
    let mut elements = vec![element(cursor)];
    while cursor.eat(",") {
        elements.push(element(cursor));
    }
    cursor.need(")", "\",\" or \")\"")?;
    cursor.spaces();
    Ok(elements)
}

fn element(cursor: &mut Cursor<'_>) -> String {
    cursor
        .attempt(whole_quoted)
        .unwrap_or_else(|| cursor.take_while(|c| c != ',' && c != ')').to_owned())
}

/// Quotes that hold all of the value.
fn whole_quoted(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let text = quoted(cursor)?;
    match cursor.peek() {
        None | Some(',' | ')') => Ok(text),
        Some(_) => Err(cursor.fault("\",\" or \")\"")),
    }
}

/// A value in a parameter of its own: all that is left.
pub(super) fn single_value(cursor: &mut Cursor<'_>) -> String {
    cursor.take_rest().to_owned()
}

/// A value in a logic tree: quoted, an array, or up to the next comma or parenthesis.
pub(super) fn logic_value(cursor: &mut Cursor<'_>) -> String {
    let array = |cursor: &mut Cursor<'_>| {
        cursor.need("{", "\"{\"")?;
        let inner = cursor.take_while(|c| c != '{' && c != '}');
        cursor.need("}", "\"}\"")?;
        Ok(format!("{{{inner}}}"))
    };
    if let Some(text) = cursor.attempt(whole_quoted) {
        return text;
    }
    if let Some(text) = cursor.attempt(array) {
        return text;
    }
    cursor.take_while(|c| c != ',' && c != ')').to_owned()
}
