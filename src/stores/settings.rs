//! A store's settings: known keys, each with a shape. What a key does is the business of whoever
//! reads it; here it is only kept from being too large or of another kind.

use serde_json::{Map, Value};

use crate::stores::Error;

/// What a value must be.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A text of at most so many characters.
    Text(usize),
    /// Capital letters, digits and dashes, at most so many.
    Code(usize),
    /// An object whose values are texts of at most 500 characters.
    Texts(&'static [&'static str]),
    /// An object of at most 16 KiB.
    Object,
}

/// The keys, as the table's constraint has them.
const KEYS: &[(&str, Kind)] = &[
    ("tagline", Kind::Text(200)),
    ("description", Kind::Text(5_000)),
    ("contact", Kind::Texts(&["email", "phone", "address"])),
    ("banner", Kind::Texts(&["text", "url"])),
    ("seo_title", Kind::Text(200)),
    ("seo_description", Kind::Text(500)),
    ("order_prefix", Kind::Code(8)),
    ("tax", Kind::Object),
    ("delivery", Kind::Object),
];
const TEXT_MAX: usize = 500;
const OBJECT_BYTES_MAX: usize = 16 * 1024;

/// Checks a change: known keys with values that fit; null takes a key away.
///
/// # Errors
/// [`Error::Settings`] with the key that does not fit.
pub fn check(change: &Map<String, Value>) -> Result<(), Error> {
    for (key, value) in change {
        let Some((name, kind)) = KEYS.iter().find(|(name, _)| name == key) else {
            return Err(Error::Settings { key: "it", reason: "has a key that is not known" });
        };
        if !value.is_null() {
            fits(*kind, value).map_err(|reason| Error::Settings { key: name, reason })?;
        }
    }
    Ok(())
}

fn fits(kind: Kind, value: &Value) -> Result<(), &'static str> {
    let is_text = |value: &Value, max: usize| {
        value.as_str().is_some_and(|text| text.chars().count() <= max && !has_control(text))
    };
    let is_good = match kind {
        Kind::Text(max) => is_text(value, max),
        Kind::Code(max) => value.as_str().is_some_and(|text| {
            text.len() <= max
                && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
        }),
        Kind::Texts(keys) => value.as_object().is_some_and(|object| {
            object.iter().all(|(key, value)| {
                keys.contains(&key.as_str()) && (value.is_null() || is_text(value, TEXT_MAX))
            })
        }),
        Kind::Object => value.is_object() && value.to_string().len() <= OBJECT_BYTES_MAX,
    };
    if is_good && !has_nul(value) { Ok(()) } else { Err("has not the form that is asked for") }
}

fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && c != '\n')
}

/// Whether a text in it holds the one character that Postgres can't keep.
pub(super) fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(list) => list.iter().any(has_nul),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_known_keys_of_their_kind() {
        let check = |value: Value| check(value.as_object().unwrap());
        for good in [
            json!({}),
            json!({"tagline": "Good things", "banner": null}),
            json!({"contact": {"email": "a@b.c", "phone": null}}),
            json!({"order_prefix": "ACME-1"}),
            json!({"tax": {"rates": [{"region": null, "percent": 20}]}}),
        ] {
            assert!(check(good.clone()).is_ok(), "{good}");
        }
        for bad in [
            json!({"colour": "red"}),
            json!({"tagline": 7}),
            json!({"tagline": "x".repeat(201)}),
            json!({"contact": {"fax": "1"}}),
            json!({"order_prefix": "acme"}),
            json!({"tax": []}),
            json!({"tax": {"a": "\0"}}),
            json!({"menus": {"main": []}}),
            json!({"delivery": {"a": "x".repeat(20_000)}}),
        ] {
            assert!(check(bad.clone()).is_err(), "{bad}");
        }
    }
}
