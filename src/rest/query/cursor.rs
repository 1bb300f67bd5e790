//! A place in a text, and the small words that all grammars of a query share.

/// Where a grammar stopped, and what it would have taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    at: usize,
    expecting: &'static str,
}

/// A place in a text.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// Parentheses that are open.
    depth: usize,
}

/// Parentheses that may be open at once.
const DEPTH_MAX: usize = 64;

pub(super) type Parsed<T> = Result<T, Fault>;

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// Takes `word` if it is next.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let is_next = self.rest().starts_with(word);
        if is_next {
            self.at += word.len();
        }
        is_next
    }

    /// Takes `word` if it is next, in capitals or not.
    pub(super) fn eat_in_any_case(&mut self, word: &str) -> bool {
        let next = self.rest().get(..word.len());
        let is_next = next.is_some_and(|next| next.eq_ignore_ascii_case(word));
        if is_next {
            self.at += word.len();
        }
        is_next
    }

    /// Takes the next letter if it is one of those wanted.
    pub(super) fn eat_if(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let next = self.peek().filter(|&c| wanted(c))?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Takes letters for as long as they are wanted.
    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    pub(super) fn take_rest(&mut self) -> &'a str {
        let rest = self.rest();
        self.at = self.text.len();
        rest
    }

    /// `word`, or a fault.
    pub(super) fn need(&mut self, word: &str, expecting: &'static str) -> Parsed<()> {
        if self.eat(word) { Ok(()) } else { Err(self.fault(expecting)) }
    }

    /// What stands in parentheses, and the blanks around it.
    pub(super) fn nested<T>(&mut self, grammar: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.need("(", "\"(\"")?;
        if self.depth == DEPTH_MAX {
            return Err(self.fault("fewer parentheses inside of one another"));
        }
        self.depth += 1;
        self.spaces();
        let value = grammar(self)?;
        self.need(")", "\",\" or \")\"")?;
        self.depth -= 1;
        self.spaces();
        Ok(value)
    }

    /// Takes blanks: no ends of lines, which are no part of the grammar.
    pub(super) fn spaces(&mut self) {
        self.take_while(|c| matches!(c, ' ' | '\t'));
    }

    pub(super) fn fault(&self, expecting: &'static str) -> Fault {
        Fault { at: self.at, expecting }
    }

    /// Runs a grammar and goes back where it began if it does not fit.
    pub(super) fn attempt<T>(&mut self, grammar: impl FnOnce(&mut Self) -> Parsed<T>) -> Option<T> {
        let (at, depth) = (self.at, self.depth);
        match grammar(self) {
            Ok(value) => Some(value),
            Err(_) => {
                (self.at, self.depth) = (at, depth);
                None
            }
        }
    }
}

impl Fault {
    /// The column, from 1, and the two halves of the sentence that PostgREST makes of it.
    pub(super) fn explain(&self, text: &str, prefix: &str) -> (usize, String) {
        let column = text.get(..self.at).map_or(1, |before| before.chars().count() + 1);
        let found = match text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => format!("{:?}", found.to_string()),
            None => "end of input".to_owned(),
        };
        let column = column + prefix.chars().count();
        (column, format!("unexpected {found} expecting {}", self.expecting))
    }
}

/// A name: `"in quotes"`, or letters, digits, `_`, `$`, blanks and inner dashes.
pub(super) fn name(cursor: &mut Cursor<'_>) -> Parsed<String> {
    const EXPECTING: &str = "field name (* or [a..z0..9_$])";
    if cursor.peek() == Some('"') {
        return quoted(cursor);
    }
    let mut name = identifier(cursor, EXPECTING)?;
    while cursor.rest().starts_with('-') && !cursor.rest().starts_with("->") {
        cursor.eat("-");
        name.push('-');
        name.push_str(&identifier(cursor, "letter or digit")?);
    }
    Ok(name)
}

/// Letters, digits, `_`, `$` and inner blanks.
pub(super) fn identifier(cursor: &mut Cursor<'_>, expecting: &'static str) -> Parsed<String> {
    let taken = cursor
        .take_while(|c| c.is_alphabetic() || c.is_ascii_digit() || matches!(c, '_' | ' ' | '$'));
    if taken.is_empty() {
        return Err(cursor.fault(expecting));
    }
    Ok(taken.trim().to_owned())
}

/// `"text"`, where a backslash takes the next letter as it is.
pub(super) fn quoted(cursor: &mut Cursor<'_>) -> Parsed<String> {
    cursor.need("\"", "\"\\\"\"")?;
    let mut text = String::new();
    loop {
        text.push_str(cursor.take_while(|c| c != '"' && c != '\\'));
        if cursor.eat("\"") {
            return Ok(text);
        }
        if !cursor.eat("\\") {
            return Err(cursor.fault("\"\\\\\" or \"\\\"\""));
        }
        match cursor.eat_if(|_| true) {
            Some(letter) => text.push(letter),
            None => return Err(cursor.fault("a letter")),
        }
    }
}

/// Items with commas between.
pub(super) fn commas<T>(
    cursor: &mut Cursor<'_>,
    item: impl Fn(&mut Cursor<'_>) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    let mut items = vec![item(cursor)?];
    while cursor.eat(",") {
        cursor.spaces();
        items.push(item(cursor)?);
    }
    Ok(items)
}
