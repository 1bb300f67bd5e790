//! What was said of settings, wherever that was.

use std::collections::BTreeMap;

use super::{APP, SETTINGS, Setting};

/// What was said, by name: of several places, the later one counts.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Given(BTreeMap<String, String>);

/// The names alone: some of the values are secrets.
impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Given {
    /// Says one.
    pub fn say(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    /// Says all that `other` says, over what was said.
    pub fn overlay(&mut self, other: &Self) {
        self.0.extend(other.0.clone());
    }

    /// What was said under a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All of it, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Names that are none of a setting.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        let is_known = |name: &str| {
            let of = |s: &Setting| s.name == name || s.alias == Some(name);
            name.starts_with(APP) || SETTINGS.iter().any(of)
        };
        self.0.keys().map(String::as_str).filter(move |name| !is_known(name))
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Given {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}
