//! `application/vnd.pgrst.plan`: how Postgres would run what a request comes to, in place of its
//! answer.

use super::Media;

/// What `explain` may be asked for besides, in the order in which it is named.
const OPTIONS: &[&str] = &["analyze", "verbose", "settings", "buffers", "wal"];

/// A plan that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rest) struct Plan {
    /// What the rows would be written as.
    pub(in crate::rest) of: Media,
    /// Whether it is told as JSON.
    pub(in crate::rest) is_json: bool,
    options: Vec<&'static str>,
}

impl Plan {
    /// Reads the parameters of a plan's media type.
    pub(super) fn parse(is_json: bool, parameters: &[&str]) -> Self {
        let value = |name: &str| {
            let mut pairs = parameters.iter().filter_map(|part| part.split_once('='));
            pairs.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
        };
        let of = value("for").map_or(Media::Json, |text| Media::parse(text.trim_matches('"')));
        let asked: Vec<&str> = value("options").unwrap_or_default().split('|').collect();
        let options = OPTIONS.iter().copied().filter(|option| asked.contains(option)).collect();
        // There is no plan of a plan.
        let of = if let Media::Plan(inner) = of { inner.of } else { of };
        Self { of, is_json, options }
    }

    /// The words that stand before the statement.
    pub(in crate::rest) fn explain(&self) -> String {
        let format = if self.is_json { "format json" } else { "format text" };
        let words: Vec<&str> =
            std::iter::once(format).chain(self.options.iter().copied()).collect();
        format!("explain ({}) ", words.join(", "))
    }

    pub(super) fn name(&self) -> String {
        let format = if self.is_json { "json" } else { "text" };
        let mut name = format!("application/vnd.pgrst.plan+{format}; for=\"{}\"", self.of.name());
        if !self.options.is_empty() {
            name.push_str("; options=");
            name.push_str(&self.options.join("|"));
        }
        name
    }
}
