//! Defaults of columns, which may name the schema that a shape does not name.

/// Stands for the schema in the text of a default, which no name can have.
const SELF: char = '\u{1}';

/// A default's text without the schema's name.
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

/// A default's text without the schema, for who knows which one it is of.
pub(in crate::rest) fn plain_names(text: &str) -> String {
    text.replace(&format!("{SELF}."), "")
}
