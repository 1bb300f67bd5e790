//! A store's theme: a handful of custom properties for its pages. Values end up in a style sheet,
//! so each has a narrow shape.

use serde_json::{Map, Value};

use crate::stores::Error;

/// Fonts a page can be set in without fetching anything.
const FONTS: &[&str] = &["sans", "serif", "mono", "rounded"];
/// Themes by name.
const NAMES: &[&str] = &["plain", "dark", "warm", "fresh", "bold"];
const COLOURS: &[&str] = &["primary", "accent", "background", "text"];

/// Checks a theme; a bare text is a theme's name, absent is `plain`.
///
/// # Errors
/// [`Error::Theme`] with the rule that was broken.
pub fn parse(theme: Option<Value>) -> Result<Value, Error> {
    let mut properties = match theme {
        None | Some(Value::Null) => Map::new(),
        Some(Value::String(name)) => Map::from_iter([("name".to_owned(), Value::String(name))]),
        Some(Value::Object(properties)) => properties,
        Some(_) => return Err(refused("a theme is a name or an object")),
    };
    for (key, value) in &properties {
        check(key, value)?;
    }
    properties.entry("name").or_insert_with(|| Value::String("plain".to_owned()));
    Ok(Value::Object(properties))
}

fn check(key: &str, value: &Value) -> Result<(), Error> {
    let text = value.as_str();
    match key {
        "name" if text.is_some_and(|name| NAMES.contains(&name)) => Ok(()),
        "name" => Err(refused("name is one of plain, dark, warm, fresh, bold")),
        "font" if text.is_some_and(|font| FONTS.contains(&font)) => Ok(()),
        "font" => Err(refused("font is one of sans, serif, mono, rounded")),
        "radius" if value.as_u64().is_some_and(|radius| radius <= 32) => Ok(()),
        "radius" => Err(refused("radius is a whole number of pixels from 0 to 32")),
        key if !COLOURS.contains(&key) => {
            Err(refused("the keys are name, primary, accent, background, text, font and radius"))
        }
        _ if text.is_some_and(is_colour) => Ok(()),
        _ => Err(refused("a colour is written #rrggbb")),
    }
}

fn is_colour(text: &str) -> bool {
    text.len() == 7
        && text.starts_with('#')
        && text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit())
}

fn refused(reason: &'static str) -> Error {
    Error::Theme { reason }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_theme_is_known_keys_with_narrow_values() {
        assert_eq!(parse(None).unwrap(), json!({"name": "plain"}));
        assert_eq!(parse(Some(json!("dark"))).unwrap(), json!({"name": "dark"}));
        assert!(parse(Some(json!({"primary": "#a0B1c2", "radius": 8, "font": "serif"}))).is_ok());
        for bad in [
            json!(7),
            json!([]),
            json!("no such theme"),
            json!({"primary": "red; } body { display: none"}),
            json!({"primary": "#12345"}),
            json!({"primary": "#12345é"}),
            json!({"radius": -1}),
            json!({"radius": 1.5}),
            json!({"script": "x"}),
            json!({"font": null}),
        ] {
            assert!(parse(Some(bad.clone())).is_err(), "{bad}");
        }
    }
}
