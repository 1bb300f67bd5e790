//! Reading of filters.

use super::super::cursor::{Cursor, Fault, Parsed, identifier, quoted};
use super::{IsValue, Plain, Quantified, Quantifier, Search, Test};

/// What a word before the value means, and so how the value is read.
#[derive(Clone, Copy)]
enum Operator {
    Plain(Plain),
    Quantified(Quantified),
    Search(Search),
    In,
    Is,
    IsDistinct,
}

/// Operators by their words.
const OPERATORS: [(&str, Operator); 25] = [
    ("eq", Operator::Quantified(Quantified::Eq)),
    ("gte", Operator::Quantified(Quantified::Gte)),
    ("gt", Operator::Quantified(Quantified::Gt)),
    ("lte", Operator::Quantified(Quantified::Lte)),
    ("lt", Operator::Quantified(Quantified::Lt)),
    ("like", Operator::Quantified(Quantified::Like)),
    ("ilike", Operator::Quantified(Quantified::ILike)),
    ("match", Operator::Quantified(Quantified::Match)),
    ("imatch", Operator::Quantified(Quantified::IMatch)),
    ("neq", Operator::Plain(Plain::Neq)),
    ("cs", Operator::Plain(Plain::Contains)),
    ("cd", Operator::Plain(Plain::Contained)),
    ("ov", Operator::Plain(Plain::Overlaps)),
    ("sl", Operator::Plain(Plain::StrictlyLeft)),
    ("sr", Operator::Plain(Plain::StrictlyRight)),
    ("nxr", Operator::Plain(Plain::NotRight)),
    ("nxl", Operator::Plain(Plain::NotLeft)),
    ("adj", Operator::Plain(Plain::Adjacent)),
    ("fts", Operator::Search(Search::Query)),
    ("plfts", Operator::Search(Search::Plain)),
    ("phfts", Operator::Search(Search::Phrase)),
    ("wfts", Operator::Search(Search::Web)),
    ("in", Operator::In),
    ("is", Operator::Is),
    ("isdistinct", Operator::IsDistinct),
];

const IS: [(&str, IsValue); 5] = [
    ("null", IsValue::Null),
    ("not_null", IsValue::NotNull),
    ("true", IsValue::True),
    ("false", IsValue::False),
    ("unknown", IsValue::Unknown),
];

/// `not.op.value`, the value read by `value`.
pub(in crate::rest::query) fn operation(
    cursor: &mut Cursor<'_>,
    value: fn(&mut Cursor<'_>) -> String,
) -> Parsed<(bool, Test)> {
    const FIRST: &str = "\"not\" or operator (eq, gt, ...)";
    const LATER: &str = "operator (eq, gt, ...)";
    let begin = cursor.clone();
    let is_negated = cursor.eat("not.");
    let word = cursor.clone().take_while(|c| c.is_ascii_lowercase());
    if word.is_empty() {
        return Err(begin.fault(FIRST));
    }
    let Some((_, operator)) = OPERATORS.iter().find(|(name, _)| *name == word) else {
        return Err(cursor.fault(if is_negated { LATER } else { FIRST }));
    };
    cursor.eat(word);
    let dot = |cursor: &mut Cursor<'_>| cursor.need(".", LATER);
    let test = match *operator {
        Operator::Plain(plain) => {
            dot(cursor)?;
            Test::Plain(plain, value(cursor))
        }
        Operator::Quantified(quantified) => {
            let quantifier = quantifier(cursor);
            dot(cursor)?;
            Test::Quantified(quantified, quantifier, value(cursor))
        }
        Operator::Search(search) => {
            let language = cursor.attempt(language);
            dot(cursor)?;
            Test::Search(search, language, value(cursor))
        }
        Operator::In => {
            dot(cursor)?;
            Test::In(list(cursor)?)
        }
        Operator::Is => {
            dot(cursor)?;
            Test::Is(is_value(cursor)?)
        }
        Operator::IsDistinct => {
            dot(cursor)?;
            Test::IsDistinct(value(cursor))
        }
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
    // A number is no name: Postgres would take it for an oid, of whatever it may be.
    if language.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(cursor.fault("letter"));
    }
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
    cursor.spaces();
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
pub(in crate::rest::query) fn single_value(cursor: &mut Cursor<'_>) -> String {
    cursor.take_rest().to_owned()
}

/// A value in a logic tree: quoted, an array, or up to the next comma or parenthesis.
pub(in crate::rest::query) fn logic_value(cursor: &mut Cursor<'_>) -> String {
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
