//! Defaults of columns, which may name the schema that a shape does not name.

/// Stands for the schema in the text of a default or of a type, which no name can have.
const SELF: char = '\u{1}';

/// A default's or a type's text without the schema's name.
pub(super) fn hide_names(text: &str, schema: &str) -> String {
    let quoted = format!("\"{}\".", schema.replace('"', "\"\""));
    let text = text.replace(&quoted, &format!("{SELF}."));
    let plain = format!("{schema}.");
    let (mut out, mut rest) = (String::with_capacity(text.len()), text.as_str());
    while let Some(at) = rest.find(&plain) {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '"' | '.');
        let begins = !rest[..at].chars().next_back().is_some_and(is_word);
        out.push_str(&rest[..at]);
        if begins {
            out.push(SELF);
            out.push('.');
        } else {
            out.push_str(&plain);
        }
        rest = &rest[at + plain.len()..];
    }
    out.push_str(rest);
    out
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
