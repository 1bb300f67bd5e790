//! The name of a store in its address, and the name of the schema it is born with.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Shortest and longest slug, in characters.
pub const LENGTH: std::ops::RangeInclusive<usize> = 3..=40;

/// Names that would read as a part of the platform in an address.
const RESERVED: &[&str] = &[
    "about",
    "account",
    "accounts",
    "admin",
    "administrator",
    "api",
    "app",
    "apps",
    "assets",
    "auth",
    "billing",
    "blog",
    "cdn",
    "checkout",
    "console",
    "dashboard",
    "dev",
    "docs",
    "email",
    "graphql",
    "health",
    "healthz",
    "help",
    "host",
    "http",
    "https",
    "internal",
    "jobs",
    "localhost",
    "login",
    "logout",
    "mail",
    "metrics",
    "mailbox",
    "openapi",
    "operator",
    "owner",
    "pay",
    "payments",
    "platform",
    "postgres",
    "public",
    "readyz",
    "realtime",
    "rest",
    "root",
    "schema",
    "security",
    "shared",
    "signin",
    "signup",
    "smtp",
    "souk",
    "staging",
    "static",
    "status",
    "storage",
    "store",
    "stores",
    "supabase",
    "support",
    "system",
    "template",
    "tenant",
    "test",
    "users",
    "webhooks",
    "www",
];

/// A store's name in its address: `[a-z0-9]` with single inner dashes, 3 to 40 characters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

/// Why a text is no slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Shorter than 3 or longer than 40 characters.
    #[error("a slug has 3 to 40 characters")]
    Length,
    /// A character other than `a-z`, `0-9` and `-`.
    #[error("a slug has only the letters a to z, digits and dashes")]
    Character,
    /// A dash at an end, or two in a row.
    #[error("a dash stands alone and inside the slug")]
    Dash,
    /// A word the platform uses itself.
    #[error("this slug is reserved")]
    Reserved,
    /// It would be taken for a store's id, which stands where slugs do.
    #[error("a slug does not read as an id does: 32 hexadecimal digits")]
    Id,
}

impl Slug {
    /// Reads a slug as it stands; nothing is trimmed or lower-cased.
    ///
    /// # Errors
    /// The first rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        if !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err(SlugError::Character);
        }
        if !LENGTH.contains(&text.len()) {
            return Err(SlugError::Length);
        }
        if text.starts_with('-') || text.ends_with('-') || text.contains("--") {
            return Err(SlugError::Dash);
        }
        if RESERVED.contains(&text) {
            return Err(SlugError::Reserved);
        }
        if Uuid::try_parse(text).is_ok() {
            return Err(SlugError::Id);
        }
        Ok(Self(text.to_owned()))
    }

    /// The slug's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slug({})", self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_lower_case_with_single_inner_dashes() {
        let almost = ["1".repeat(31), "1".repeat(33), "g".repeat(32)];
        let almost = almost.iter().map(String::as_str);
        for good in
            ["abc", "a-b", "0-9", "acme-boutique-2", &"x".repeat(40)].into_iter().chain(almost)
        {
            assert_eq!(Slug::parse(good).map(|s| s.to_string()), Ok(good.to_owned()));
        }
    }

    #[test]
    fn what_breaks_a_rule_is_refused_by_that_rule() {
        for (bad, why) in [
            ("", SlugError::Length),
            ("ab", SlugError::Length),
            (&"x".repeat(41), SlugError::Length),
            ("Acme", SlugError::Character),
            ("a_b", SlugError::Character),
            ("äbc", SlugError::Character),
            ("a b", SlugError::Character),
            ("a.b", SlugError::Character),
            ("abc\0", SlugError::Character),
            ("-abc", SlugError::Dash),
            ("abc-", SlugError::Dash),
            ("a--b", SlugError::Dash),
            ("admin", SlugError::Reserved),
            ("www", SlugError::Reserved),
            (&"1".repeat(32), SlugError::Id),
            ("0189f7a0-7c1e-7b8a-9c1d-2e3f40516273", SlugError::Id),
        ] {
            assert_eq!(Slug::parse(bad), Err(why), "{bad:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_slug_or_refused(text in "\\PC{0,50}") {
            if let Ok(slug) = Slug::parse(&text) {
                proptest::prop_assert_eq!(slug.as_str(), text);
            }
        }
    }
}
