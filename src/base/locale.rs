//! The language and region a store speaks, by BCP 47: `en`, `de-AT`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language tag of a store: a language, and perhaps a region.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct Locale(String);

/// The text is no language tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a locale is a language such as en, or a language and a region such as en-GB")]
pub struct LocaleError;

impl Locale {
    /// Reads `ll` or `ll-RR`: two or three small letters, then two capitals.
    ///
    /// # Errors
    /// When the text has another shape.
    pub fn parse(text: &str) -> Result<Self, LocaleError> {
        let (language, region) = match text.split_once('-') {
            None => (text, None),
            Some((language, region)) => (language, Some(region)),
        };
        let language_fits =
            matches!(language.len(), 2 | 3) && language.bytes().all(|b| b.is_ascii_lowercase());
        let region_fits =
            region.is_none_or(|r| r.len() == 2 && r.bytes().all(|b| b.is_ascii_uppercase()));
        if language_fits && region_fits { Ok(Self(text.to_owned())) } else { Err(LocaleError) }
    }

    /// The whole tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language alone: `de` of `de-AT`.
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }
}

impl Default for Locale {
    fn default() -> Self {
        Self("en".to_owned())
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Locale {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
