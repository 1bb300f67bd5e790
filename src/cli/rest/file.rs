//! A PostgREST configuration file: `name = "value"` or `name = value`, `#` begins a comment.

use std::path::Path;

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
        let value = value_of(value.trim())
            .ok_or_else(|| anyhow!("line {}: a quotation mark is not closed", number + 1))?;
        given.say(name.trim(), value);
    }
    Ok(given)
}

/// A quoted value as it was meant, or a bare one up to a comment.
fn value_of(text: &str) -> Option<String> {
    let Some(quoted) = text.strip_prefix('"') else {
        return Some(text.split('#').next().unwrap_or_default().trim().to_owned());
    };
    let mut value = String::new();
    let mut letters = quoted.chars();
    loop {
        match letters.next()? {
            '"' => return Some(value),
            '\\' => value.push(letters.next()?),
            letter => value.push(letter),
        }
    }
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
}
