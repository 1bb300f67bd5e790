//! Texts into values, with the words of a refusal.

use std::str::FromStr;

use super::ConfigError;
use crate::rest::standalone::settings::{Given, Heed, Kind, SETTINGS, find};

/// Reads settings by their names.
pub(super) struct Reader<'a>(pub(super) &'a Given);

impl Reader<'_> {
    /// What was said; an empty text says nothing.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let said = |name: &str| self.0.get(name).filter(|text| !text.is_empty());
        let alias = || find(name)?.alias.and_then(said);
        said(name).or_else(alias).map(str::to_owned)
    }

    /// What was said, or holds where nothing is.
    pub(super) fn or_default(&self, name: &str) -> String {
        let default = || find(name).map_or("", |setting| setting.default).to_owned();
        self.text(name).unwrap_or_else(default)
    }

    pub(super) fn list(&self, name: &str) -> Vec<String> {
        split(&self.or_default(name))
    }

    /// As [`Reader::list`], where an empty text is an empty list.
    pub(super) fn emptyable_list(&self, name: &str) -> Vec<String> {
        self.0.get(name).map_or_else(|| self.list(name), split)
    }

    pub(super) fn optional_number<T: FromStr>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, ConfigError> {
        let text = Some(self.or_default(name)).filter(|text| !text.is_empty());
        let read = |text: String| text.trim().parse();
        let wanted = "a whole number is wanted, and not too large";
        text.map(read).transpose().map_err(|_| self.refused(name, wanted))
    }

    pub(super) fn number<T: FromStr>(&self, name: &'static str) -> Result<T, ConfigError> {
        self.optional_number(name)?.ok_or_else(|| self.refused(name, "a whole number is wanted"))
    }

    /// A number above zero.
    pub(super) fn count(&self, name: &'static str) -> Result<usize, ConfigError> {
        let number = self.number(name)?;
        if number == 0 {
            return Err(self.refused(name, "it must be one at least"));
        }
        Ok(number)
    }

    /// Yes or no: `true`, `TRUE`, `"true"`, `1` and the like.
    pub(super) fn switch(&self, name: &'static str) -> Result<bool, ConfigError> {
        let text = self.or_default(name);
        let letters: String = text.chars().filter(|c| c.is_alphabetic()).collect();
        match letters.to_ascii_lowercase().as_str() {
            "true" | "on" | "yes" => Ok(true),
            "false" | "off" | "no" => Ok(false),
            _ => text
                .trim()
                .parse::<i64>()
                .map(|number| number > 0)
                .map_err(|_| self.refused(name, "it is true or false")),
        }
    }

    pub(super) fn choice<T: Copy>(
        &self,
        name: &'static str,
        wanted: &'static str,
        choices: &[(&str, T)],
    ) -> Result<T, ConfigError> {
        let text = self.or_default(name);
        let found = choices.iter().find(|(choice, _)| *choice == text);
        found.map(|(_, value)| *value).ok_or_else(|| self.refused(name, wanted))
    }

    pub(super) fn refused(&self, setting: &'static str, wanted: &'static str) -> ConfigError {
        ConfigError::Value { setting, value: self.or_default(setting), wanted }
    }
}

fn split(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// What was said and has no effect, in sentences.
pub(super) fn warnings(given: &Given) -> Vec<String> {
    let mut warnings: Vec<String> =
        given.unknown().map(|name| format!("{name} is no setting of PostgREST 14")).collect();
    let reader = Reader(given);
    for setting in SETTINGS {
        let Heed::Warned(why) = setting.heed else { continue };
        let said = reader.or_default(setting.name);
        let is_default = match setting.kind {
            Kind::Switch => reader.switch(setting.name).ok() == Some(setting.default == "true"),
            Kind::Text | Kind::List | Kind::Number => said == setting.default,
        };
        if !is_default {
            warnings.push(format!("{} = {said:?} has no effect: {why}", setting.name));
        }
    }
    warnings
}
