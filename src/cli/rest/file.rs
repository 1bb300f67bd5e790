//! A PostgREST configuration file: `name = "value"` or `name = value`, `#` begins a comment.

use std::path::Path;
use std::str::Chars;

use anyhow::{Context, anyhow, bail};

use crate::rest::standalone::settings::Given;

/// What a file says.
pub(super) fn read(path: &Path) -> anyhow::Result<Given> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} can't be read", path.display()))?;
    parse(&text).with_context(|| format!("{} can't be used", path.display()))
}

fn parse(text: &str) -> anyhow::Result<Given> {
    let mut given = Given::default();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            bail!("line {} is no `name = value`", number + 1);
        };
        let value = value_of(value.trim()).map_err(|why| anyhow!("line {}: {why}", number + 1))?;
        given.say(name.trim(), value);
    }
    Ok(given)
}

/// A quoted value as it was meant, or a bare one up to a comment.
fn value_of(text: &str) -> Result<String, &'static str> {
    let Some(quoted) = text.strip_prefix('"') else {
        return Ok(text.split('#').next().unwrap_or_default().trim().to_owned());
    };
    let mut value = String::new();
    let mut letters = quoted.chars();
    loop {
        match letters.next().ok_or("a quotation mark is not closed")? {
            '"' => return Ok(value),
            '\\' => value.push(escaped(&mut letters).ok_or("a backslash escapes nothing")?),
            letter => value.push(letter),
        }
    }
}

/// The letter behind a backslash: itself, one that can't be written, or one by its number.
fn escaped(letters: &mut Chars<'_>) -> Option<char> {
    match letters.next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'u' => {
            let high = unit(letters)?;
            // Letters beyond 65,535 are written as two numbers.
            if !(0xD800..0xDC00).contains(&high) {
                return char::from_u32(high.into());
            }
            let low = letters.as_str().strip_prefix("\\u").is_some().then(|| {
                letters.nth(1);
                unit(letters)
            });
            char::decode_utf16([high, low??]).next()?.ok()
        }
        letter @ ('"' | '\\') => Some(letter),
        _ => None,
    }
}

/// Four hexadecimal digits.
fn unit(letters: &mut Chars<'_>) -> Option<u16> {
    let digits: String = letters.by_ref().take(4).collect();
    let is_whole = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    u16::from_str_radix(&digits, 16).ok().filter(|_| is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_postgrest_reads_it() {
        let text = "# about\n\ndb-uri = \"postgres://a:b@h/d\"\n db-pool=4 # few\n\
                    jwt-role-claim-key = \".\\\"x y\\\"\"\napp.settings.a = \"# \u{fc}\"\n";
        let given = parse(text).unwrap();
        assert_eq!(given.get("db-uri"), Some("postgres://a:b@h/d"));
        assert_eq!(given.get("db-pool"), Some("4"));
        assert_eq!(given.get("jwt-role-claim-key"), Some(".\"x y\""));
        assert_eq!(given.get("app.settings.a"), Some("# \u{fc}"));
        assert!(parse("db-uri").is_err());
        assert!(parse("db-uri = \"open").is_err());
    }

    #[test]
    fn what_a_backslash_escapes_is_read() {
        let read = |value: &str| parse(&format!("jwt-secret = \"{value}\"")).ok();
        for (written, meant) in [
            (r"a\nb\tc\rd", "a\nb\tc\rd"),
            (r#"\"\\\""#, "\"\\\""),
            (r"\u00fc\u20AC", "\u{fc}\u{20ac}"),
            (r"\ud83d\ude00!", "\u{1f600}!"),
        ] {
            let given = read(written).expect(written);
            assert_eq!(given.get("jwt-secret"), Some(meant), "{written}");
        }
        for written in
            [r"\x", r"\u12", r"\u12g4", r"\+123", r"\ud83d", r"\ud83d\u0041", r"\ude00", r"a\"]
        {
            assert!(read(written).is_none(), "{written}");
        }
    }
}
