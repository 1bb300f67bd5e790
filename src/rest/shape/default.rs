//! Defaults of columns, which may name the schema that a shape does not name.

/// Stands for the schema in the text of a default or of a type, which no name can have.
const SELF: char = '\u{1}';

/// A default's or a type's text without the schema's name. What stands in a literal is no name, but
/// where the literal is one of an object: `'shop.orders_seq'::regclass`.
pub(super) fn hide_names(text: &str, schema: &str) -> String {
    let quoted = format!("\"{}\"", schema.replace('"', "\"\""));
    let (mut out, mut rest, mut is_qualified) = (String::with_capacity(text.len()), text, false);
    while let Some(first) = rest.chars().next() {
        let (token, after) = rest.split_at(token(rest, first));
        rest = after;
        let is_own = (token == schema || token == quoted) && !is_qualified;
        if is_own && rest.starts_with('.') {
            out.push(SELF);
        } else if first == '\'' && rest.starts_with("::reg") {
            out.push_str(&hide_in_literal(token, schema));
        } else {
            out.push_str(token);
        }
        is_qualified = first == '.';
    }
    out
}

/// A literal that names an object, without the schema's name.
fn hide_in_literal(literal: &str, schema: &str) -> String {
    let inner = literal.trim_matches('\'').replace("''", "'");
    format!("'{}'", hide_names(&inner, schema).replace('\'', "''"))
}

/// The length of what the text begins with: a literal, a name in quotes, a word, or one letter.
fn token(text: &str, first: char) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    match first {
        '\'' | '"' => {
            let mut end = 1;
            while let Some(at) = text[end..].find(first) {
                end += at + 1;
                // One that stands twice does not end it.
                match text[end..].starts_with(first) {
                    true => end += 1,
                    false => return end,
                }
            }
            text.len()
        }
        c if is_word(c) => text.find(|c| !is_word(c)).unwrap_or(text.len()),
        c => c.len_utf8(),
    }
}

/// A default's text in a schema.
pub(in crate::rest) fn own_names(text: &str, schema: &str) -> String {
    if !text.contains(SELF) {
        return text.to_owned();
    }
    text.replace(SELF, &format!("\"{}\"", schema.replace('"', "\"\"")))
}

/// A default's or a type's text in a schema, as Postgres writes it: quoted where need be.
pub(in crate::rest) fn told_names(text: &str, schema: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let begins_plain = schema.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if begins_plain && schema.chars().all(is_plain) {
        return text.replace(SELF, schema);
    }
    own_names(text, schema)
}

/// A type's text as a transaction sees it that has the schema and those of `path` in its path.
pub(in crate::rest) fn near_names(text: &str, path: &[String]) -> String {
    let within = |schema: &str| text.strip_prefix(schema)?.strip_prefix('.');
    let own = within(SELF.encode_utf8(&mut [0; 4]));
    let near = own.or_else(|| path.iter().find_map(|schema| within(schema)));
    near.unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_hidden() {
        for (text, hidden) in [
            ("shop.word()", "\u{1}.word()"),
            ("(shop.a(1) + \"shop\".b(2))", "(\u{1}.a(1) + \u{1}.b(2))"),
            ("nextval('shop.s'::regclass)", "nextval('\u{1}.s'::regclass)"),
            ("'\"shop\".\"o''s\"'::regclass", "'\u{1}.\"o''s\"'::regclass"),
            ("'draft'::shop.state", "'draft'::\u{1}.state"),
            ("shop.state[]", "\u{1}.state[]"),
        ] {
            assert_eq!(hide_names(text, "shop"), hidden, "{text}");
        }
        for text in [
            "'visit shop.example'::text",
            "'it''s shop.example'",
            "E'\\\\shop.x'",
            "'\"shop\".x'",
            "other.shop.x",
            "workshop.x",
            "shop_a.x",
            "shop",
            "\"a shop.b\"",
            "'never ends shop.x",
            "''",
            "'",
        ] {
            assert_eq!(hide_names(text, "shop"), text);
        }
        assert_eq!(hide_names("\"a \"\"b\".f()", "a \"b"), "\u{1}.f()");
        assert_eq!(own_names("\u{1}.f()", "a \"b"), "\"a \"\"b\".f()");
    }

    #[test]
    fn a_long_literal_is_read_in_no_time() {
        let text = "''".repeat(200_000);
        assert_eq!(hide_names(&text, "shop").len(), text.len());
    }
}
