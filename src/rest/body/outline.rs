//! What a JSON text is made of, without its values: these are for Postgres to read.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What a JSON text is made of.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outline {
    /// Whether it is neither an object nor an array.
    pub(super) is_scalar: bool,
    /// Whether it is an array.
    pub(super) is_array: bool,
    /// Keys of the (first) object, sorted.
    pub(super) keys: Vec<String>,
    /// Whether an element is no object, or has other keys than the first.
    pub(super) differs: bool,
}

/// The outline of a text; none where it is no JSON.
pub(super) fn read(text: &str) -> Option<Outline> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let outline = reader.deserialize_any(Whole).ok()?;
    reader.end().ok()?;
    has_letters(text).then_some(outline)
}

/// Whether all `\u` of a JSON text are letters: a half of a pair without the other is none. Values
/// that are passed over are not looked at so closely.
fn has_letters(text: &str) -> bool {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6).and_then(|escape| escape.strip_prefix("\\u"));
        digits.and_then(|digits| u16::from_str_radix(digits, 16).ok())
    };
    let (bytes, mut at) = (text.as_bytes(), 0);
    while let Some(found) = bytes[at..].iter().position(|&byte| byte == b'\\') {
        at += found;
        at += match unit(at) {
            None => 2,
            Some(0xdc00..=0xdfff) => return false,
            Some(0xd800..=0xdbff) => match unit(at + 6) {
                Some(0xdc00..=0xdfff) => 12,
                _ => return false,
            },
            Some(_) => 6,
        };
    }
    true
}

/// Reads a scalar without keeping it.
macro_rules! scalars {
    ($answer:expr) => {
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok($answer)
        }
        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok($answer)
        }
        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
            Ok($answer)
        }
        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok($answer)
        }
        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok($answer)
        }
        fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
            Ok($answer)
        }
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any JSON")
        }
    };
}

/// Reads a whole text.
struct Whole;

impl<'de> Visitor<'de> for Whole {
    type Value = Outline;

    scalars!(Outline { is_scalar: true, ..Outline::default() });

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Outline, A::Error> {
        Ok(Outline { keys: Keys.visit_map(map)?.unwrap_or_default(), ..Outline::default() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Outline, A::Error> {
        let mut outline = Outline { is_array: true, ..Outline::default() };
        let mut is_first = true;
        while let Some(keys) = seq.next_element_seed(Keys)? {
            match keys {
                Some(keys) if is_first => outline.keys = keys,
                Some(keys) if keys == outline.keys => {}
                _ => outline.differs = true,
            }
            is_first = false;
        }
        Ok(outline)
    }
}

/// Reads the keys of an object, sorted; nothing of what is no object.
struct Keys;

impl<'de> DeserializeSeed<'de> for Keys {
    type Value = Option<Vec<String>>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Keys {
    type Value = Option<Vec<String>>;

    scalars!(None);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut keys = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            map.next_value::<IgnoredAny>()?;
            keys.push(key);
        }
        keys.sort_unstable();
        keys.dedup();
        Ok(Some(keys))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_table_must_match() {
        let differs = |text| read(text).map(|outline| outline.differs);
        assert_eq!(differs(r#"[{"a":1,"b":2},{"b":3,"a":4}]"#), Some(false));
        assert_eq!(differs(r#"[{"a":1},{"b":2}]"#), Some(true));
        assert_eq!(differs("[1,2]"), Some(true));
        assert_eq!(differs(r#"{"a":1}{"a":1}"#), None);
    }

    #[test]
    fn half_a_pair_is_no_letter() {
        for (text, is_json) in [
            (r#"["\u0041\u00e9\ud83c\udfee\uffff"]"#, true),
            (r#"["\\ud83c","\\\\udfee","\\"]"#, true),
            (r#"{"a":1e400,"b":"\u0041"}"#, true),
            (r#"["\ud83c"]"#, false),
            (r#"["\ud83c\n"]"#, false),
            (r#"["\ud83c\u0041"]"#, false),
            (r#"["\ud83c","\udfee"]"#, false),
            (r#"["\udfee\ud83c"]"#, false),
            (r#"["\\\ud83c"]"#, false),
            (r#"{"\ud83c":1}"#, false),
            (r#"[{"a":{"\ud83c":1}}]"#, false),
            (r#"["\u00"]"#, false),
            (r#"["\u+041"]"#, false),
        ] {
            assert_eq!(read(text).is_some(), is_json, "{text}");
            // As one says who reads all of it, but for numbers that are too large for them.
            let whole = serde_json::from_str::<serde_json::Value>(&text.replace("1e400", "1"));
            assert_eq!(whole.is_ok(), is_json, "{text}");
        }
    }
}
