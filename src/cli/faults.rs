//! What is wrong with a configuration: gathered, and told at once with the variables' names.

use std::fmt::Display;
use std::ops::RangeInclusive;

use secrecy::SecretString;

/// What is wrong, one sentence each.
#[derive(Default)]
pub(super) struct Faults(pub(super) Vec<String>);

impl Faults {
    pub(super) fn add(&mut self, variable: &str, reason: impl Display) {
        self.0.push(format!("{variable} {reason}"));
    }

    /// Goes on where nothing is wrong.
    ///
    /// # Errors
    /// All that is, in one line.
    pub(super) fn none(&self) -> anyhow::Result<()> {
        anyhow::ensure!(self.0.is_empty(), "{}", self.0.join("; "));
        Ok(())
    }

    /// A number within its bounds, or a fault.
    pub(super) fn number(
        &mut self,
        variable: &str,
        text: &str,
        bounds: RangeInclusive<usize>,
    ) -> usize {
        let number = text.parse().ok().filter(|number| bounds.contains(number));
        number.unwrap_or_else(|| {
            let (least, most) = bounds.into_inner();
            self.add(variable, format!("is no number from {least} to {most}"));
            least
        })
    }

    /// The value, or a fault that it is missing.
    pub(super) fn need<'a>(
        &mut self,
        variable: &str,
        value: Option<&'a SecretString>,
    ) -> Option<&'a SecretString> {
        if value.is_none() {
            self.add(variable, "is not set");
        }
        value
    }

    /// An address of the web, without the slash at its end.
    pub(super) fn address(&mut self, variable: &str, value: Option<&String>) -> Option<String> {
        let value = value.filter(|value| !value.is_empty())?.trim_end_matches('/');
        let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
        if rest.is_none_or(|rest| rest.is_empty() || rest.contains(['?', '#', ' '])) {
            self.add(variable, "is no address that begins with https:// or http://");
            return None;
        }
        Some(value.to_owned())
    }
}
