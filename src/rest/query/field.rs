//! A column, and the way into its JSON.

use super::cursor::{Cursor, Parsed, identifier, name, quoted};

/// A column, and the way into its JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name of the column, or of a function of the row.
    pub name: String,
    /// Steps into the value.
    pub path: Vec<JsonStep>,
}

/// One step into a JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonStep {
    /// Whether the step ends in text (`->>`) or in JSON (`->`).
    pub is_text: bool,
    /// What is looked up.
    pub key: JsonKey,
}

/// What a step looks up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonKey {
    /// A key of an object.
    Key(String),
    /// A place in an array, digits with a sign.
    Index(String),
}

/// Place of a field: the embeds it lies in, and the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TreePath {
    pub(super) embeds: Vec<String>,
    pub(super) field: Field,
}

/// `name->a->>b`.
pub(super) fn field(cursor: &mut Cursor<'_>) -> Parsed<Field> {
    Ok(Field { name: name(cursor)?, path: json_path(cursor)? })
}

/// `embed.embed.name->>key`.
pub(super) fn tree_path(cursor: &mut Cursor<'_>) -> Parsed<TreePath> {
    let mut embeds = vec![name(cursor)?];
    while cursor.eat(".") {
        embeds.push(name(cursor)?);
    }
    let name = embeds.pop().unwrap_or_default();
    Ok(TreePath { embeds, field: Field { name, path: json_path(cursor)? } })
}

fn json_path(cursor: &mut Cursor<'_>) -> Parsed<Vec<JsonStep>> {
    let mut path = Vec::new();
    loop {
        let is_text = cursor.eat("->>");
        if !is_text && !cursor.eat("->") {
            return Ok(path);
        }
        let key = match cursor.attempt(json_index) {
            Some(index) => JsonKey::Index(index),
            None => JsonKey::Key(json_key(cursor)?),
        };
        path.push(JsonStep { is_text, key });
    }
}

/// Digits, with or without a `-`, that are all of the step.
fn json_index(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let sign = if cursor.eat("-") { "-" } else { "" };
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    let rest = cursor.rest();
    let ends = rest.is_empty()
        || rest.starts_with("->")
        || rest.starts_with("::")
        || rest.starts_with(['.', ',', ')']);
    if digits.is_empty() || !ends {
        return Err(cursor.fault("digit"));
    }
    Ok(format!("{sign}{digits}"))
}

fn json_key(cursor: &mut Cursor<'_>) -> Parsed<String> {
    const EXPECTING: &str = "\"-\", digit or any non reserved character different from: .,>()";
    if cursor.peek() == Some('"') {
        return quoted(cursor);
    }
    let word = |cursor: &mut Cursor<'_>| {
        let word = cursor.take_while(|c| !matches!(c, '(' | '-' | ':' | '.' | ',' | '>' | ')'));
        if word.is_empty() { Err(cursor.fault(EXPECTING)) } else { Ok(word.trim().to_owned()) }
    };
    let mut key = word(cursor)?;
    while cursor.rest().starts_with('-') && !cursor.rest().starts_with("->") {
        cursor.eat("-");
        key.push('-');
        key.push_str(&word(cursor)?);
    }
    Ok(key)
}

/// `::type`, where there is one.
pub(super) fn cast(cursor: &mut Cursor<'_>) -> Parsed<Option<String>> {
    if cursor.rest().starts_with(':') {
        cursor.need("::", "\"::\"")?;
        return identifier(cursor, "letter or digit").map(Some);
    }
    Ok(None)
}
