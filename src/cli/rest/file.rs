//! A PostgREST configuration file: `name = "value"` or `name = value`, `#` begins a comment.

use std::collections::HashMap;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, anyhow, bail};

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Settings(HashMap<String, String>);

impl Settings {
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{} can't be read", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} can't be used", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut settings = HashMap::new();
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
            settings.insert(name.trim().to_owned(), value);
        }
        Ok(Self(settings))
    }

    /// What was said elsewhere, else what the file says.
    pub(super) fn or_text(&self, said: Option<String>, name: &str) -> Option<String> {
        said.or_else(|| self.0.get(name).cloned()).filter(|value| !value.is_empty())
    }

    /// As [`Settings::or_text`], read as a number or a yes or no.
    pub(super) fn or_parsed<T: FromStr>(
        &self,
        said: Option<T>,
        name: &str,
    ) -> anyhow::Result<Option<T>> {
        match (said, self.0.get(name)) {
            (Some(value), _) => Ok(Some(value)),
            (None, None) => Ok(None),
            (None, Some(text)) => {
                let value = text.parse().map_err(|_| anyhow!("{name} can't be {text:?}"))?;
                Ok(Some(value))
            }
        }
    }
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
                    jwt-role-claim-key = \".\\\"x y\\\"\"\ndb-aggregates-enabled = true\n";
        let settings = Settings::parse(text).unwrap();
        assert_eq!(settings.or_text(None, "db-uri").as_deref(), Some("postgres://a:b@h/d"));
        assert_eq!(settings.or_parsed::<usize>(None, "db-pool").unwrap(), Some(4));
        assert_eq!(settings.or_parsed(Some(9_usize), "db-pool").unwrap(), Some(9));
        assert_eq!(settings.or_text(None, "jwt-role-claim-key").as_deref(), Some(".\"x y\""));
        assert_eq!(settings.or_parsed(None, "db-aggregates-enabled").unwrap(), Some(true));
        assert!(settings.or_parsed::<u32>(None, "db-uri").is_err());
        assert!(Settings::parse("db-uri").is_err());
        assert!(Settings::parse("db-uri = \"open").is_err());
    }
}
